import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "../../../../../runtime/service/page/backoff.js";
import { EventStreamParser } from "../../../../../runtime/service/page/event_stream.js";
import { parseRoute, routeTo } from "../../../../../runtime/service/page/route.js";
import { Ring } from "../../../../../runtime/service/page/ring.js";

const kStream =
  'retry: 500\n\n: heartbeat\n\nid: 1\nevent: begin\ndata: {"a":1}\n\n' +
  "event: log\r\ndata: one\r\ndata: two\r\n\r\ndata: bare\n\n";
const kEvents = [
  { event: "begin", data: '{"a":1}' },
  { event: "log", data: "one\ntwo" },
  { event: "message", data: "bare" },
];

test("events come out whole wherever the stream is cut", () => {
  for (let size = 1; size <= kStream.length; ++size) {
    const parser = new EventStreamParser();
    const found = [];
    for (let at = 0; at < kStream.length; at += size) found.push(...parser.feed(kStream.slice(at, at + size)));
    assert.deepEqual(found, kEvents, `cut into pieces of ${size}`);
  }
});

test("an event that is not complete yet is not told", () => {
  const parser = new EventStreamParser();
  assert.deepEqual(parser.feed("event: end\ndata: {}\n"), []);
  assert.deepEqual(parser.feed("\n"), [{ event: "end", data: "{}" }]);
});

test("waits double up to ten seconds, and chance takes at most a quarter", () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => backoff(attempt, 0));
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  assert.equal(backoff(2, 1), 750);
});

test("an address becomes a view and back, whatever its ids hold", () => {
  for (const [view, ...ids] of [["start"], ["live"], ["live", "1m7"], ["history", "a/b c%"], ["compare", "a", "b#"]])
    assert.deepEqual(parseRoute(routeTo(view, ...ids)), { view, ids });
});

test("what is no address is the start", () => {
  for (const hash of ["", "#", "#/nonsense", "#/compare/a", "#/live/a/b", "#/history/%E0%A4%A"])
    assert.deepEqual(parseRoute(hash), { view: "start", ids: [] }, hash);
});

test("a ring keeps the last and counts all", () => {
  const ring = new Ring(3);
  for (let i = 0; i < 10; ++i) ring.push(i);
  assert.deepEqual(ring.items, [7, 8, 9]);
  assert.equal(ring.total, 10);
});
