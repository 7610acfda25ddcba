import { download, get, pathOf, post, remove } from "./api.js";
import { copyLine } from "./copy_line.js";
import { confirmed, toast } from "./dialogs.js";
import { h, setText } from "./dom.js";
import { duration, moment, timeOfDay } from "./format.js";
import { runPanels } from "./panels.js";
import { columnsOf, digestOf } from "./report_digest.js";
import { routeTo } from "./route.js";
import { runCharts } from "./run_charts.js";
import { failure, nothing, sentence, skeleton } from "./states.js";
import { reportTiles } from "./tiles.js";
import { trendCard } from "./trend.js";
import { spoken, toneOf } from "./words.js";

const kFormats = [
  ["html", "HTML, one page"],
  ["csv", "CSV, as Locust writes it"],
  ["json", "JSON, everything"],
  ["history", "History, for thresher validate"],
];

const attempt = async (act) => {
  try {
    return await act();
  } catch (error) {
    toast(sentence(error.message), "bad");
    return null;
  }
};

const downloads = (run) => {
  const there = kFormats.filter(([format]) => !run.downloads || run.downloads.includes(format));
  const menu = h(
    "details.menu",
    {},
    h("summary.button", {}, "Download"),
    h(
      "div",
      {},
      there.map(([format, label]) =>
        h(
          "button",
          {
            type: "button",
            onclick: () => {
              menu.open = false;
              attempt(() =>
                download(`${pathOf("api/history", run.id)}/download?format=${format}`, `${run.id}.${format}`),
              );
            },
          },
          label,
        ),
      ),
    ),
  );
  menu.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    menu.open = false;
    menu.firstChild.focus();
  });
  return there.length > 0 && menu;
};

const actions = (run) => {
  const path = pathOf("api/history", run.id, "baseline");
  const label = () => (run.baseline ? "No longer baseline" : "Mark as baseline");
  const baseline = h(
    "button",
    {
      type: "button",
      title: "Later runs under the same conditions are held to it",
      onclick: () =>
        attempt(async () => {
          await (run.baseline ? remove(path) : post(path));
          run.baseline = !run.baseline;
          setText(baseline, label());
        }),
    },
    label(),
  );
  const erase = h(
    "button.danger.quiet",
    {
      type: "button",
      onclick: async () => {
        if (
          !(await confirmed(
            "Delete this run?",
            `${run.name || run.id} of ${moment(run.started)} leaves the history. Files that it wrote stay.`,
            "Delete",
          ))
        )
          return;
        await attempt(async () => {
          await remove(pathOf("api/history", run.id));
          location.hash = routeTo("history");
        });
      },
    },
    "Delete …",
  );
  return h("div.actions", {}, downloads(run), baseline, erase);
};

const notesCard = (run) => {
  const list = h("ul.plain");
  const noteOf = ({ at, text }) =>
    h("li", {}, h("time.faint", { datetime: at, title: moment(at) }, timeOfDay(at)), " ", text);
  list.append(...(run.notes ?? []).map(noteOf));
  const input = h("input", {
    type: "text",
    maxlength: "300",
    "aria-label": "Note",
    placeholder: "What should be known of this run?",
  });
  const add = async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === "") return input.focus();
    await attempt(async () => {
      await post(pathOf("api/live", run.id, "notes"), { text });
      list.append(noteOf({ at: new Date().toISOString(), text }));
      input.value = "";
    });
  };
  return h(
    "section.card",
    {},
    h("h2", {}, "Notes"),
    list,
    h("form.note", { onsubmit: add }, input, h("button", {}, "Add note")),
  );
};

const headOf = (run) => {
  const command = copyLine("command line");
  command.set(run.command_line || "–");
  const facts = [
    run.host,
    run.profile && `profile ${run.profile}`,
    `seed ${run.seed}`,
    moment(run.started),
    `lasted ${duration(run.duration_s)}`,
    `version ${run.version}`,
  ];
  const regression = run.regression?.checks?.filter(({ state }) => state === "ISSUE" || state === "FAIL") ?? [];
  const word = run.verdict || run.status;
  return h(
    `section.card.head.end.${toneOf(word)}`,
    {},
    h(
      "div.title",
      {},
      h("h1", {}, run.name || run.id),
      h(`span.chip.${toneOf(word)}`, {}, spoken(word)),
      run.validity &&
        run.validity !== "VALID" &&
        h(`span.chip.${toneOf(run.validity)}`, {}, `measurement ${spoken(run.validity)}`),
      actions(run),
    ),
    h("p", {}, sentence(run.verdict_text)),
    regression.map(({ state, text }) => h(state === "FAIL" ? "p.bad" : "p.caution", {}, sentence(text))),
    h("p.faint.facts", {}, facts.filter(Boolean).join(" · ")),
    h("details", {}, h("summary", {}, "Command line"), command.element),
  );
};

/// A run of the history, with its report.
export const runView = (id) => {
  const element = h("div.view", {}, skeleton("the run", "tall", "tiles", "chart"));
  const parts = [];
  const view = { element, title: "Run", destroy: () => parts.forEach((part) => part.destroy()) };

  const report = (run) => {
    const document = run.document;
    if (document?.schema !== "thresher.report/1")
      return [nothing("There is no report", "This run ended before one was written, or it is of another kind.")];
    const digest = digestOf(document),
      columns = columnsOf(document);
    const tiles = reportTiles(),
      panels = runPanels(null);
    tiles.update(digest);
    panels.update(digest);
    const warnings =
      digest.warning_signs.length > 0 &&
      h(
        "ul.problems.card",
        {},
        digest.warning_signs.map((text) => h("li", {}, text)),
      );
    if (!columns) return [tiles.element, warnings, panels.element];
    const marks = (run.notes ?? []).map(({ at, text }) => ({
      kind: "note",
      text,
      at_s: (Date.parse(at) - Date.parse(document.stop.started)) / 1000,
    }));
    const charts = runCharts(
      () => marks,
      (name) => columns[name] !== undefined,
    );
    parts.push(charts);
    requestAnimationFrame(() => charts.set(columns));
    return [tiles.element, charts.element, warnings, panels.element];
  };
  const load = async () => {
    try {
      const run = await get(pathOf("api/history", id));
      if (run.status === "running") return location.replace(routeTo("live", id));
      const trend = trendCard(id);
      parts.push(trend);
      element.replaceChildren(...[headOf(run), ...report(run), trend.element, notesCard(run)].filter(Boolean));
    } catch (error) {
      element.replaceChildren(failure("The run cannot be shown", error, load));
    }
  };
  load();
  return view;
};
