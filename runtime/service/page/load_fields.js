import { field, rowsEditor, segments } from "./fields.js";
import { h, setHidden } from "./dom.js";

const kShapes = [
  { value: "given", label: "As given" },
  { value: "users", label: "Users" },
  { value: "stages", label: "Stages" },
  { value: "rate", label: "Arrivals" },
];
const kHints = {
  given: "The profile decides, or else the script.",
  users: "So many users, each beginning its next iteration when the last has ended.",
  stages: "The load moves in a straight line to each stage's target.",
  rate: "Iterations begin at this rate, however long the earlier ones take (open model).",
};

/// How much load, and for how long. form: edited in place. {element, fields}: by the members of a form.
export const loadFields = (form, catalogue, changed) => {
  const text = (name, options) =>
    h("input", {
      value: form[name],
      autocomplete: "off",
      spellcheck: "false",
      ...options,
      oninput: ({ target }) => {
        form[name] = target.value;
        changed();
      },
    });
  const select = (name, first, options) => {
    const known = options.some((option) => option.name === form[name]);
    if (!known) form[name] = "";
    return h(
      "select",
      {
        onchange: ({ target }) => {
          form[name] = target.value;
          changed();
        },
      },
      h("option", { value: "" }, first),
      options.map((option) =>
        h(
          "option",
          { value: option.name, selected: option.name === form[name] },
          option.description ? `${option.name}: ${option.description}` : option.name,
        ),
      ),
    );
  };
  const fields = {
    profile: field("Profile", select("profile", "None", catalogue.profiles ?? [])),
    users: field("Users", text("users", { inputmode: "numeric" })),
    spawn_rate: field("Started per second", text("spawn_rate", { inputmode: "decimal" })),
    rate: field("Iterations per second", text("rate", { inputmode: "decimal" })),
    run_time: field("Run time", text("run_time", { placeholder: "90s, 20m, 1h30m" })),
    executor: field(
      "Executor",
      select(
        "executor",
        "Follows from the load",
        (catalogue.executors ?? []).map((name) => ({ name })),
      ),
    ),
    workers: field("Workers", text("workers", { placeholder: "one per core", inputmode: "numeric" })),
  };
  const stages = rowsEditor({
    label: "Stages",
    add: "Add a stage",
    rows: form.stages,
    blank: () => ({ duration: "1m", target: form.stages.at(-1)?.target ?? "10" }),
    changed,
    columns: [
      { name: "duration", label: "Lasts", placeholder: "30s" },
      { name: "target", label: "Ends at (users, or per second)", placeholder: "50", inputmode: "decimal" },
    ],
  });
  const shown = { given: [], users: ["users", "spawn_rate", "run_time"], stages: [], rate: ["rate", "run_time"] };
  const hint = h("p.hint");
  const paint = () => {
    for (const name of ["users", "spawn_rate", "rate", "run_time"])
      setHidden(fields[name].element, !shown[form.shape].includes(name));
    setHidden(stages.element, form.shape !== "stages");
    hint.textContent = kHints[form.shape];
  };
  const shape = segments("Load", kShapes, form.shape, (value) => {
    form.shape = value;
    paint();
    changed();
  });
  paint();
  return {
    fields: { ...fields, stages: { problem: (message) => stages.problem(null, message) } },
    element: h(
      "section.card",
      {},
      h("h2", {}, "Load"),
      fields.profile.element,
      shape,
      hint,
      h(
        "div.fields",
        {},
        fields.users.element,
        fields.spawn_rate.element,
        fields.rate.element,
        fields.run_time.element,
      ),
      stages.element,
      h(
        "details",
        {},
        h("summary", {}, "Executor and workers"),
        h("div.fields", {}, fields.executor.element, fields.workers.element),
      ),
    ),
  };
};
