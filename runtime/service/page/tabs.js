import { h, setHidden, setText } from "./dom.js";

/// Panels of which one is shown. panels: [{name, title, element}]. `badge(name, text, tone)` marks a tab;
/// `onShow(name)` is called when a panel comes into sight. Arrow keys, Home and End move between tabs.
export const makeTabs = (label, panels, onShow = () => {}) => {
  let current = panels[0].name;
  const tabs = new Map();
  const show = (name, focus) => {
    current = name;
    for (const [each, { button, panel }] of tabs) {
      button.setAttribute("aria-selected", each === name);
      button.tabIndex = each === name ? 0 : -1;
      setHidden(panel, each !== name);
    }
    const { button } = tabs.get(name);
    if (focus) button.focus();
    if (focus) button.scrollIntoView({ block: "nearest", inline: "nearest" });
    onShow(name);
  };
  const move = (event) => {
    const names = panels.map(({ name }) => name);
    const at = names.indexOf(current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + names.length, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(names[to % names.length], true);
  };
  for (const { name, title, element } of panels) {
    const badge = h("span.badge", { hidden: true });
    const id = `tab-${name}`;
    const button = h(
      "button",
      { type: "button", role: "tab", id, "aria-controls": `panel-${name}`, onclick: () => show(name, true) },
      title,
      badge,
    );
    const panel = h("section.panel", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": id }, element);
    tabs.set(name, { button, panel, badge });
  }
  const list = h(
    "div.tabs",
    { role: "tablist", "aria-label": label, onkeydown: move },
    [...tabs.values()].map(({ button }) => button),
  );
  show(current, false);
  return {
    element: h(
      "div.tabbed",
      {},
      list,
      [...tabs.values()].map(({ panel }) => panel),
    ),
    current: () => current,
    badge(name, text, tone = "plain") {
      const { badge } = tabs.get(name);
      setText(badge, text);
      setHidden(badge, text === "");
      if (badge.className !== `badge ${tone}`) badge.className = `badge ${tone}`;
    },
  };
};
