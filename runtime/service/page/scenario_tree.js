import { h, setHidden, setText } from "./dom.js";
import { plural } from "./format.js";
import { leavesOf, searched, stateOf } from "./tree.js";

/// The scenario files with their scenarios and tasks, to be ticked. picked: a set of leaves, edited in place.
export const scenarioTree = (files, picked, changed) => {
  const boxes = []; // {box, leaves}
  const box = (leaves, label, extra) => {
    const input = h("input", {
      type: "checkbox",
      onchange: ({ target }) => {
        for (const leaf of leaves) picked[target.checked ? "add" : "delete"](leaf);
        paint();
        changed();
      },
    });
    boxes.push({ input, leaves });
    return h("label.node", {}, input, h("span", {}, label), extra);
  };
  const paint = () => {
    for (const { input, leaves } of boxes) {
      const state = stateOf(leaves, picked);
      input.checked = state === "all";
      input.indeterminate = state === "some";
    }
  };
  const tagsOf = (tags) =>
    tags?.length > 0 &&
    h(
      "span.tags",
      {},
      tags.map((tag) => h("span.tag", {}, tag)),
    );
  const taskNode = (file, scenario, task) =>
    h("li", {}, box(leavesOf(file, scenario, task), task.name, tagsOf(task.tags)));
  const scenarioNode = (file, scenario) =>
    h(
      "li",
      {},
      box(
        leavesOf(file, scenario),
        h("b", {}, scenario.name),
        h("span.faint", {}, plural(scenario.tasks.length, "task")),
      ),
      h(
        "ul",
        {},
        scenario.tasks.map((task) => taskNode(file, scenario, task)),
      ),
    );
  const fileNode = (file, open) =>
    file.problem
      ? h(
          "li.broken",
          {},
          h("code", {}, file.file),
          h("p.problem", {}, [file.problem.where, file.problem.message].filter(Boolean).join(": ")),
        )
      : h(
          "li",
          {},
          h(
            "details",
            { open },
            h(
              "summary",
              {},
              box(leavesOf(file), h("code", {}, file.file)),
              h("span.faint", {}, plural(file.scenarios.length, "scenario")),
            ),
            h(
              "ul",
              {},
              file.scenarios.map((scenario) => scenarioNode(file, scenario)),
            ),
          ),
        );

  const list = h("ul.tree", { "aria-label": "Scenario files" });
  const none = h("p.empty", { hidden: true });
  const draw = (text) => {
    boxes.length = 0;
    const found = searched(files, text);
    const some = (file) =>
      text !== "" || files.length === 1 || (!file.problem && stateOf(leavesOf(file), picked) !== "none");
    list.replaceChildren(...found.map((file) => fileNode(file, some(file))));
    setHidden(none, found.length > 0);
    setText(
      none,
      files.length === 0
        ? "No scenario file lies where the server was started. `thresher new` writes one."
        : `Nothing is called “${text}”.`,
    );
    paint();
  };
  const search = h("input", {
    type: "search",
    placeholder: "Search files, scenarios, tasks, tags",
    "aria-label": "Search scenarios",
    oninput: ({ target }) => draw(target.value.trim()),
  });
  draw("");
  return h("div.picker", {}, search, list, none);
};
