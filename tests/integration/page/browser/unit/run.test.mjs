import assert from "node:assert/strict";
import { test } from "node:test";
import { graphOf, layersOf } from "../../../../../runtime/service/page/layers.js";
import { columnsOf, digestOf } from "../../../../../runtime/service/page/report_digest.js";
import { RunModel } from "../../../../../runtime/service/page/run_model.js";
import { curvesOf, distanceOf, percentileAt } from "../../../../../runtime/service/page/spectrum.js";
import { toneOf, toneOfChange } from "../../../../../runtime/service/page/words.js";

const kStart = Date.parse("2026-11-21T12:00:00Z");
const wall = (second) => new Date(kStart + 1000 * second).toISOString();
const digest = (elapsed_s) => ({ elapsed_s, wall: wall(elapsed_s), point: { elapsed_s, users: 5 } });
const begin = (more) => ({ run: { id: "r", started: wall(0) }, points: [], second: null, log: [], ...more });

test("a run of a day keeps no more than one of an hour", () => {
  const model = new RunModel();
  model.take("begin", begin());
  for (let second = 1; second <= 100_000; ++second) {
    model.take("second", digest(second));
    model.take("log", { at: wall(second), kind: second % 2 ? "note" : "script_output", text: `line ${second}` });
  }
  assert.ok(model.points.length <= 3600);
  assert.equal(model.log.items.length, 500);
  assert.ok(model.marks.items.length <= 200);
  assert.equal(model.log.items.at(-1).text, "line 100000");
});

test("begin tells everything anew, so a reconnection doubles nothing", () => {
  const model = new RunModel();
  const told = begin({
    points: [{ elapsed_s: 1 }, { elapsed_s: 2 }],
    second: digest(2),
    log: [{ at: wall(1), kind: "note", text: "a" }],
  });
  model.take("begin", told);
  model.take("second", digest(3));
  model.take("begin", told);
  assert.deepEqual(model.points.columns.elapsed_s, [1, 2]);
  assert.equal(model.log.items.length, 1);
  assert.equal(model.marks.items.length, 1);
});

test("a note stands on the timeline where it was made", () => {
  const model = new RunModel();
  model.take("begin", begin({ second: digest(30) }));
  model.take("log", { at: wall(31.5), kind: "note", text: "deploy" });
  model.take("log", { at: wall(32), kind: "script_output", text: "not marked" });
  assert.deepEqual(model.marks.items, [{ at_s: 31.5, kind: "note", text: "deploy" }]);
});

test("each task of a graph stands behind all that it depends on", () => {
  const edges = [
    ["a", "b"],
    ["a", "c"],
    ["b", "d"],
    ["c", "d"],
    ["d", "e"],
    ["a", "e"],
  ].map(([from, to]) => ({ from, to }));
  const { nodes, columns, rows } = layersOf(edges);
  const column = Object.fromEntries(nodes.map((node) => [node.id, node.column]));
  assert.ok(edges.every(({ from, to }) => column[from] < column[to]));
  assert.deepEqual([columns, rows], [4, 2]);
  assert.equal(new Set(nodes.map(({ column: x, row }) => `${x} ${row}`)).size, nodes.length, "no two on one place");
});

test("a circle in a graph is drawn too", () => {
  const { nodes } = layersOf([
    { from: "a", to: "b" },
    { from: "b", to: "a" },
    { from: "c", to: "c" },
  ]);
  assert.equal(nodes.length, 3);
});

test("the broken edge is marked, among those the details tell or alone", () => {
  assert.equal(graphOf(null), null);
  assert.equal(graphOf({ task: "a" }), null);
  assert.deepEqual(graphOf({ from: "a", to: "b" }).edges, [{ from: "a", to: "b", broken: true }]);
  const { edges } = graphOf({ from: "a", to: "b", edges: [["a", "b"], { from: "b", to: "c" }] });
  assert.deepEqual(edges, [
    { from: "a", to: "b", broken: true },
    { from: "b", to: "c", broken: false },
  ]);
});

test("a percentile's place gives every further nine the same room", () => {
  const room = (a, b) => Math.log10(distanceOf(b)) - Math.log10(distanceOf(a));
  assert.ok(Math.abs(room(90, 99) - room(99, 99.9)) < 1e-9);
  assert.equal(percentileAt(distanceOf(99.9)), "99.9 %");
  assert.deepEqual(curvesOf({ percentiles: [50, 100], baseline: [1, 2], current: [3, 4] }), [[2], [1], [3]]);
});

test("a report becomes the digest of its last second, without its sum among the endpoints", () => {
  const times = (p95) => ({ count: 2, mean: 1, max: 9, percentiles: { 50: 1, 95: p95, 99: 8 } });
  const row = (name, p95) => ({
    method: "GET",
    name,
    requests: 2,
    failures: 1,
    failure_ratio: 0.5,
    requests_per_s: 4,
    duration_ms: times(p95),
  });
  const report = {
    run: { elapsed_s: 2 },
    iterations: { count: 3, dropped: 1, response_time_ms: times(20) },
    requests: [row("/a", 5), row("Aggregated", 6)],
    seconds: {
      elapsed_s: [1, 3],
      users: [1, 1],
      in_flight: [0, 0],
      requests: [10, 40],
      failures: [0, 2],
      iterations: [1, 1],
      dropped: [0, 0],
    },
  };
  const told = digestOf(report);
  assert.deepEqual(
    told.requests.map(({ name, p95_ms }) => [name, p95_ms]),
    [["/a", 5]],
  );
  assert.deepEqual([told.totals.service_ms.p95, told.totals.response_ms.p95, told.totals.dropped], [6, 20, 1]);
  assert.deepEqual(columnsOf(report).requests_per_s, [10, 20], "of a row over two seconds, per second");
  assert.equal(columnsOf({ seconds: { elapsed_s: [] } }), null);
});

test("a request that was never answered has no times", () => {
  const report = {
    run: { elapsed_s: 1 },
    requests: [{ method: "", name: "Aggregated", requests: 0, duration_ms: { count: 0 } }],
  };
  assert.equal(digestOf(report).totals.service_ms, null);
});

test("what is good, what is bad", () => {
  assert.deepEqual(["PASSED", "FAILED", "NO_DATA", "rehearsal", ""].map(toneOf), [
    "good",
    "bad",
    "caution",
    "plain",
    "plain",
  ]);
  assert.deepEqual(["slower", "fewer", "undecided", "same"].map(toneOfChange), ["bad", "good", "caution", "plain"]);
});
