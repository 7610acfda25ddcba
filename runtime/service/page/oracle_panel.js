import { h, keyed, setHidden, setText } from "./dom.js";
import { timesFound } from "./finding_lists.js";
import { clock, count } from "./format.js";
import { graphPicture } from "./graph_picture.js";
import { graphOf } from "./layers.js";
import { verdictTable } from "./small_tables.js";

const violationOf = ({ validator, check, subject, witness, at_s, details }) => {
  const graph = graphOf(details);
  return h(
    "li",
    {},
    h(
      "details",
      {},
      h(
        "summary",
        {},
        h("span.badge.bad", {}, `${validator} · ${check}`),
        h("span.said", {}, subject),
        h("span.faint", {}, at_s == null ? "" : clock(at_s)),
      ),
      graph &&
        h("div.scroll", { tabindex: "0", role: "region", "aria-label": "The workflow's graph" }, graphPicture(graph)),
      h("pre", { tabindex: "0" }, witness),
    ),
  );
};

/// What the validators say: their checks, and the violations with their witnesses. `set(oracle)`: of a digest, or null.
export const oraclePanel = () => {
  const table = verdictTable();
  const problems = h("ul.problems");
  const list = h("ol.findings");
  const title = h("h3");
  const kept = h("p.faint", { hidden: true });
  const none = h(
    "p.empty",
    {},
    "No validator judges this run. `--validator` or a scenario that pushes workflows brings one.",
  );
  const judged = h("div", {}, problems, table.element, title, list, kept);
  return {
    element: h("div", {}, judged, none),
    set(oracle) {
      setHidden(judged, !oracle);
      setHidden(none, Boolean(oracle));
      if (!oracle) return;
      keyed(
        problems,
        oracle.problems,
        (text) => text,
        (text) => h("li", {}, text),
        () => {},
      );
      table.set(oracle.checks);
      setText(title, oracle.violation_count > 0 ? timesFound(oracle.violation_count) : "No violation was found");
      const violations = oracle.violations.map((violation, i) => ({ ...violation, i }));
      keyed(
        list,
        violations,
        ({ i }) => String(i),
        violationOf,
        () => {},
      );
      setHidden(kept, oracle.violation_count <= oracle.violations.length);
      setText(kept, `The first ${count(oracle.violations.length)} are kept with their witnesses.`);
    },
  };
};
