import { get } from "./api.js";
import { Chart } from "./chart.js";
import { h } from "./dom.js";
import { change, milliseconds, moment, number, percent, perSecond } from "./format.js";
import { routeTo } from "./route.js";
import { curvesOf, kDistances, percentileAt } from "./spectrum.js";
import { failure, sentence, skeleton } from "./states.js";
import { spoken, toneOf, toneOfChange } from "./words.js";

const kFigures = [
  {
    key: "response_time_ms",
    title: "All requests",
    hint: "the whole distribution by ranks; the figures are medians",
    format: milliseconds,
  },
  { key: "p95_ms", title: "p95", format: milliseconds },
  { key: "p99_ms", title: "p99", format: milliseconds },
  { key: "failure_ratio", title: "Failures", format: percent, points: true },
  { key: "requests_per_s", title: "Rate", format: perSecond },
];

const kVerdicts = {
  REGRESSION: "The compared run is worse",
  IMPROVEMENT: "The compared run is better",
  SAME: "No change beyond the margin",
  UNDECIDED: "The observations allow a change and none",
  NO_DATA: "There is nothing to judge",
};

/// A change and its interval: relative, or of a ratio in percentage points.
const changeText = ({ value, low, high }, points) => {
  const unit = (ratio) => (points ? change(ratio).replace("%", "pp") : change(ratio));
  return low === high ? unit(value) : `${unit(value)} (${unit(low)} to ${unit(high)})`;
};

const figureCell = (figure, { format, points }) => {
  if (!figure) return h("td", {}, "–");
  const tone = toneOfChange(figure.verdict);
  return h(
    "td",
    { title: figure.reason },
    h(`strong.${tone}`, {}, spoken(figure.verdict)),
    h("span.values", {}, `${format(figure.baseline)} → ${format(figure.current)}`),
    figure.change && h("span.faint", {}, changeText(figure.change, points)),
    !figure.change && figure.reason && h("span.faint", {}, figure.reason),
  );
};

const endpointRow = ({ method, name, figures, ranks }) => {
  const slower = ranks?.slower_probability;
  return h(
    name === "Aggregated" ? "tr.all" : "tr",
    {},
    h(
      "th",
      { scope: "row" },
      `${method} ${name}`.trim(),
      slower && h("span.faint", {}, `slower in ${percent(slower.value)} of pairs`),
    ),
    kFigures.map((figure) => figureCell(figures[figure.key], figure)),
  );
};

const side = (title, run, id) =>
  h(
    "div.side",
    {},
    h("span.faint", {}, title),
    h("a", { href: routeTo("history", id) }, run.label),
    h(
      "span.faint",
      {},
      [moment(run.started), run.host, run.verdict && spoken(run.verdict)].filter(Boolean).join(" · "),
    ),
  );

const headOf = (comparison, base, run) =>
  h(
    `section.card.head.end.${toneOf(comparison.verdict)}`,
    {},
    h(
      "div.title",
      {},
      h("h1", {}, kVerdicts[comparison.verdict] ?? spoken(comparison.verdict)),
      h(`span.chip.${toneOf(comparison.verdict)}`, {}, spoken(comparison.verdict)),
      h("div.actions", {}, h("a.button", { href: routeTo("compare", run, base) }, "Swap")),
    ),
    h("div.sides", {}, side("Baseline", comparison.baseline, base), side("Compared", comparison.current, run)),
    comparison.obstacles?.length > 0 &&
      h(
        "div.problem.box",
        {},
        h("strong", {}, "These runs are hardly comparable"),
        h(
          "ul",
          {},
          comparison.obstacles.map((text) => h("li", {}, text)),
        ),
      ),
    comparison.remarks?.map((text) => h("p.faint", {}, sentence(text))),
    h(
      "p.hint",
      {},
      `A time or rate that changed by less than ${percent(comparison.max_regression)} counts as the same, as do failures `,
      `by less than ${number(comparison.max_failure_increase * 100)} percentage points. `,
      `Confidence ${percent(comparison.confidence)}, over all claims together.`,
    ),
  );

const percentileChart = (curves) => {
  const chart = new Chart({
    title: "Service time by percentile",
    logarithmic: true,
    series: [
      { label: "baseline", tone: "c3", format: milliseconds },
      { label: "compared", tone: "c4", format: milliseconds },
    ],
    x: { time: false, distr: 3, range: (plot, min, max) => [1, Math.max(max ?? 10, 10)] },
    axis: {
      size: 32,
      splits: () => kDistances,
      filter: (plot, splits) => splits,
      values: (plot, splits) => splits.map((x) => (x <= plot.scales.x.max ? percentileAt(x) : "")),
    },
    at: percentileAt,
  });
  requestAnimationFrame(() => chart.set(curvesOf(curves)));
  return chart;
};

/// Two runs side by side: `base` is what `run` is held to.
export const compareView = (base, run) => {
  const element = h("div.view", {}, skeleton("the comparison", "tall", "chart", "rows"));
  let chart = null;
  const load = async () => {
    try {
      const comparison = await get(`api/history/compare?${new URLSearchParams({ base, run })}`);
      if (comparison.curves) chart = percentileChart(comparison.curves);
      const rows = comparison.endpoints.toSorted((a, b) => (b.name === "Aggregated") - (a.name === "Aggregated"));
      const table = h(
        "div.scroll",
        { tabindex: "0", role: "region", "aria-label": "Endpoints" },
        h(
          "table.compared",
          {},
          h("caption.unseen", {}, "Endpoints compared"),
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", { scope: "col" }, "Endpoint"),
              kFigures.map(({ title, hint }) => h("th", { scope: "col", title: hint }, title)),
            ),
          ),
          h("tbody", {}, rows.map(endpointRow)),
        ),
      );
      element.replaceChildren(
        ...[
          headOf(comparison, base, run),
          chart && h("section.card", {}, chart.element),
          h("section.card", {}, h("h2", {}, "Endpoints"), table),
        ].filter(Boolean),
      );
    } catch (error) {
      element.replaceChildren(failure("The runs cannot be compared", error, load));
    }
  };
  load();
  return { element, title: "Compare", destroy: () => chart?.destroy() };
};
