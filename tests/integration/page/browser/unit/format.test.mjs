import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../../../../runtime/service/page/format.js";

test("what is missing is a dash, never a zero", () => {
  for (const told of [
    format.count,
    format.number,
    format.perSecond,
    format.milliseconds,
    format.percent,
    format.bytes,
    format.clock,
    format.duration,
    format.change,
  ])
    for (const nothing of [null, undefined, NaN]) assert.equal(told(nothing), "–");
  assert.equal(format.moment(null), "–");
});

test("numbers have thousands separators and their unit", () => {
  assert.equal(format.count(1234567), "1,234,567");
  assert.equal(format.perSecond(1234.4), "1,234/s");
  assert.equal(format.milliseconds(0.0421), "0.0421 ms");
  assert.equal(format.milliseconds(9999), "9,999 ms");
  assert.equal(format.milliseconds(12_340), "12.3 s");
  assert.equal(format.milliseconds(90_000), "1.5 min");
  assert.equal(format.bytes(900), "900 B");
  assert.equal(format.bytes(1536), "1.5 KiB");
});

test("columns of times have their points below one another", () => {
  assert.equal(format.millisecondsInColumn(4.9), "4.90 ms");
  assert.equal(format.millisecondsInColumn(12), "12.0 ms");
  assert.equal(format.millisecondsInColumn(123.4), "123 ms");
  assert.equal(format.millisecondsInColumn(0), "0 ms");
});

test("a share that is not nothing is not shown as nothing, nor one short of all as all", () => {
  assert.equal(format.percent(0), "0 %");
  assert.equal(format.percent(0.00001), "< 0.01 %");
  assert.equal(format.percent(0.999999), "> 99.99 %");
  assert.equal(format.percent(1), "100 %");
  assert.equal(format.percent(0.0123), "1.23 %");
});

test("times of a run and lengths of time read as a person says them", () => {
  assert.equal(format.clock(65.9), "01:05");
  assert.equal(format.clock(3725), "1:02:05");
  assert.equal(format.duration(0.25), "250 ms");
  assert.equal(format.duration(12.34), "12.3 s");
  assert.equal(format.duration(245), "4 min 5 s");
  assert.equal(format.duration(7380), "2 h 3 min");
  assert.equal(format.duration(100_800), "1 d 4 h");
});

test("a change carries its sign", () => {
  assert.equal(format.change(0.053), "+5.3 %");
  assert.equal(format.change(-0.2), "−20 %");
  assert.equal(format.change(0), "±0 %");
});

test("how long ago is told in the largest unit", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  assert.equal(format.ago("2026-11-21T11:59:30Z", now), "just now");
  assert.equal(format.ago("2026-11-21T11:00:01Z", now), "59 min ago");
  assert.equal(format.ago("2026-11-18T12:00:00Z", now), "3 d ago");
});
