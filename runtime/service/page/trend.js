import { get, pathOf } from "./api.js";
import { Chart } from "./chart.js";
import { h } from "./dom.js";
import { milliseconds, moment, percent, perSecond, plural } from "./format.js";
import { sentence } from "./states.js";

const kMetrics = [
  { name: "p95", label: "p95", format: milliseconds },
  { name: "p50", label: "p50", format: milliseconds },
  { name: "p99", label: "p99", format: milliseconds },
  { name: "mean", label: "mean", format: milliseconds },
  { name: "max", label: "slowest", format: milliseconds },
  { name: "requests_per_s", label: "rate", format: perSecond },
  { name: "failure_ratio", label: "failed", format: percent },
];
const kCount = 20;

/// A figure over the last runs under the same conditions as one.
export const trendCard = (id) => {
  const place = h("div.trend");
  const said = h("p.hint", { role: "status" });
  let chart = null;
  const show = async (metric) => {
    try {
      const path = `api/history/trend?${new URLSearchParams({ run: id, metric: metric.name, count: String(kCount) })}`;
      const { runs } = await get(path);
      chart?.destroy();
      const last = runs.length - 1;
      chart = new Chart({
        title: last > 0 ? `${metric.label} of the last ${plural(runs.length, "comparable run")}` : metric.label,
        series: [{ label: metric.label, tone: "c3", format: metric.format }],
        x: { time: false, range: () => [0, Math.max(last, 1)] },
        axis: {
          size: 32,
          incrs: [1, 2, 5],
          values: (plot, splits) =>
            splits.map((i) => (i === last ? "latest" : i < last && Number.isInteger(i) ? `−${last - i}` : "")),
        },
        at: (i) =>
          [moment(runs[i]?.started), runs[i]?.id === id ? "this run" : runs[i]?.id, runs[i]?.baseline ? "baseline" : ""]
            .filter(Boolean)
            .join(" · "),
        dots: true,
        marks: () =>
          runs.flatMap(({ id: one, baseline }, i) =>
            baseline ? [{ at_s: i, kind: "note" }] : one === id ? [{ at_s: i, kind: "run" }] : [],
          ),
      });
      place.replaceChildren(chart.element);
      chart.set([runs.map((run, i) => i), runs.map(({ value }) => value)]);
      said.textContent =
        runs.length > 1
          ? "The dashed line is this run, one with a dot a baseline."
          : "No other run was made under the same conditions yet.";
    } catch (error) {
      said.textContent = sentence(error.message);
    }
  };
  const select = h(
    "select",
    { "aria-label": "Figure", onchange: ({ target }) => show(kMetrics.find(({ name }) => name === target.value)) },
    kMetrics.map(({ name, label }) => h("option", { value: name }, label)),
  );
  show(kMetrics[0]);
  return {
    element: h("section.card", {}, h("div.title", {}, h("h2", {}, "Trend"), select), place, said),
    destroy: () => chart?.destroy(),
  };
};
