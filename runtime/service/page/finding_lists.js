import { h, keyed, setHidden, setText } from "./dom.js";
import { count, plural, timeOfDay } from "./format.js";

const kMost = 200; // of a list: who has more has one cause for them, and the report has all

/// A list of things that are opened one by one. `set(items)`; item -> key, title, number of times, body.
const findings = ({ empty, key, title, times, body }) => {
  const list = h("ol.findings");
  const none = h("p.empty", {}, empty);
  const rest = h("p.faint", { hidden: true });
  const create = () => {
    const badge = h("span.badge.bad"),
      said = h("span.said"),
      place = h("div");
    return Object.assign(h("li", {}, h("details", {}, h("summary", {}, badge, said), place)), { badge, said, place });
  };
  const update = (element, item) => {
    setText(element.badge, `${count(times(item))} ×`);
    setText(element.said, title(item));
    const told = JSON.stringify(item);
    if (element.told !== told) element.place.replaceChildren(...body(item).filter(Boolean));
    element.told = told;
  };
  return {
    element: h("div", {}, list, rest, none),
    set(items) {
      const most = items.toSorted((a, b) => times(b) - times(a)).slice(0, kMost);
      keyed(list, most, key, create, update);
      setHidden(none, items.length > 0);
      setHidden(rest, items.length <= kMost);
      setText(rest, `The ${kMost} most frequent of ${count(items.length)}.`);
    },
  };
};

const fact = (name, value) => (value == null || value === "" ? null : [h("dt", {}, name), h("dd", {}, value)]);

export const failureList = () =>
  findings({
    empty: "No request failed.",
    key: ({ method, name, error }) => `${method} ${name} ${error}`,
    title: ({ method, name, error }) => `${method} ${name}: ${error}`,
    times: ({ occurrences }) => occurrences,
    body: ({ first_seen, last_seen, example }) => [
      h(
        "dl.facts",
        {},
        fact("First", timeOfDay(first_seen)),
        fact("Last", timeOfDay(last_seen)),
        example && [
          fact("Example", example.url),
          fact("Status", example.status ? String(example.status) : "no answer"),
        ],
      ),
      example?.text && h("pre", { tabindex: "0" }, example.text),
    ],
  });

export const exceptionList = () =>
  findings({
    empty: "No script failed.",
    key: ({ message, traceback }) => `${message}\n${traceback}`,
    title: ({ message }) => message,
    times: ({ count: n }) => n,
    body: ({ traceback }) => [h("pre", { tabindex: "0" }, traceback)],
  });

export const timesFound = (n) => plural(n, "violation");
