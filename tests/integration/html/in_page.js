// What is asked of a page, from inside it. Each answers with a list of what is wrong; nothing is wrong when it is empty.
({
  // Elements that reach beyond the screen, but for what scrolls sideways by itself.
  overflow() {
    const wrong = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width)
      wrong.push(`the page is ${document.documentElement.scrollWidth} px wide on a screen of ${width}`);
    for (const element of document.querySelectorAll("body *")) {
      if (element.closest(".scroll table, nav, .plot")) continue;
      const box = element.getBoundingClientRect();
      if (box.width > 0 && box.right > width + 0.5)
        wrong.push(`<${element.tagName.toLowerCase()} class="${element.className}"> ends at ${box.right}`);
    }
    return wrong;
  },

  // Every line of every chart has left its colour on the canvas, unless its data are all missing or all zero.
  undrawn() {
    const data = JSON.parse(document.getElementById("thresher-data").textContent);
    const wrong = [];
    const figures = [...document.querySelectorAll("figure.chart")];
    if (figures.length === 0 && data.elapsed_s.length > 0) wrong.push("there is no chart");
    for (const figure of figures) {
      const title = figure.querySelector("h3").textContent;
      const canvas = figure.querySelector("canvas");
      if (!canvas) {
        wrong.push(`${title}: no canvas`);
        continue;
      }
      const copy = document.createElement("canvas");
      [copy.width, copy.height] = [canvas.width, canvas.height];
      const drawing = copy.getContext("2d", { willReadFrequently: true }); // else the browser would complain of us
      drawing.drawImage(canvas, 0, 0);
      const { data: pixels } = drawing.getImageData(0, 0, copy.width, copy.height);
      const columns = (figure.dataset.columns ?? "").split(" ");
      [...figure.querySelectorAll(".legend button:not(.scale)")].forEach((button, i) => {
        const values = figure.dataset.columns ? data.columns[columns[i]] : data.spectrum.rows[button.dataset.row];
        if (!values?.some((value) => value > 0)) return;
        const colour = getComputedStyle(button.querySelector("i")).backgroundColor.match(/\d+/g).map(Number);
        let count = 0;
        for (let at = 0; at < pixels.length; at += 4)
          if (pixels[at + 3] > 128 && [0, 1, 2].every((c) => Math.abs(pixels[at + c] - colour[c]) < 24)) ++count;
        if (count < 40) wrong.push(`${title}, ${button.textContent}: ${count} pixels of its colour`);
      });
    }
    return wrong;
  },

  // Text whose contrast is below WCAG 2.2's level AA (1.4.3).
  contrast() {
    const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => {
      const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
      return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const ground = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const colour = parse(getComputedStyle(at).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
      }
      return [255, 255, 255];
    };
    const wrong = new Set();
    let seen = 0;
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode()); ) {
      const element = node.parentElement;
      if (!node.data.trim() || element.closest("script") || !element.checkVisibility()) continue;
      ++seen;
      const style = getComputedStyle(element);
      const [one, other] = [luminance(parse(style.color)), luminance(ground(element))];
      const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5))
        wrong.add(`${ratio.toFixed(2)}:1 for ${element.tagName} .${element.className}: ${node.data.trim().slice(0, 30)}`);
    }
    if (seen < 50) wrong.add(`only ${seen} texts were seen`);
    return [...wrong];
  },

  // Whatever moved while the page was loading.
  shifts() {
    return new Promise((resolve) => {
      const found = [];
      const note = (list) => {
        for (const entry of list.getEntries())
          found.push(`${entry.value.toFixed(4)}: ${entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 60)).join()}`);
      };
      new PerformanceObserver(note).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => resolve(found), 0);
    });
  },

  // Clicks on every column's title in turn; the rows must then be in order.
  unsorted() {
    const wrong = [];
    for (const table of document.querySelectorAll("table")) {
      [...table.tHead.rows[0].cells].forEach((head, column) => {
        head.querySelector("button").click();
        const values = [...table.tBodies[0].rows].map(({ cells }) => Number(cells[column].dataset.v));
        const numbers = head.classList.contains("number");
        if (head.ariaSort !== (numbers ? "descending" : "ascending")) wrong.push(`${head.textContent}: ${head.ariaSort}`);
        if (numbers && !values.every((value, i) => i === 0 || values[i - 1] >= value))
          wrong.push(`${table.ariaLabel}, ${head.textContent}: ${values.slice(0, 5)} ...`);
      });
    }
    return wrong;
  },

  // Types into the first filter; shows how many rows are left and what the page says of it.
  filtered(text) {
    const box = document.querySelector("#requests .table");
    const input = box.querySelector("input");
    input.value = text;
    input.dispatchEvent(new Event("input"));
    const rows = [...box.querySelectorAll("tbody tr")].filter((row) => row.checkVisibility()).length;
    return [rows, box.querySelector("output").textContent];
  },
})
