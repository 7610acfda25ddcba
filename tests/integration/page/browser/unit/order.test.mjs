import assert from "node:assert/strict";
import { test } from "node:test";
import { matching, sorted, windowOf } from "../../../../../runtime/service/page/order.js";

const rows = [
  { n: 3, name: "b" },
  { n: null, name: "a10" },
  { n: 1, name: "a2" },
  { n: 3, name: "c" },
];

test("rows without a value come last in either direction, and equal ones keep their order", () => {
  const names = (list) => list.map(({ name }) => name).join(" ");
  assert.equal(names(sorted(rows, ({ n }) => n, false)), "a2 b c a10");
  assert.equal(names(sorted(rows, ({ n }) => n, true)), "b c a2 a10");
});

test("names are ordered as people order them: 2 before 10", () => {
  assert.deepEqual(
    sorted(rows, ({ name }) => name, false).map(({ name }) => name),
    ["a2", "a10", "b", "c"],
  );
});

test("sorting leaves the rows that were given alone", () => {
  const before = [...rows];
  sorted(rows, ({ n }) => n, true);
  assert.deepEqual(rows, before);
});

test("a filter wants every word, in any order and case", () => {
  const found = (text) => matching([{ t: "GET /health" }, { t: "POST /events/Health" }], text, ({ t }) => t).length;
  assert.equal(found(""), 2);
  assert.equal(found("health"), 2);
  assert.equal(found("HEALTH post"), 1);
  assert.equal(found("put"), 0);
});

test("a window holds what is in sight and some more, within the rows there are", () => {
  assert.equal(windowOf(500, 34, 0, 340, 8).last, 18);
  const { first, last } = windowOf(500, 34, 3400, 340, 8);
  assert.ok(first <= 100 && first >= 90 && last >= 110 && last <= 120);
  assert.equal(windowOf(500, 34, 500 * 34, 340, 8).last, 500);
  assert.deepEqual(windowOf(0, 34, 0, 340), { first: 0, last: 0 });
});

test("the window of a table scrolled to its top begins with its first row", () => {
  assert.equal(windowOf(500, 34, 0, 340).first, 0);
  assert.equal(windowOf(500, 34, 100, 340).first, 0);
});
