import { h, setText } from "./dom.js";

const all = new Set();
document.documentElement.addEventListener("themechange", () => {
  for (const chart of all) chart.redraw();
});

const colour = (element, property) => () => getComputedStyle(element)[property];
const kFont = "12px system-ui, sans-serif";
const kWhole = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
const kLeast = 0.001; // what was measured as nothing still has a place on a logarithmic scale

// Where a line is drawn as points too: where the neighbours are missing.
const lonely = (chart, index) => {
  const values = chart.data[index];
  const alone = [];
  for (let i = 0; i < values.length; ++i)
    if (values[i] != null && values[i - 1] == null && values[i + 1] == null) alone.push(i);
  return alone;
};

/// A chart with its legend, whose buttons are the series. Gone when `destroy` is called.
///   title; series: [{label, tone: "c1".."c5", scale: "y" | "y2", format, whole: values are integers}]; x: uPlot's
//scale; axis: uPlot's axis below; /   at(x) -> text; marks() -> [{at_s, kind, text}], or none; sync: the key that
//charts share a cursor by, or none; /   logarithmic: there is a button for it; dots: each value is one
export class Chart {
  constructor({ title, series, x, axis, at, marks = () => [], sync, logarithmic = false, dots = false }) {
    this.options = { series, x, axis, at, marks, sync, dots };
    this.logarithmic = false;
    this.columns = [[], ...series.map(() => [])];
    this.hidden = new Set();
    this.place = h("div.plot", { role: "img", "aria-label": title });
    this.atText = h("span.at");
    this.buttons = series.map((one, i) => this.#legendButton(one, i));
    const scale =
      logarithmic &&
      h(
        "button.scale",
        { type: "button", "aria-pressed": "false", onclick: (event) => this.#rescale(event) },
        "Log scale",
      );
    this.element = h(
      "figure.chart",
      {},
      h("figcaption", {}, h("h3", {}, title), this.atText),
      h(
        "div.legend",
        {},
        this.buttons.map(({ button }) => button),
        scale,
      ),
      this.place,
    );
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(this.place);
    all.add(this);
  }

  /// columns: [x, one of each series]; arrays may be those of the last time, longer.
  set(columns) {
    this.columns = columns;
    if (!this.plot) this.#make();
    else this.plot.setData(this.#shown(), true);
    this.#tell();
  }

  redraw() {
    this.plot?.redraw(false);
  }

  destroy() {
    this.observer.disconnect();
    this.plot?.destroy();
    all.delete(this);
  }

  #legendButton({ label, tone }, i) {
    const value = h("b");
    const swatch = h("i");
    const button = h(
      `button.${tone}`,
      {
        type: "button",
        "aria-pressed": "true",
        onclick: () => {
          const shown = button.getAttribute("aria-pressed") !== "true";
          button.setAttribute("aria-pressed", shown);
          this.hidden[shown ? "delete" : "add"](i);
          this.plot?.setSeries(i + 1, { show: shown });
        },
      },
      swatch,
      label,
      value,
    );
    return { button, value, swatch };
  }

  #rescale({ currentTarget }) {
    this.logarithmic = !this.logarithmic;
    currentTarget.setAttribute("aria-pressed", this.logarithmic);
    this.plot?.destroy();
    this.plot = null;
    this.set(this.columns);
  }

  #shown() {
    if (!this.logarithmic) return this.columns;
    const positive = (column) => column.map((value) => (value == null ? null : Math.max(value, kLeast)));
    return [this.columns[0], ...this.columns.slice(1).map(positive)];
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.place;
    if (width === 0) return;
    if (this.plot) this.plot.setSize({ width, height });
    else if (this.columns[0].length > 0) this.set(this.columns);
  }

  #tell() {
    const index = this.plot?.cursor.idx ?? null;
    const x = index == null ? this.columns[0].length - 1 : index;
    setText(this.atText, index == null ? "" : this.options.at(this.columns[0][x]));
    this.buttons.forEach(({ value }, i) => {
      const told = this.columns[i + 1]?.[x];
      setText(value, told == null ? "–" : this.options.series[i].format(told));
    });
  }

  #scale() {
    if (this.logarithmic)
      return { distr: 3, range: (chart, min, max) => uPlot.rangeLog(min ?? 1, max ?? 10, 10, false) };
    return { range: (chart, min, max) => [0, max > 0 ? max * 1.08 : 1] };
  }

  #axes() {
    const { series, axis } = this.options;
    const common = {
      stroke: colour(this.atText, "color"),
      ticks: { show: false },
      font: kFont,
      grid: { stroke: colour(this.element, "borderTopColor"), width: 1 },
    };
    const values = ({ format, whole }) => ({
      ...(whole ? { incrs: kWhole } : {}),
      values: (chart, splits) => splits.map((value) => (value == null ? "" : format(value))),
      size: (chart, texts) => 16 + 6.6 * Math.max(3, ...(texts ?? []).map((text) => (text ?? "").length)),
    });
    const second = series.find(({ scale }) => scale === "y2");
    return [
      { ...common, ...axis },
      { ...common, scale: "y", ...values(series[0]) },
      ...(second ? [{ ...common, scale: "y2", side: 1, grid: { show: false }, ...values(second) }] : []),
    ];
  }

  #make() {
    const { clientWidth: width, clientHeight: height } = this.place;
    if (width === 0) return;
    const { series, x, sync, dots } = this.options;
    const scales = { x, y: this.#scale() };
    if (series.some(({ scale }) => scale === "y2")) scales.y2 = this.#scale();
    const cursor = { y: false, points: { size: 7 }, drag: { setScale: false, x: false, y: false } };
    if (sync) cursor.sync = { key: sync };
    this.plot = new uPlot(
      {
        width,
        height,
        scales,
        cursor,
        legend: { show: false },
        axes: this.#axes(),
        series: [
          {},
          ...series.map((one, i) => ({
            scale: one.scale ?? "y",
            show: !this.hidden.has(i),
            width: 1.75,
            stroke: colour(this.buttons[i].swatch, "backgroundColor"),
            points: dots ? { size: 7 } : { size: 4, filter: lonely },
          })),
        ],
        hooks: { setCursor: [() => this.#tell()], drawClear: [(chart) => this.#drawMarks(chart)] },
      },
      this.#shown(),
      this.place,
    );
  }

  #drawMarks({ ctx, bbox, scales, valToPos }) {
    const marks = this.options.marks();
    if (marks.length === 0 || scales.x.min == null) return;
    ctx.save();
    ctx.strokeStyle = getComputedStyle(this.atText).color;
    ctx.fillStyle = ctx.strokeStyle;
    ctx.lineWidth = devicePixelRatio;
    for (const { at_s, kind } of marks) {
      if (at_s < scales.x.min || at_s > scales.x.max) continue;
      const left = Math.round(valToPos(at_s, "x", true)) + 0.5;
      ctx.setLineDash(kind === "note" ? [] : [4, 4]);
      ctx.globalAlpha = kind === "note" ? 0.9 : 0.5;
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
      if (kind !== "note") continue;
      ctx.beginPath();
      ctx.arc(left, bbox.top + 4, 4 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.fill();
    }
    ctx.restore();
  }
}
