import assert from "node:assert/strict";
import { test } from "node:test";
import { kColumns, kMostPoints, Points } from "../../../../../runtime/service/page/points.js";

const pointAt = (elapsed_s, users = 1) => ({
  elapsed_s,
  users,
  requests_per_s: 2 * elapsed_s,
  service_ms: { p50: 1, p95: 2, p99: 3 },
  response_ms: null,
});

test("a point fills every column, and what it does not say is null", () => {
  const points = new Points();
  points.add(pointAt(1));
  assert.equal(points.columns.service_p95[0], 2);
  assert.equal(points.columns.response_p95[0], null);
  assert.equal(points.columns.dropped_per_s[0], null);
  assert.ok(kColumns.every((name) => points.columns[name].length === 1));
});

test("a day of seconds stays within the most points, evenly spread, and begins and ends where the run did", () => {
  const points = new Points();
  for (let second = 1; second <= 100_000; ++second) {
    points.add(pointAt(second));
    assert.ok(points.length <= kMostPoints);
    assert.equal(points.columns.elapsed_s.at(-1), second);
  }
  const at = points.columns.elapsed_s;
  assert.equal(at[0], 1);
  assert.ok(points.length > kMostPoints / 2 - 1);
  const gaps = at.slice(1, -1).map((value, i) => value - at[i]);
  assert.ok(
    Math.max(...gaps) <= 1.5 * points.stride,
    `the widest gap is ${Math.max(...gaps)} s at a stride of ${points.stride} s`,
  );
  assert.ok(
    at.every((value, i) => points.columns.requests_per_s[i] === 2 * value),
    "values stay beside their seconds",
  );
});

test("the same second told again replaces the first telling", () => {
  const points = new Points();
  points.add(pointAt(1));
  points.add(pointAt(2, 5));
  points.add(pointAt(2, 7));
  assert.deepEqual(points.columns.elapsed_s, [1, 2]);
  assert.deepEqual(points.columns.users, [1, 7]);
});

test("clearing begins anew at full density", () => {
  const points = new Points(4);
  points.addAll([1, 2, 3, 4, 5, 6].map((second) => pointAt(second)));
  assert.ok(points.stride > 1);
  points.clear();
  points.addAll([1, 2, 3].map((second) => pointAt(second)));
  assert.deepEqual(points.columns.elapsed_s, [1, 2, 3]);
});
