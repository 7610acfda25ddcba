import { h, keyed, setText } from "./dom.js";
import { endpointTable } from "./endpoint_table.js";
import { exceptionList, failureList } from "./finding_lists.js";
import { count } from "./format.js";
import { oraclePanel } from "./oracle_panel.js";
import { checkTable, sizes, thresholdTable, workerTable } from "./small_tables.js";
import { makeTabs } from "./tabs.js";
import { spoken, toneOf } from "./words.js";

const validityPanel = () => {
  const word = h("strong"),
    reasons = h("ul.problems"),
    remarks = h("ul.faint"),
    bytes = h("p.faint");
  const item = (text) => h("li", {}, text);
  return {
    element: h(
      "div",
      {},
      h(
        "p",
        {},
        "The measurement is ",
        word,
        ": whether the generator kept up, so that the figures are the target's and not its own.",
      ),
      reasons,
      remarks,
      bytes,
    ),
    set({ validity, totals }) {
      setText(word, spoken(validity?.state ?? "not judged yet"));
      word.className = toneOf(validity?.state);
      keyed(
        reasons,
        (validity?.reasons ?? []).map(({ state, text }) => `${spoken(state)}: ${text}`),
        (text) => text,
        item,
        () => {},
      );
      keyed(
        remarks,
        validity?.remarks ?? [],
        (text) => text,
        item,
        () => {},
      );
      setText(bytes, sizes(totals));
    },
  };
};

const failing = (thresholds) => thresholds.filter(({ state }) => state === "fail").length;
const countBad = (n) => (n > 0 ? [count(n), "bad"] : [""]);

const kPanels = [
  {
    name: "endpoints",
    title: "Endpoints",
    make: endpointTable,
    of: (digest) => digest.requests,
    badge: ({ requests }) => [requests.length > 0 ? count(requests.length) : ""],
  },
  {
    name: "failures",
    title: "Failures",
    make: failureList,
    of: (digest) => digest.failures,
    badge: ({ failures }) => countBad(failures.length),
  },
  {
    name: "exceptions",
    title: "Exceptions",
    make: exceptionList,
    of: (digest) => digest.exceptions,
    badge: ({ exceptions }) => countBad(exceptions.length),
  },
  {
    name: "checks",
    title: "Checks",
    make: checkTable,
    of: (digest) => digest.checks,
    badge: ({ checks }) => countBad(checks.filter(({ fails }) => fails > 0).length),
  },
  {
    name: "thresholds",
    title: "Thresholds",
    make: thresholdTable,
    of: (digest) => digest.thresholds,
    badge: ({ thresholds }) =>
      failing(thresholds) > 0
        ? [`${failing(thresholds)} fail`, "bad"]
        : thresholds.length > 0
          ? [count(thresholds.length)]
          : [""],
  },
  {
    name: "oracle",
    title: "Oracle",
    make: oraclePanel,
    of: (digest) => digest.oracle,
    badge: ({ oracle }) => countBad(oracle?.violation_count ?? 0),
  },
  {
    name: "validity",
    title: "Validity",
    make: validityPanel,
    of: (digest) => digest,
    badge: ({ validity }) =>
      validity && validity.state !== "VALID" ? [spoken(validity.state), toneOf(validity.state)] : [""],
  },
];
const kWorkers = {
  name: "workers",
  title: "Workers",
  make: workerTable,
  of: (digest) => digest.workers,
  badge: () => [""],
};

/// What a run has to say beyond its curves, in tabs. `update(digest)` writes only into the one in sight.
///   log: a panel of log_panel.js, of a run that goes on
export const runPanels = (log) => {
  const panels = [...kPanels, ...(log ? [kWorkers] : [])].map((panel) => ({ ...panel, part: panel.make() }));
  let digest = null;
  const fill = (name) => {
    const panel = panels.find((each) => each.name === name);
    if (digest && panel) panel.part.set(panel.of(digest));
    if (name === "log") log.shown();
  };
  const tabs = makeTabs(
    "Details",
    [
      ...panels.map(({ name, title, part }) => ({ name, title, element: part.element })),
      ...(log ? [{ name: "log", title: "Log", element: log.element }] : []),
    ],
    fill,
  );
  return {
    element: tabs.element,
    update(next) {
      digest = next;
      fill(tabs.current() === "log" ? "" : tabs.current());
      for (const { name, badge } of panels) tabs.badge(name, ...badge(digest));
    },
  };
};
