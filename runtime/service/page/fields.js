import { h, setAttribute, setHidden, setText } from "./dom.js";

let fields = 0;

/// A labelled control with room for what is wrong with it: {element, control, problem(text)}.
export const field = (label, control, hint = "") => {
  const id = `field-${++fields}`;
  const wrong = h("p.problem", { id: `${id}-problem`, hidden: true });
  control.id = id;
  const element = h(
    "div.field",
    {},
    h("label", { for: id }, label),
    control,
    hint && h("p.hint", { id: `${id}-hint` }, hint),
    wrong,
  );
  return {
    element,
    control,
    problem(text) {
      setText(wrong, text);
      setHidden(wrong, text === "");
      setAttribute(control, "aria-invalid", text === "" ? null : "true");
      setAttribute(control, "aria-describedby", text !== "" ? wrong.id : hint && `${id}-hint`);
    },
  };
};

/// Rows of text boxes that grow and shrink: {element, problem(row, text)}.
///   columns: [{name, label, placeholder, list}]; rows: an array that is edited in place; changed() after each edit
export const rowsEditor = ({ label, columns, rows, blank, add, changed }) => {
  const body = h("tbody");
  const wrong = h("p.problem", { hidden: true });
  const cell = (row, { name, label: title, placeholder, list, inputmode }) =>
    h(
      "td",
      {},
      h("input", {
        value: row[name],
        placeholder,
        list,
        inputmode,
        "aria-label": title,
        spellcheck: "false",
        autocomplete: "off",
        oninput: ({ target }) => {
          row[name] = target.value;
          changed();
        },
      }),
    );
  const draw = () => {
    body.replaceChildren(
      ...rows.map((row, i) =>
        h(
          "tr",
          {},
          columns.map((column) => cell(row, column)),
          h(
            "td",
            {},
            h(
              "button.quiet",
              {
                type: "button",
                "aria-label": `Remove row ${i + 1} of ${label}`,
                onclick: () => edit(() => rows.splice(i, 1)),
              },
              "✕",
            ),
          ),
        ),
      ),
    );
    setHidden(table, rows.length === 0);
  };
  const edit = (act) => {
    act();
    draw();
    changed();
  };
  const append = () => {
    edit(() => rows.push(blank()));
    body.lastChild.querySelector("input").focus();
  };
  const table = h(
    "table.rows",
    { "aria-label": label },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        columns.map((column) => h("th", { scope: "col" }, column.label)),
        h("th", {}, h("span.unseen", {}, "Remove")),
      ),
    ),
    body,
  );
  draw();
  return {
    element: h("div.field", {}, table, wrong, h("button", { type: "button", onclick: append }, add)),
    problem(row, text) {
      setText(wrong, text);
      setHidden(wrong, text === "");
      [...body.rows].forEach((tr, i) => {
        for (const input of tr.querySelectorAll("input"))
          setAttribute(input, "aria-invalid", text !== "" && (row === null || row === i) ? "true" : null);
      });
    },
  };
};

/// Buttons that are on or off, of which any number is. `chosen` is edited in place.
export const choices = (label, names, chosen, changed) =>
  h(
    "div.choices",
    { role: "group", "aria-label": label },
    names.map(({ name, hint }) =>
      h(
        "button.choice",
        {
          type: "button",
          title: hint,
          "aria-pressed": String(chosen.includes(name)),
          onclick: ({ currentTarget }) => {
            const at = chosen.indexOf(name);
            if (at < 0) chosen.push(name);
            else chosen.splice(at, 1);
            currentTarget.setAttribute("aria-pressed", String(at < 0));
            changed();
          },
        },
        name,
      ),
    ),
  );

/// One of several: radio buttons in a row. options: [{value, label}].
export const segments = (label, options, value, changed) => {
  const name = `segments-${++fields}`;
  return h(
    "fieldset.segments",
    {},
    h("legend.unseen", {}, label),
    options.map((option) =>
      h(
        "label",
        {},
        h("input", {
          type: "radio",
          name,
          value: option.value,
          checked: option.value === value,
          onchange: () => changed(option.value),
        }),
        h("span", {}, option.label),
      ),
    ),
  );
};
