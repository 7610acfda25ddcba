import { h, setHidden, setText } from "./dom.js";
import { plural, timeOfDay } from "./format.js";

const kTitles = {
  phase_changed: "phase",
  note: "note",
  script_output: "script",
  script_error: "error",
  threshold_crossed: "threshold",
  stop_requested: "stop",
};
const kNearEnd = 32; // px: whoever reads this close to the end follows it

/// The last lines of a run's log. It scrolls by itself as long as its reader is at the end. `update(model)`: of
/// RunModel.
export const logPanel = () => {
  const list = h("ol.log", { tabindex: "0", "aria-label": "Log" });
  const more = h("button.more.primary", { type: "button", hidden: true, onclick: () => toEnd() });
  const empty = h("p.empty", {}, "Nothing was logged yet.");
  let drawn = 0; // of model.log.total
  let last = null; // the newest line drawn, to notice a log told anew
  let unread = 0;
  const toEnd = () => (list.scrollTop = list.scrollHeight);
  const atEnd = () => list.scrollTop + list.clientHeight >= list.scrollHeight - kNearEnd;
  list.addEventListener("scroll", () => atEnd() && tell(0));
  const tell = (count) => {
    unread = count;
    setText(more, `${plural(count, "new line")} ↓`);
    setHidden(more, count === 0);
  };
  const lineOf = ({ at, kind, text }) =>
    h(
      `li.${kind}`,
      {},
      h("time", { datetime: at }, timeOfDay(at)),
      h("span.kind", {}, kTitles[kind] ?? kind),
      h("span.said", {}, text),
    );

  return {
    element: h("div.logged", {}, list, more, empty),
    update({ log }) {
      const { items, total } = log;
      if (total === drawn && items.at(-1) === last) return;
      const follows = atEnd();
      const anew =
        total < drawn ||
        (drawn > 0 && items[items.length - 1 - (total - drawn)] !== last && total - drawn < items.length);
      const fresh = anew ? items : items.slice(Math.max(0, items.length - (total - drawn)));
      if (anew) list.replaceChildren();
      list.append(...fresh.map(lineOf));
      while (list.children.length > items.length) list.firstChild.remove();
      setHidden(empty, items.length > 0);
      drawn = total;
      last = items.at(-1) ?? null;
      if (follows || anew) toEnd();
      else tell(unread + fresh.length);
    },
    shown: toEnd,
  };
};
