import { get } from "./api.js";
import { h, keyed, setHidden, setText } from "./dom.js";
import { ago, count, duration, milliseconds, moment, percent, perSecond } from "./format.js";
import { routeTo } from "./route.js";
import { failure, nothing, sentence, skeleton } from "./states.js";
import { spoken, toneOf } from "./words.js";

const kPage = 50;
const kPause_ms = 200;
const kStatuses = ["running", "completed", "completed_with_failures", "interrupted", "failed"];
const kColumns = ["Compare", "Run", "Result", "Began", "Lasted", "Requests", "Rate", "Failed", "p95"];

const cellsOf = (run) => {
  const { figures } = run;
  const failed = figures.requests > 0 ? figures.requests_failed / figures.requests : null;
  const bad = failed > 0 ? "bad" : "";
  return [
    h(
      "th",
      { scope: "row" },
      h("a", { href: routeTo(run.status === "running" ? "live" : "history", run.id) }, run.name || run.id),
      run.baseline && h("span.chip.plain", {}, "baseline"),
      h("span.faint", {}, [run.profile, run.host].filter(Boolean).join(" · ")),
    ),
    h(
      "td",
      {},
      h(
        `span.chip.${toneOf(run.verdict || run.status)}`,
        { title: run.verdict_text },
        spoken(run.verdict || run.status),
      ),
    ),
    h("td.nowrap", { title: moment(run.started) }, ago(run.started, Date.now())),
    h("td.number", {}, duration(run.duration_s)),
    h("td.number", {}, count(figures.requests)),
    h("td.number", {}, perSecond(figures.rate_per_s)),
    h(`td.number${bad && `.${bad}`}`, {}, failed === null ? "–" : percent(failed)),
    h("td.number", {}, milliseconds(figures.latency_ms?.p95)),
  ];
};

/// The runs that were recorded, newest first.
export const historyView = () => {
  const runs = [];
  const chosen = []; // ids, at most two
  const query = { text: "", status: "" };
  let before = null;
  let asking = null;
  let timer = null;

  const body = h("tbody");
  const table = h(
    "div.scroll",
    { tabindex: "0", role: "region", "aria-label": "Runs" },
    h(
      "table.runs",
      {},
      h("caption.unseen", {}, "Recorded runs"),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          kColumns.map((title, i) =>
            h(i > 3 ? "th.number" : "th", { scope: "col" }, i === 0 ? h("span.unseen", {}, title) : title),
          ),
        ),
      ),
      body,
    ),
  );
  const more = h("button", { type: "button", hidden: true, onclick: () => load(false) }, "Older runs");
  const place = h("div", {}, skeleton("the history", "rows"));
  const said = h("span");
  const compare = h("a.button.primary", {}, "Compare");
  const bar = h(
    "div.compare.card",
    { hidden: true, role: "status" },
    said,
    compare,
    h(
      "button",
      {
        type: "button",
        onclick: () => {
          chosen.length = 0;
          draw();
        },
      },
      "Clear",
    ),
  );

  const choose = (id, on) => {
    const at = chosen.indexOf(id);
    if (on && at < 0) chosen.push(id);
    if (!on && at >= 0) chosen.splice(at, 1);
    if (chosen.length > 2) chosen.shift();
    draw();
  };
  const rowOf = (run) => {
    const box = h("input", {
      type: "checkbox",
      "aria-label": `Compare ${run.name || run.id}, ${moment(run.started)}`,
      onchange: ({ target }) => choose(run.id, target.checked),
    });
    return Object.assign(h("tr", {}, h("td", {}, box), cellsOf(run)), { box });
  };
  const draw = () => {
    keyed(
      body,
      runs,
      ({ id }) => id,
      rowOf,
      (row, { id }) => (row.box.checked = chosen.includes(id)),
    );
    const started = (id) => Date.parse(runs.find((run) => run.id === id)?.started);
    // The earlier is what the later is held to.
    const [first, second] = chosen.toSorted((a, b) => started(a) - started(b));
    setHidden(bar, chosen.length === 0);
    setText(said, chosen.length === 2 ? "Two runs are picked." : "Pick a second run to compare with.");
    setHidden(compare, chosen.length !== 2);
    if (chosen.length === 2) compare.setAttribute("href", routeTo("compare", first, second));
    setHidden(more, before === null);
  };
  const load = async (anew) => {
    asking?.abort();
    asking = new AbortController();
    const parameters = new URLSearchParams({
      ...query,
      limit: String(kPage),
      ...(anew || before === null ? {} : { before }),
    });
    try {
      const answer = await get(`api/history?${parameters}`, asking.signal);
      if (anew) runs.length = 0;
      runs.push(...answer.runs);
      before = answer.before ?? null;
      draw();
      if (runs.length > 0) place.replaceChildren(table, more);
      else if (query.text || query.status)
        place.replaceChildren(
          nothing(
            "No run is like that",
            "Nothing in the history matches the search.",
            h(
              "button",
              {
                type: "button",
                onclick: () => {
                  search.value = status.value = query.text = query.status = "";
                  load(true);
                },
              },
              "Show all runs",
            ),
          ),
        );
      else
        place.replaceChildren(
          nothing(
            "No run is recorded yet",
            "Every run is, unless it was started with --no-history.",
            h("a.button.primary", { href: routeTo("start") }, "Start one"),
          ),
        );
    } catch (error) {
      if (error.name !== "AbortError")
        place.replaceChildren(failure("The history cannot be read", error, () => load(true)));
    }
  };
  const search = h("input", {
    type: "search",
    placeholder: "Search name, host, profile, tag",
    "aria-label": "Search runs",
    oninput: ({ target }) => {
      query.text = target.value.trim();
      clearTimeout(timer);
      timer = setTimeout(() => load(true), kPause_ms);
    },
  });
  const status = h(
    "select",
    {
      "aria-label": "Status",
      onchange: ({ target }) => {
        query.status = target.value;
        load(true);
      },
    },
    h("option", { value: "" }, "Any status"),
    kStatuses.map((value) => h("option", { value }, sentence(spoken(value)).replace(".", ""))),
  );
  load(true);
  return {
    element: h("div.view", {}, h("h1", {}, "History"), h("div.tools", {}, search, status), place, bar),
    title: "History",
    destroy() {
      clearTimeout(timer);
      asking?.abort();
    },
  };
};
