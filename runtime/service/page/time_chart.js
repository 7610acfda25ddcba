import { Chart } from "./chart.js";
import { clock } from "./format.js";

const kSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 604800];
const kNear = 0.012; // of the width: a mark this close to the cursor is told

/// A chart over the seconds of a run. All of one `sync` share their cursor.
export const timeChart = ({ marks = () => [], ...options }) => {
  let span = 1;
  const at = (seconds) => {
    const near = marks().filter(({ at_s }) => Math.abs(at_s - seconds) <= Math.max(0.6, span * kNear));
    return [clock(seconds), ...near.slice(0, 2).map(({ text }) => text)].join(" · ");
  };
  return new Chart({
    ...options,
    at,
    marks,
    x: {
      time: false,
      range: (chart, min, max) => {
        span = Math.max(max - min, 1);
        return max > min ? [min, max] : [min ?? 0, (min ?? 0) + 1];
      },
    },
    axis: { size: 32, incrs: kSteps, space: 64, values: (chart, splits) => splits.map(clock) },
  });
};
