// Percentiles on an axis that gives every further nine the same room, as HdrHistogram's plotter does.
export const distanceOf = (percentile) => 100 / (100 - percentile);
export const percentileAt = (distance) => `${Number((100 - 100 / distance).toPrecision(12))} %`;
export const kDistances = [1, 2, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7];

/// {percentiles, baseline, current} as columns of a chart; 100 % is infinitely far away and left out.
export const curvesOf = ({ percentiles, baseline, current }) => {
  const kept = percentiles.map((p, i) => i).filter((i) => percentiles[i] < 100);
  const column = (values) => kept.map((i) => values?.[i] ?? null);
  return [kept.map((i) => distanceOf(percentiles[i])), column(baseline), column(current)];
};
