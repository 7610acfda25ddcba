import { get, post } from "./api.js";
import { toast } from "./dialogs.js";
import { h } from "./dom.js";
import { choices, field, rowsEditor } from "./fields.js";
import { fieldOf, requestOf, restoredForm } from "./form.js";
import { recall, remember } from "./kept.js";
import { loadFields } from "./load_fields.js";
import { routeTo } from "./route.js";
import { scenarioTree } from "./scenario_tree.js";
import { selectionPanel } from "./selection_panel.js";
import { failure, sentence, skeleton } from "./states.js";
import { namesOf, tagsOf } from "./tree.js";

const kKey = "thresher-form";
const kPause_ms = 250; // of typing, before the server is asked
const kMetrics = [
  "http_req_duration",
  "http_req_failed",
  "http_reqs",
  "iteration_response_time",
  "iteration_duration",
  "iterations",
  "dropped_iterations",
  "checks",
  "oracle_violations",
];

const targetFields = (form, catalogue, changed) => {
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
  const host = field("Host", text("host", { type: "url", placeholder: "as each scenario says" }));
  const seed = field(
    "Seed",
    text("seed", { placeholder: "random, always reported", inputmode: "numeric" }),
    "The same seed makes the same choices again.",
  );
  const env = rowsEditor({
    label: "Variables",
    add: "Add a variable",
    rows: form.env,
    blank: () => ({ name: "", value: "" }),
    changed,
    columns: [
      { name: "name", label: "Variable (thresher.env)", placeholder: "SCALE" },
      { name: "value", label: "Value", placeholder: "small" },
    ],
  });
  const standIns = catalogue.stand_ins ?? [];
  form.stand_ins = form.stand_ins.filter((name) => standIns.some((each) => each.name === name));
  return {
    fields: { host, seed, env: { problem: (message) => env.problem(null, message) } },
    element: h(
      "section.card",
      {},
      h("h2", {}, "Target"),
      h("div.fields", {}, host.element, seed.element),
      standIns.length > 0 && [
        h("h3", {}, "Stand-ins, served during the run"),
        choices(
          "Stand-ins",
          standIns.map(({ name, description }) => ({ name, hint: description })),
          form.stand_ins,
          changed,
        ),
      ],
      h("details", { open: form.env.length > 0 }, h("summary", {}, "Variables"), env.element),
    ),
  };
};

const thresholdFields = (form, changed) => {
  const rows = rowsEditor({
    label: "Thresholds",
    add: "Add a threshold",
    rows: form.thresholds,
    changed,
    blank: () => ({ metric: "http_req_duration", expression: "p(95)<500" }),
    columns: [
      { name: "metric", label: "Metric", placeholder: "http_req_duration{name:/health}", list: "metrics" },
      { name: "expression", label: "Has to be", placeholder: "p(95)<500" },
    ],
  });
  return {
    rows,
    element: h(
      "section.card",
      {},
      h("h2", {}, "Thresholds"),
      h("p.hint", {}, "Beside those of the profile and the scripts. Times are in milliseconds."),
      rows.element,
      h(
        "datalist",
        { id: "metrics" },
        kMetrics.map((value) => h("option", { value })),
      ),
    ),
  };
};

const scenarioFields = (form, picked, catalogue, changed) => {
  const wrong = h("p.problem", { hidden: true });
  const tags = tagsOf(catalogue.files.filter(({ problem }) => !problem)).map((name) => ({ name }));
  for (const list of ["tags", "exclude_tags"])
    form[list] = form[list].filter((tag) => tags.some(({ name }) => name === tag));
  const problem = (message) => {
    wrong.textContent = message;
    wrong.hidden = message === "";
  };
  return {
    fields: { files: { problem } },
    element: h(
      "section.card",
      {},
      h("h2", {}, "Scenarios"),
      scenarioTree(catalogue.files, picked, changed),
      wrong,
      tags.length > 0 &&
        h(
          "details",
          { open: form.tags.length + form.exclude_tags.length > 0 },
          h("summary", {}, "By tag"),
          h("h3", {}, "Only tasks with one of"),
          choices("Only tags", tags, form.tags, changed),
          h("h3", {}, "No task with"),
          choices("Without tags", tags, form.exclude_tags, changed),
        ),
    ),
  };
};

/// The form, what it means, and the buttons that start it.
const startForm = (catalogue) => {
  const form = restoredForm(recall(kKey));
  const picked = new Set(form.picked);
  const names = () =>
    namesOf(
      catalogue.files.filter(({ problem }) => !problem),
      picked,
    );
  let timer = null;
  let asking = null;

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const body = requestOf(form, names());
    if (body.files.length === 0) return (tell(null), panel.nothingPicked());
    panel.wait();
    try {
      const answer = await post("api/selection", body, asking.signal);
      panel.set(answer);
      tell(answer.problem);
    } catch (error) {
      if (error.name === "AbortError") return;
      panel.fail(sentence(error.message));
      tell(error.status >= 400 && error.status < 500 ? { message: error.message, where: "" } : null);
    }
  };
  const changed = () => {
    form.picked = [...picked];
    remember(kKey, form);
    clearTimeout(timer);
    timer = setTimeout(ask, kPause_ms);
  };
  const start = async (rehearse) => {
    panel.starting(true);
    try {
      const { id } = await post("api/live", { ...requestOf(form, names()), rehearse });
      location.hash = routeTo("live", id);
    } catch (error) {
      panel.starting(false);
      panel.fail(sentence(error.message));
      toast("It was not started.", "bad");
    }
  };

  const panel = selectionPanel(start);
  const scenarios = scenarioFields(form, picked, catalogue, changed);
  const load = loadFields(form, catalogue, changed);
  const target = targetFields(form, catalogue, changed);
  const thresholds = thresholdFields(form, changed);
  const fields = { ...scenarios.fields, ...load.fields, ...target.fields };
  const tell = (problem) => {
    const name = problem ? fieldOf(problem, form) : "";
    const text = problem ? [problem.where, problem.message].filter(Boolean).join(": ") : "";
    for (const [each, { problem: show }] of Object.entries(fields)) show(each === name ? text : "");
    const row = /^thresholds\.(\d+)$/.exec(name);
    thresholds.rows.problem(row ? Number(row[1]) : null, name.startsWith("thresholds") ? text : "");
  };
  ask();
  return {
    element: h(
      "form.start",
      {
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          start(false);
        },
      },
      h("div.column", {}, scenarios.element, load.element, target.element, thresholds.element),
      panel.element,
    ),
    destroy() {
      clearTimeout(timer);
      asking?.abort();
      panel.destroy();
    },
  };
};

export const startView = () => {
  const element = h("div.view", {}, h("h1.unseen", {}, "Start a run"));
  const place = h("div");
  element.append(place);
  let form = null;
  let gone = false;
  const load = async () => {
    place.replaceChildren(skeleton("the scenarios", "form"));
    try {
      const catalogue = await get("api/catalogue");
      if (gone) return;
      form = startForm(catalogue);
      place.replaceChildren(form.element);
    } catch (error) {
      place.replaceChildren(failure("The scenarios cannot be listed", error, load));
    }
  };
  load();
  return {
    element,
    title: "Start",
    destroy() {
      gone = true;
      form?.destroy();
    },
  };
};
