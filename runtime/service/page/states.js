import { h } from "./dom.js";

/// What stands where something will be: of its height, so that nothing moves when it comes.
export const skeleton = (label, ...heights) =>
  h(
    "div.skeletons",
    { "aria-busy": "true" },
    h("p.unseen", {}, `Loading ${label}`),
    heights.map((height) => h(`div.skeleton.${height}`)),
  );

/// An error where something should have been, and the way out.
export const failure = (title, error, retry) =>
  h(
    "section.card.trouble",
    { role: "alert" },
    h("h2", {}, title),
    h("p", {}, sentence(error.message)),
    retry && h("div.actions", {}, h("button", { type: "button", onclick: retry }, "Try again")),
  );

export const nothing = (title, text, ...actions) =>
  h("section.card.nothing", {}, h("h2", {}, title), h("p.faint", {}, text), h("div.actions", {}, actions));

/// Errors are lower case without a full stop (HOUSE_STYLE, 7); here they stand alone.
export const sentence = (text) => {
  const trimmed = String(text ?? "").trim();
  return trimmed === "" ? "" : trimmed[0].toUpperCase() + trimmed.slice(1) + (/[.!?:]$/.test(trimmed) ? "" : ".");
};
