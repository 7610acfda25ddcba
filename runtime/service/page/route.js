// The address of a view is the page's fragment: #/history/ID.
const kViews = { start: 0, live: [0, 1], history: [0, 1], compare: 2 };

/// {view, ids}; what is no address of ours is the start.
export const parseRoute = (hash) => {
  const [view, ...rest] = hash.replace(/^#\/?/, "").split("/");
  const arity = kViews[view];
  let ids;
  try {
    ids = rest.filter((part) => part !== "").map(decodeURIComponent);
  } catch {
    return { view: "start", ids: [] };
  }
  if (arity === undefined || ![arity].flat().includes(ids.length)) return { view: "start", ids: [] };
  return { view, ids };
};

export const routeTo = (view, ...ids) => `#/${[view, ...ids.map(encodeURIComponent)].join("/")}`;
