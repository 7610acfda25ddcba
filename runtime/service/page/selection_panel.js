import { copyLine } from "./copy_line.js";
import { h, keyed, setHidden, setText } from "./dom.js";
import { count, duration, percent, perSecond, plural } from "./format.js";
import { timeChart } from "./time_chart.js";

const kEndless_s = 60; // as much is drawn of a load without an end

const told = (plan) => {
  const tasks = plan.scenarios.reduce((sum, { tasks: list }) => sum + list.length, 0);
  const load = plan.model === "open" ? `open model, ${plan.arrivals} arrivals` : plural(plan.users, "user");
  const length =
    plan.run_time_s > 0
      ? duration(plan.run_time_s)
      : plan.iterations > 0
        ? plural(plan.iterations, "iteration")
        : "until it is stopped";
  return [plural(plan.scenarios.length, "scenario"), plural(tasks, "task"), load, length, plan.executor].join(" · ");
};

const scenarioRow = () => {
  const name = h("b"),
    share = h("span.number"),
    bar = h("meter", { min: "0", max: "1", value: 0 }),
    tasks = h("p.faint");
  return Object.assign(h("li", {}, h("div.share", {}, name, share), bar, tasks), {
    show(scenario) {
      setText(name, scenario.name);
      setText(share, percent(scenario.share));
      bar.value = scenario.share;
      bar.setAttribute("aria-label", `share of ${scenario.name}`);
      setText(tasks, [scenario.host, ...scenario.tasks.map((task) => task.name)].filter(Boolean).join(" · "));
    },
  });
};

/// What a form means, as the server says. start(rehearse): called by its buttons. `set(answer)`, `wait()`,
/// `fail(text)`.
export const selectionPanel = (start) => {
  const summary = h("p.summary"),
    problem = h("p.problem.box", { role: "status" }),
    command = copyLine("command line");
  const scenarios = h("ul.shares"),
    thresholds = h("ul.plain"),
    notes = h("ul.plain.faint");
  const rehearse = h("button", { type: "button", onclick: () => start(true) }, "Rehearse");
  const run = h("button.primary", { type: "submit" }, "Run");
  const charts = {
    users: timeChart({
      title: "Planned users",
      series: [{ column: "users", label: "users", tone: "c5", format: count, whole: true }],
    }),
    rate: timeChart({
      title: "Planned arrivals",
      series: [{ column: "rate", label: "iterations", tone: "c1", format: perSecond }],
    }),
  };
  const thresholdTitle = h("h3", {}, "Held to");
  const element = h(
    "aside.card.selection",
    { "aria-label": "What will run" },
    h("h2", {}, "What will run"),
    h("div.actions.go", {}, run, rehearse),
    h("p.hint", {}, "A rehearsal serves stand-ins, in virtual time: minutes of load take seconds."),
    problem,
    summary,
    h("div.plan", {}, charts.users.element, charts.rate.element),
    command.element,
    scenarios,
    thresholdTitle,
    thresholds,
    notes,
  );
  const state = (text, ready) => {
    setText(problem, text);
    setHidden(problem, text === "");
    run.disabled = rehearse.disabled = !ready;
  };
  const drawCurve = (told) => {
    const curve = told.length === 1 ? [...told, { ...told[0], at_s: told[0].at_s + kEndless_s }] : told;
    const isRate = curve.some((point) => point.rate !== undefined);
    setHidden(charts.users.element, isRate);
    setHidden(charts.rate.element, !isRate);
    const name = isRate ? "rate" : "users";
    charts[name].set([curve.map(({ at_s }) => at_s), curve.map((point) => point[name])]);
  };
  const list = (place, items) =>
    keyed(
      place,
      items,
      (text) => text,
      (text) => h("li", {}, text),
      () => {},
    );
  drawCurve([]);
  state("", false);
  return {
    element,
    wait: () => element.classList.add("stale"),
    nothingPicked() {
      this.set({ plan: null, problem: null, command_line: "thresher run", thresholds: [], curve: [] });
      setText(summary, "Pick a scenario, or one of its tasks, to see what it would do.");
    },
    set({ plan, problem: wrong, command_line, thresholds: held, curve, stand_ins_needed }) {
      element.classList.remove("stale");
      command.set(command_line ?? "");
      setText(summary, plan ? told(plan) : "");
      state(wrong ? [wrong.where, wrong.message].filter(Boolean).join(": ") : "", plan != null && !wrong);
      if (plan || !wrong) drawCurve(curve ?? []);
      keyed(
        scenarios,
        plan?.scenarios ?? [],
        ({ file, name }) => `${file} ${name}`,
        scenarioRow,
        (row, scenario) => row.show(scenario),
      );
      list(
        thresholds,
        (held ?? []).map(({ metric, expression }) => `${metric}: ${expression}`),
      );
      setHidden(thresholdTitle, (held ?? []).length === 0);
      list(notes, [
        ...(plan?.notes ?? []),
        ...(stand_ins_needed?.length > 0 ? [`A rehearsal needs the stand-ins ${stand_ins_needed.join(", ")}.`] : []),
      ]);
    },
    fail(text) {
      element.classList.remove("stale");
      state(text, false);
    },
    starting(under) {
      run.disabled = rehearse.disabled = under;
      setText(run, under ? "Starting …" : "Run");
    },
    destroy: () => Object.values(charts).forEach((chart) => chart.destroy()),
  };
};
