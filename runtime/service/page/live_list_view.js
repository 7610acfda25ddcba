import { get } from "./api.js";
import { h, keyed, setText } from "./dom.js";
import { clock, percent, perSecond, plural } from "./format.js";
import { routeTo } from "./route.js";
import { failure, nothing, skeleton } from "./states.js";

const kLook_ms = 2000;

const rowOf = (run) => {
  const facts = h("span.facts");
  return Object.assign(h("li", {}, h("a.card", { href: routeTo("live", run.id) }, h("strong", {}, run.name), facts)), {
    facts,
  });
};

const told = ({ kind, second }) => {
  if (!second) return kind;
  const { phase, elapsed_s, planned_s, users, totals } = second;
  const time = planned_s ? `${clock(elapsed_s)} of ${clock(planned_s)}` : clock(elapsed_s);
  const load = totals ? [perSecond(totals.requests_per_s), `${percent(totals.failure_ratio)} failed`] : [];
  return [kind, phase, time, users === undefined ? null : plural(users, "user"), ...load].filter(Boolean).join(" · ");
};

/// The runs that go on, whoever started them; the only one is shown at once.
export const liveListView = () => {
  const element = h("div.view", {}, h("h1", {}, "Runs that go on"));
  const place = h("div", {}, skeleton("the runs that go on", "low", "low"));
  const list = h("ul.runs");
  let timer = null;
  let first = true;
  const look = async () => {
    clearTimeout(timer);
    try {
      const { runs } = await get("api/live");
      if (first && runs.length === 1) return location.replace(routeTo("live", runs[0].id));
      first = false;
      keyed(
        list,
        runs,
        ({ id }) => id,
        rowOf,
        (row, run) => setText(row.facts, told(run)),
      );
      if (runs.length > 0 && list.parentNode !== place) place.replaceChildren(list);
      if ((runs.length === 0 && list.parentNode !== null) || place.querySelector(".skeletons"))
        place.replaceChildren(
          nothing(
            "Nothing runs now",
            "A run shows up here as soon as it begins, whoever starts it and wherever.",
            h("a.button.primary", { href: routeTo("start") }, "Start one"),
            h("a.button", { href: routeTo("history") }, "Look at the history"),
          ),
        );
    } catch (error) {
      if (place.querySelector(".skeletons"))
        place.replaceChildren(failure("The runs that go on cannot be listed", error, look));
    }
    timer = setTimeout(look, kLook_ms);
  };
  element.append(place);
  look();
  return { element, title: "Watch", destroy: () => clearTimeout(timer) };
};
