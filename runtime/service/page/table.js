import { h, setAttribute, setHidden, setText } from "./dom.js";
import { count } from "./format.js";
import { matching, sorted, windowOf } from "./order.js";

const kRowHeight = 34; // px, as .grid tr in data.css
const kAllBelow = 60; // rows: fewer are all there, for the browser's own search

/// A sortable table of many rows, of which only those in sight exist.
///   caption; columns: [{title, text(row), key?(row), tone?(row), hint?(row), number}], the first of which heads the
//row; /   sort: {column, descending}; empty: what is said without rows; searchText?(row): there is a search box;
///   tags?(row): and one for their tags; wrap: rows are as high as they have to be, for tables that stay short
/// `set(rows)` shows others; a row object is only read.
export class Table {
  constructor(options) {
    this.options = options;
    this.rows = [];
    this.order = options.sort ?? { column: 0, descending: false };
    this.text = "";
    this.tag = "";
    this.heads = options.columns.map((column, i) => this.#head(column, i));
    this.body = h("tbody");
    this.above = h("tr.filler", { "aria-hidden": "true" }, h("td", { colspan: options.columns.length }));
    this.below = h("tr.filler", { "aria-hidden": "true" }, h("td", { colspan: options.columns.length }));
    this.table = h(
      options.wrap ? "table.grid.wrap" : "table.grid",
      {},
      h("caption.unseen", {}, options.caption),
      h("thead", {}, h("tr", {}, this.heads)),
      this.body,
    );
    this.scroll = h(
      "div.scroll",
      { tabindex: "0", role: "region", "aria-label": options.caption, onscroll: () => this.#draw() },
      this.table,
    );
    this.empty = h("p.empty", {}, options.empty);
    this.element = h("div.table", {}, this.#tools(), this.scroll, this.empty);
    this.pool = [];
  }

  set(rows) {
    this.rows = rows;
    this.#tellTags();
    this.#arrange();
  }

  #head(column, i) {
    const button = h("button", { type: "button", onclick: () => this.#sortBy(i) }, column.title);
    return h(column.number ? "th.number" : "th", { scope: "col", title: column.hint }, button);
  }

  #tools() {
    const { searchText, tags, caption } = this.options;
    if (!searchText) return null;
    this.shown = h("output.faint");
    const input = h("input", {
      type: "search",
      placeholder: "Filter",
      "aria-label": `Filter ${caption}`,
      oninput: ({ target }) => {
        this.text = target.value;
        this.#arrange();
      },
    });
    this.select =
      tags &&
      h("select", {
        "aria-label": `Only ${caption} with the tag`,
        hidden: true,
        onchange: ({ target }) => {
          this.tag = target.value;
          this.#arrange();
        },
      });
    return h("div.tools", {}, input, this.select, this.shown);
  }

  #tellTags() {
    if (!this.select) return;
    const tags = [...new Set(this.rows.flatMap(this.options.tags))].sort();
    const told = tags.join("\n");
    if (this.told === told) return;
    this.told = told;
    this.select.replaceChildren(
      h("option", { value: "" }, "All tags"),
      ...tags.map((tag) => h("option", { value: tag }, tag)),
    );
    this.select.value = tags.includes(this.tag) ? this.tag : (this.tag = "");
    setHidden(this.select, tags.length === 0);
  }

  #sortBy(column) {
    const first = this.options.columns[column].number === true; // numbers are most wanted from the top, names from A
    const descending = this.order.column === column ? !this.order.descending : first;
    this.order = { column, descending };
    this.#arrange();
  }

  #arrange() {
    const { columns, searchText, tags } = this.options;
    const key = columns[this.order.column].key ?? columns[this.order.column].text;
    const tagged = this.tag === "" ? this.rows : this.rows.filter((row) => tags(row).includes(this.tag));
    this.visible = sorted(searchText ? matching(tagged, this.text, searchText) : tagged, key, this.order.descending);
    this.heads.forEach((head, i) =>
      setAttribute(
        head,
        "aria-sort",
        i === this.order.column ? (this.order.descending ? "descending" : "ascending") : null,
      ),
    );
    if (this.shown) {
      const some = this.visible.length !== this.rows.length;
      setText(
        this.shown,
        some ? `${count(this.visible.length)} of ${count(this.rows.length)}` : count(this.rows.length),
      );
    }
    setHidden(this.scroll, this.rows.length === 0);
    setHidden(this.empty, this.rows.length > 0);
    this.#draw();
  }

  #draw() {
    const rows = this.visible ?? [];
    const all = this.options.wrap || rows.length <= kAllBelow;
    const { first, last } = all
      ? { first: 0, last: rows.length }
      : windowOf(rows.length, kRowHeight, this.scroll.scrollTop, this.scroll.clientHeight || 600);
    setAttribute(this.table, "aria-rowcount", all ? null : rows.length + 1);
    while (this.pool.length < last - first) this.pool.push(this.#blank());
    const trs = this.pool.slice(0, last - first);
    trs.forEach((tr, i) => this.#fill(tr, rows[first + i], all ? null : first + i + 2));
    this.#place(trs, first * kRowHeight, (rows.length - last) * kRowHeight);
  }

  #place(trs, above, below) {
    const wanted = [...(above > 0 ? [this.above] : []), ...trs, ...(below > 0 ? [this.below] : [])];
    if (above > 0) this.above.firstChild.style.height = `${above}px`;
    if (below > 0) this.below.firstChild.style.height = `${below}px`;
    const there = this.body.children;
    if (there.length !== wanted.length || wanted.some((tr, i) => there[i] !== tr)) this.body.replaceChildren(...wanted);
  }

  #blank() {
    const cells = this.options.columns.map(({ number }, i) =>
      i === 0 ? h("th", { scope: "row" }) : h(number ? "td.number" : "td"),
    );
    return h("tr", {}, cells);
  }

  #fill(tr, row, index) {
    setAttribute(tr, "aria-rowindex", index);
    this.options.columns.forEach(({ text, tone, hint }, i) => {
      const cell = tr.children[i];
      setText(cell, text(row));
      const name = [this.options.columns[i].number ? "number" : "", tone?.(row) ?? ""].filter(Boolean).join(" ");
      if (cell.className !== name) cell.className = name;
      if (typeof hint === "function") setAttribute(cell, "title", hint(row));
      else if (i === 0) setAttribute(cell, "title", text(row));
    });
  }
}
