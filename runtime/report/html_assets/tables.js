// Sorting and filtering. Tables arrive complete from the server side; a cell's data-v is what it sorts by.
(() => {
  "use strict";
  const names = new Intl.Collator("en", { numeric: true });

  const keyOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
  };

  const sortBy = (table, column, direction) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, key: keyOf(row, column) }));
    rows.sort((a, b) => direction * (typeof a.key === "number" ? a.key - b.key : names.compare(a.key, b.key)));
    body.append(...rows.map(({ row }) => row));
  };

  // Before the first change columns get the width that all rows gave them: they do not jump while somebody types, and the
  // browser need not measure every cell again.
  const settle = (table) => {
    if (table.style.tableLayout === "fixed") return;
    const heads = [...table.tHead.rows[0].cells];
    const widths = heads.map((head) => head.offsetWidth);
    heads.forEach((head, i) => (head.style.width = `${widths[i]}px`));
    table.style.minWidth = `${widths.reduce((sum, width) => sum + width, 0)}px`;
    table.style.tableLayout = "fixed";
  };

  const makeSortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = head.querySelector("button");
      if (!button) return;
      button.addEventListener("click", () => {
        // Numbers are most wanted from the top, names from A.
        const first = head.classList.contains("number") ? "descending" : "ascending";
        const other = first === "ascending" ? "descending" : "ascending";
        const order = head.getAttribute("aria-sort") === first ? other : first;
        settle(table);
        for (const each of heads) each.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", order);
        sortBy(table, column, order === "ascending" ? 1 : -1);
      });
    });
  };

  const makeFilterable = (box, table) => {
    const input = box.querySelector("input[type=search]");
    if (!input) return;
    const shown = box.querySelector("output");
    const rows = [...table.tBodies[0].rows].map((row) => ({ row, text: row.textContent.toLowerCase() }));
    input.addEventListener("input", () => {
      settle(table);
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const { row, text } of rows) {
        row.hidden = !words.every((word) => text.includes(word));
        if (!row.hidden) ++count;
      }
      shown.textContent = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")}`;
    });
  };

  for (const box of document.querySelectorAll(".table")) {
    const table = box.querySelector("table");
    makeSortable(table);
    makeFilterable(box, table);
  }
})();
