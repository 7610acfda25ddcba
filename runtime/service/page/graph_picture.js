import { svg } from "./dom.js";
import { layersOf } from "./layers.js";

const kColumn = 196,
  kRow = 52,
  kBox = { width: 128, height: 32 };
let pictures = 0;

const shortened = (id) => (id.length > 17 ? `${id.slice(0, 8)}…${id.slice(-8)}` : id);

const path = (from, to) => {
  const [x1, y1] = [from.column * kColumn + kBox.width, from.row * kRow + kBox.height / 2];
  const [x2, y2] = [to.column * kColumn - 5, to.row * kRow + kBox.height / 2];
  const bend = Math.max(16, Math.abs(x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
};

/// A workflow's graph, dependencies from left to right; broken ones are dashed and crossed out, so not by colour alone.
export const graphPicture = ({ edges }) => {
  const { nodes, columns, rows } = layersOf(edges);
  const place = new Map(nodes.map((node) => [node.id, node]));
  const width = columns * kColumn - kColumn + kBox.width + 4,
    height = rows * kRow - kRow + kBox.height + 4;
  const arrow = `arrow-${++pictures}`;
  const edge = ({ from, to, broken }) =>
    svg(broken ? "path.edge.broken" : "path.edge", {
      d: path(place.get(from), place.get(to)),
      "marker-end": `url(#${arrow})`,
    });
  const cross = ({ from, to }) => {
    const a = place.get(from),
      b = place.get(to);
    const x = ((a.column + b.column) * kColumn + kBox.width) / 2,
      y = ((a.row + b.row) * kRow + kBox.height) / 2;
    return svg("path.cross", { d: `M${x - 6} ${y - 6}l12 12m0 -12l-12 12` });
  };
  const box = ({ id, column, row }) =>
    svg(
      "g",
      { transform: `translate(${column * kColumn} ${row * kRow})` },
      svg("title", {}, id),
      svg("rect.node", { width: kBox.width, height: kBox.height, rx: 6 }),
      svg(
        "text.label",
        { x: kBox.width / 2, y: kBox.height / 2, "text-anchor": "middle", "dominant-baseline": "central" },
        shortened(id),
      ),
    );
  const broken = edges.filter((each) => each.broken);
  const label =
    broken.map(({ from, to }) => `The dependency of ${to} on ${from} was broken.`).join(" ") || "The workflow's graph";
  return svg(
    "svg.graph",
    { viewBox: `-2 -2 ${width} ${height}`, width, height, role: "img", "aria-label": label },
    svg(
      "defs",
      {},
      svg(
        "marker",
        {
          id: arrow,
          viewBox: "0 0 8 8",
          refX: 6,
          refY: 4,
          markerWidth: 9,
          markerHeight: 9,
          markerUnits: "userSpaceOnUse",
          orient: "auto-start-reverse",
        },
        svg("path.head", { d: "M0 0L8 4L0 8z" }),
      ),
    ),
    edges.map(edge),
    broken.map(cross),
    nodes.map(box),
  );
};
