// Elements without markup in text: nothing that a target, a script or a person wrote is ever parsed as HTML.

const set = (element, name, value) => {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "value" || name === "checked" || name === "disabled" || name === "hidden") element[name] = value;
  else if (value === true) element.setAttribute(name, "");
  else if (value !== false && value != null) element.setAttribute(name, value);
};

const append = (element, children) => {
  for (const child of children.flat(Infinity)) if (child != null && child !== false) element.append(child);
};

const make = (element, classes, attributes, children) => {
  if (classes.length > 0) element.setAttribute("class", classes.join(" "));
  for (const [name, value] of Object.entries(attributes ?? {})) set(element, name, value);
  append(element, children);
  return element;
};

/// h("button.primary", {type: "button", onclick: f}, "Run"): a tag with its classes, attributes, children.
export const h = (what, attributes, ...children) => {
  const [tag, ...classes] = what.split(".");
  return make(document.createElement(tag), classes, attributes, children);
};

export const svg = (what, attributes, ...children) => {
  const [tag, ...classes] = what.split(".");
  return make(document.createElementNS("http://www.w3.org/2000/svg", tag), classes, attributes, children);
};

/// Writes only what changed: the browser then has nothing to lay out anew.
export const setText = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

export const setAttribute = (element, name, value) => {
  if (value == null || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
};

export const setHidden = (element, hidden) => {
  if (element.hidden !== hidden) element.hidden = hidden;
};

/// Children of `parent` are those of `items`, made once for each key and then updated in place.
///   key(item) -> text, create(item) -> element, update(element, item)
export const keyed = (parent, items, key, create, update) => {
  const kept = (parent.keyedChildren ??= new Map());
  const wanted = new Set(items.map(key));
  for (const [name, element] of kept)
    if (!wanted.has(name)) {
      element.remove();
      kept.delete(name);
    }
  let before = null; // backwards, so that an element in its place is not touched
  for (const item of items.toReversed()) {
    const name = key(item);
    let element = kept.get(name);
    if (!element) kept.set(name, (element = create(item)));
    update(element, item);
    if (element.parentNode !== parent || element.nextSibling !== before) parent.insertBefore(element, before);
    before = element;
  }
};
