import { h } from "./dom.js";
import { count, milliseconds, perSecond } from "./format.js";
import { timeChart } from "./time_chart.js";

const times = (kind) =>
  ["p50", "p95", "p99"].map((p, i) => ({
    column: `${kind}_${p}`,
    label: p,
    tone: ["c3", "c4", "c2"][i],
    format: milliseconds,
  }));

const kCharts = [
  {
    title: "Load",
    series: [
      { column: "requests_per_s", label: "requests", tone: "c1", format: perSecond },
      { column: "iterations_per_s", label: "iterations", tone: "c3", format: perSecond },
      { column: "users", label: "users", tone: "c5", format: count, scale: "y2", whole: true },
    ],
  },
  {
    title: "Failures",
    series: [
      { column: "failures_per_s", label: "failed requests", tone: "c2", format: perSecond },
      { column: "dropped_per_s", label: "dropped iterations", tone: "c4", format: perSecond },
    ],
  },
  { title: "Response time of iterations, from when each was due", series: times("response"), logarithmic: true },
  { title: "Service time of requests", series: times("service"), logarithmic: true },
];

/// The charts of a run over its seconds; those without a column in `has` are left out. `set(columns)` draws them.
export const runCharts = (marks, has = () => true) => {
  const charts = kCharts
    .filter(({ series }) => has(series[0].column))
    .map((options) => ({
      names: options.series.map(({ column }) => column),
      chart: timeChart({ ...options, marks, sync: "run" }),
    }));
  return {
    element: h(
      "div.charts",
      {},
      charts.map(({ chart }) => chart.element),
    ),
    set(columns) {
      for (const { names, chart } of charts)
        chart.set([columns.elapsed_s, ...names.map((name) => columns[name] ?? columns.elapsed_s.map(() => null))]);
    },
    destroy() {
      for (const { chart } of charts) chart.destroy();
    },
  };
};
