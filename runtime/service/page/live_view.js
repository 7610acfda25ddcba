import { get, pathOf } from "./api.js";
import { connection } from "./connection.js";
import { copyLine } from "./copy_line.js";
import { h, keyed, setAttribute, setHidden, setText } from "./dom.js";
import { clock, moment, percent, plural } from "./format.js";
import { liveTiles, reportTiles } from "./tiles.js";
import { logPanel } from "./log_panel.js";
import { nothing, sentence, skeleton } from "./states.js";
import { routeTo } from "./route.js";
import { runCharts } from "./run_charts.js";
import { RunModel } from "./run_model.js";
import { runPanels } from "./panels.js";
import { spoken, toneOf } from "./words.js";
import { steering } from "./steer.js";
import { follow } from "./stream.js";

/// Name, phase and progress of a run.
const headOf = (buttons) => {
  const name = h("h1", {}, "…"),
    phase = h("span.chip.plain", { role: "status" }),
    kind = h("span.chip.plain", { hidden: true });
  const validity = h("span.chip");
  const bar = h("progress", { max: "1", value: 0, "aria-label": "Progress" }),
    time = h("span.time", {}, "00:00");
  const facts = h("span.faint.facts"),
    command = copyLine("command line");
  const element = h(
    "section.card.head",
    {},
    h("div.title", {}, name, phase, kind, validity, buttons),
    h("div.progress", {}, bar, time),
    facts,
    h("details", {}, h("summary", {}, "Command line"), command.element),
  );
  return {
    element,
    update({ run, digest, end }) {
      setText(name, run.name || run.id);
      setHidden(kind, run.kind !== "rehearsal");
      setText(kind, run.kind);
      command.set(run.command_line);
      const began = run.kind === "rehearsal" ? "in virtual time" : `began ${moment(run.started)}`;
      setText(facts, [run.host, `seed ${run.seed}`, began, `version ${run.version}`].filter(Boolean).join(" · "));
      const word = end ? "ended" : (digest?.phase ?? "preparing");
      setText(phase, word);
      phase.className = `chip ${word === "running" ? "good" : toneOf(word)}`;
      if (!digest) return;
      setHidden(validity, !digest.validity || digest.validity.state === "VALID");
      setText(validity, `measurement ${spoken(digest.validity?.state)}`);
      validity.className = `chip ${toneOf(digest.validity?.state)}`;
      const planned = digest.planned_s;
      setHidden(bar, planned == null);
      if (planned != null) bar.value = Math.min(1, digest.elapsed_s / planned);
      setAttribute(
        bar,
        "aria-valuetext",
        planned != null && planned > 0 ? percent(Math.min(1, digest.elapsed_s / planned)) : null,
      );
      setText(
        time,
        planned == null
          ? `${clock(digest.elapsed_s)}, no end planned`
          : `${clock(digest.elapsed_s)} of ${clock(planned)}`,
      );
    },
  };
};

/// How it ended, and what is next.
const endOf = ({ exit_code, word, text, also, id, files }) =>
  h(
    `section.card.end.${toneOf(word)}`,
    { role: "status" },
    h("h2", {}, word || "Ended"),
    h("p", {}, sentence(text)),
    (also ?? []).map((each) => h("p", {}, sentence(each))),
    h("p.faint", {}, `Exit code ${exit_code}.`),
    files?.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, `${plural(files.length, "file")} written`),
        h(
          "ul.plain",
          {},
          files.map((file) => h("li", {}, h("code", {}, file))),
        ),
      ),
    h(
      "div.actions",
      {},
      id && h("a.button.primary", { href: routeTo("history", id) }, "Open the report"),
      h("a.button", { href: routeTo("start") }, "Start another"),
    ),
  );

/// What a run came to; its last second would say that nothing happens any more.
const wholeOf = (digest) => {
  const tiles = reportTiles();
  tiles.update(digest);
  return tiles.element;
};

/// A run that goes on, watched and steered.
export const liveView = (id) => {
  const model = new RunModel();
  const element = h("div.view", {}, skeleton("the run", "tall", "tiles", "chart"));
  let parts = null;
  let frame = 0;
  let drawnChanges = -1;

  const build = () => {
    const steer = steering(id);
    const log = logPanel();
    const warnings = h("ul.problems.card", { hidden: true });
    const ended = h("div");
    parts = {
      steer,
      log,
      warnings,
      ended,
      head: headOf(steer.buttons),
      tiles: liveTiles(),
      charts: runCharts(() => model.marks.items),
      panels: runPanels(log),
    };
    element.replaceChildren(
      parts.head.element,
      ended,
      parts.tiles.element,
      steer.element,
      parts.charts.element,
      warnings,
      parts.panels.element,
    );
  };

  const draw = () => {
    frame = 0;
    // It may end before it began.
    if (!model.run && model.end) element.replaceChildren(h("h1", {}, "Run"), endOf(model.end));
    if (!model.run) return;
    if (!parts) build();
    const { digest } = model;
    parts.head.update(model);
    if (digest) {
      parts.tiles.update(digest);
      parts.charts.set(model.points.columns);
      parts.panels.update(digest);
      parts.steer.update(digest);
      keyed(
        parts.warnings,
        digest.warning_signs ?? [],
        (text) => text,
        (text) => h("li", {}, text),
        () => {},
      );
      setHidden(parts.warnings, (digest.warning_signs ?? []).length === 0);
    }
    if (drawnChanges !== model.changes) parts.log.update(model);
    drawnChanges = model.changes;
    if (model.end && !parts.ended.firstChild) {
      parts.ended.append(endOf(model.end));
      parts.steer.end();
      if (digest) parts.tiles.element.replaceWith(wholeOf(digest));
      view.title = `${model.end.word || "Ended"}: ${model.run.name}`;
    }
  };
  const schedule = () => (frame ||= requestAnimationFrame(draw));

  const gone = async () => {
    connection.open();
    try {
      await get(pathOf("api/history", id));
      if (location.hash === routeTo("live", id)) location.replace(routeTo("history", id));
    } catch {
      if (!model.end)
        element.replaceChildren(
          nothing(
            "This run does not go on",
            `No run ${id} is going on, and the history has none of that name. Rehearsals are not kept.`,
            h("a.button", { href: routeTo("live") }, "Runs that go on"),
            h("a.button", { href: routeTo("history") }, "History"),
          ),
        );
    }
  };

  const stream = follow(id, {
    event(event, data) {
      model.take(event, data);
      schedule();
    },
    open: () => {
      connection.open();
      element.classList.remove("stale");
    },
    lost({ retryAt, reason }) {
      element.classList.add("stale");
      connection.lost({ retryAt, reason, again: () => stream.retry() });
    },
    gone,
  });
  const view = {
    element,
    title: "Watch",
    model, // for the tests of what a long run costs
    destroy() {
      stream.stop();
      cancelAnimationFrame(frame);
      parts?.charts.destroy();
      connection.open();
    },
  };
  return view;
};
