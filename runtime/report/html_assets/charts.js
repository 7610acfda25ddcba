// Draws every <figure class="chart"> from the page's data. A legend's buttons are the series, in order: their colour is the
// line's, and their <b> shows the value under the cursor. Times have a button more, for the scale.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("thresher-data").textContent);
  const figures = [];
  const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
  const coarse = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
  const clock = (seconds) => {
    const two = (part) => String(Math.floor(part)).padStart(2, "0");
    const start = seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)}` : two(seconds / 60);
    return `${start}:${two(seconds % 60)}`;
  };
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 604800];
  const colour = (element, property) => () => getComputedStyle(element)[property];

  // Where a line is drawn as points too: all of a short one, else those whose neighbours are missing.
  const lonely = (chart, index, show) => {
    const values = chart.data[index];
    if (values.length <= 60) return null;
    const alone = [];
    for (let i = 0; i < values.length; ++i)
      if (values[i] != null && values[i - 1] == null && values[i + 1] == null) alone.push(i);
    return show || alone.length > 0 ? alone : null;
  };

  const axis = (figure, more) => ({
    stroke: colour(figure.querySelector(".at"), "color"),
    grid: { stroke: colour(figure, "borderTopColor"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
    ...more,
  });

  const axes = (figure, x) => [
    axis(figure, x),
    axis(figure, {
      size: (chart, values) => 18 + 7 * Math.max(3, ...(values ?? []).map((text) => (text ?? "").length)),
      values: (chart, splits) => splits.map((value) => (value == null ? "" : coarse.format(value))),
    }),
  ];

  const linear = { range: (chart, min, max) => [0, max > 0 ? max * 1.05 : 1] };
  const logarithmic = { distr: 3, range: (chart, min, max) => uPlot.rangeLog(min ?? 1, max ?? 10, 10, false) };
  const kLeast = 0.001; // ms: what was measured as no time at all still has a place on a logarithmic scale
  const positive = (column) => column.map((value) => (value == null ? null : Math.max(value, kLeast)));

  // One slow second must not press all others onto the axis.
  const spread = ([, ...columns]) => {
    const values = columns.flat().filter((value) => value != null).sort((a, b) => a - b);
    return values.length > 0 && values.at(-1) > 50 * Math.max(values[values.length >> 1], kLeast);
  };

  // Returns what draws the figure anew with other columns.
  const draw = (figure, first, options) => {
    let columns = first;
    const plot = figure.querySelector(".plot");
    const buttons = [...figure.querySelectorAll(".legend button:not(.scale)")];
    const scale = figure.querySelector("button.scale");
    const isLogarithmic = () => scale?.getAttribute("aria-pressed") === "true";
    const at = figure.querySelector(".at");
    const tell = (chart) => {
      const index = chart.cursor.idx;
      at.textContent = index == null ? "" : options.at(chart.data[0][index]);
      buttons.forEach((button, i) => {
        const value = index == null ? null : chart.data[i + 1][index];
        button.querySelector("b").textContent = value == null ? "" : number.format(value);
      });
    };
    const make = () => new uPlot(
      {
        width: plot.clientWidth,
        height: plot.clientHeight,
        legend: { show: false },
        cursor: options.cursor,
        scales: { x: options.x, y: isLogarithmic() ? logarithmic : linear },
        axes: axes(figure, options.axis),
        series: [
          {},
          ...buttons.map((button) => ({
            show: button.getAttribute("aria-pressed") === "true",
            stroke: colour(button.querySelector("i"), "backgroundColor"),
            width: 1.5,
            points: { size: 4, filter: lonely },
          })),
        ],
        hooks: { setCursor: [tell] },
      },
      isLogarithmic() ? [columns[0], ...columns.slice(1).map(positive)] : columns,
      plot,
    );
    if (scale) scale.setAttribute("aria-pressed", spread(columns));
    let chart = make();
    const again = () => {
      chart.destroy();
      chart = make();
    };
    scale?.addEventListener("click", () => {
      scale.setAttribute("aria-pressed", !isLogarithmic());
      again();
    });
    buttons.forEach((button, i) => {
      button.addEventListener("click", () => {
        const shown = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", shown);
        chart.setSeries(i + 1, { show: shown });
      });
    });
    new ResizeObserver(() => chart.setSize({ width: plot.clientWidth, height: plot.clientHeight })).observe(plot);
    figures.push(() => chart.redraw());
    return (other) => {
      columns = other;
      again();
    };
  };

  const drawOverTime = (figure) => {
    const names = figure.dataset.columns.split(" ");
    draw(figure, [data.elapsed_s, ...names.map((name) => data.columns[name])], {
      at: (s) => `${clock(s)} · ${new Date(data.began_ms + s * 1000).toISOString().slice(11, 19)} UTC`,
      cursor: { y: false, sync: { key: "time" }, points: { size: 7 } },
      x: { time: false, range: (chart, min, max) => (max > min ? [min, max] : [0, Math.max(max, 1)]) },
      axis: { size: 34, incrs: steps, space: 64, values: (chart, splits) => splits.map(clock) },
    });
  };

  // Percentiles on an axis that gives every further nine the same room, as HdrHistogram's plotter does.
  const drawSpectrum = (figure) => {
    const { percentiles, rows } = data.spectrum;
    const distance = percentiles.map((percentile) => 100 / (100 - percentile));
    const title = (x) => `${Number((100 - 100 / x).toPrecision(12))}%`;
    const select = figure.querySelector("select");
    const fixed = [...figure.querySelectorAll(".legend button[data-row]")].map((button) => rows[button.dataset.row]);
    const picked = () => rows[select.value] ?? [];
    // Lines end where there are too few samples: so do the arrays.
    const full = (row) => Array.from(distance, (x, i) => row[i] ?? null);
    const columns = () => {
      const all = [...fixed, ...(select ? [picked()] : [])].map(full);
      const length = 1 + all.reduce((last, row) => Math.max(last, row.findLastIndex((value) => value != null)), 0);
      return [distance, ...all].map((column) => column.slice(0, length));
    };
    const drawAgain = draw(figure, columns(), {
      at: title,
      cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 7 } },
      x: { time: false, distr: 3, range: (u, min, max) => [1, Math.max(max, 10)] },
      axis: {
        size: 34,
        splits: () => [1, 2, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7],
        filter: (u, splits) => splits,
        values: (u, splits) => splits.map((x) => (x <= u.scales.x.max ? title(x) : "")),
      },
    });
    if (select) select.addEventListener("change", () => drawAgain(columns()));
  };

  for (const figure of document.querySelectorAll("figure.chart"))
    if (figure.dataset.columns) drawOverTime(figure);
    else drawSpectrum(figure);
  document.documentElement.addEventListener("themechange", () => {
    for (const redraw of figures) redraw();
  });
})();
