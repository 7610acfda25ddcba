// Where the nodes of a small directed graph stand: each in the column after the last of those it depends on. Edges that
// close a circle do not count.

/// edges: [{from, to}]. {nodes: [{id, column, row}], columns, rows}.
export const layersOf = (edges) => {
  const ids = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
  const needs = new Map(ids.map((id) => [id, edges.filter((edge) => edge.to === id).map((edge) => edge.from)]));
  const columnOf = new Map();
  const place = (id, path) => {
    if (columnOf.has(id)) return columnOf.get(id);
    const before = needs.get(id).filter((need) => !path.has(need) && need !== id);
    const column = before.reduce((most, need) => Math.max(most, place(need, new Set([...path, id])) + 1), 0);
    columnOf.set(id, column);
    return column;
  };
  const filled = [];
  const nodes = ids.map((id) => {
    const column = place(id, new Set());
    const row = filled[column] ?? 0;
    filled[column] = row + 1;
    return { id, column, row };
  });
  const rows = filled.reduce((most, n) => Math.max(most, n ?? 0), 0);
  return { nodes, columns: filled.length, rows };
};

/// What the details of a violation say of a workflow's graph: {edges: [{from, to, broken}]}; null when nothing. A pair
/// `from`, `to` is the broken dependency; `edges`, where a validator tells them, are the rest of the graph.
export const graphOf = (details) => {
  if (details == null || typeof details !== "object") return null;
  const broken = typeof details.from === "string" && typeof details.to === "string" ? details : null;
  const told = Array.isArray(details.edges) ? details.edges : [];
  const edges = told
    .map((edge) => (Array.isArray(edge) ? { from: edge[0], to: edge[1] } : edge))
    .filter((edge) => typeof edge?.from === "string" && typeof edge?.to === "string")
    .map(({ from, to }) => ({ from, to, broken: broken?.from === from && broken?.to === to }));
  if (broken && !edges.some((edge) => edge.broken)) edges.push({ from: broken.from, to: broken.to, broken: true });
  return edges.length > 0 ? { edges } : null;
};
