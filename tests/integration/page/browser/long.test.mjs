// What a page costs that is open for a day, and a table of five hundred rows.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api, eventually, makeSite, openPage, startBrowser, startHost, startTarget } from "./support.mjs";

let site, target, host, browser;
before(async () => {
  site = makeSite();
  target = await startTarget();
  host = await startHost(site);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await host?.stop();
  target?.close();
  site?.remove();
});

// In the page: the modules that keep and draw a run, fed with so many seconds of it.
const feed = async (from, to) => {
  const [{ RunModel }, { runCharts }, { logPanel }, { runPanels }] = await Promise.all(
    ["run_model", "run_charts", "log_panel", "panels"].map((name) => import(`/page/${name}.js`)),
  );
  if (!globalThis.long) {
    const model = new RunModel(),
      log = logPanel();
    globalThis.long = { model, log, charts: runCharts(() => model.marks.items), panels: runPanels(log) };
    document.getElementById("main").replaceChildren(globalThis.long.charts.element, globalThis.long.panels.element);
    model.take("begin", { run: { id: "r", started: "2026-01-01T00:00:00Z" }, points: [], second: null, log: [] });
  }
  const { model, log, charts, panels } = globalThis.long;
  const row = (i, second) => ({
    method: "GET",
    name: `/endpoint/${i}`,
    tags: [],
    requests: second,
    failures: 0,
    requests_per_s: 1,
    failures_per_s: 0,
    mean_ms: i,
    p50_ms: i,
    p95_ms: i + (second % 7),
    p99_ms: i,
    max_ms: i,
    received_bytes_average: 5,
  });
  const times = { p50: 1, p95: 2, p99: 3 };
  for (let second = from; second < to; ++second) {
    const wall = new Date(1.767e12 + 1000 * second).toISOString();
    model.take("second", {
      phase: "running",
      wall,
      elapsed_s: second,
      point: {
        elapsed_s: second,
        users: 5,
        in_flight: 1,
        requests_per_s: second % 100,
        failures_per_s: 0,
        iterations_per_s: 4,
        dropped_per_s: 0,
        service_ms: times,
        response_ms: times,
      },
      totals: {},
      requests: Array.from({ length: second % 1000 === 0 ? 20 : 0 }, (_, i) => row(i, second)),
      failures: [],
      exceptions: [],
      checks: [],
      thresholds: [],
      oracle: null,
      validity: { state: "VALID", reasons: [], remarks: [] },
      workers: [],
    });
    model.take("log", { at: wall, kind: "note", text: `second ${second}` });
    if (second % 1000 !== 0) continue;
    charts.set(model.points.columns);
    panels.update(model.digest);
    log.update(model);
    await new Promise((done) => setTimeout(done));
  }
  return {
    points: model.points.length,
    log: model.log.items.length,
    lines: document.querySelectorAll(".log li").length,
    marks: model.marks.items.length,
    elements: document.querySelectorAll("*").length,
  };
};

test("after 100,000 seconds a page is no larger than after 10,000", async () => {
  const { page, context, complaints } = await openPage(browser, `${host.url}/#/history`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const devtools = await context.newCDPSession(page);
  const heap = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    return (await devtools.send("Runtime.getHeapUsage")).usedSize;
  };
  const call = (from, to) => page.evaluate(`(${feed})(${from}, ${to})`);
  const early = await call(1, 10_000),
    before = await heap();
  const late = await call(10_000, 100_001),
    after_ = await heap();
  assert.ok(late.points <= 3600, `${late.points} points`);
  assert.equal(late.log, 500);
  assert.ok(late.lines <= 500, `${late.lines} lines`);
  assert.ok(late.marks <= 200);
  assert.ok(late.elements <= early.elements + 10, `${early.elements} elements became ${late.elements}`);
  assert.ok(after_ < 1.2 * before, `the heap grew from ${before} to ${after_} bytes`);
  console.log(`heap after 10,000 s: ${before} bytes, after 100,000 s: ${after_} bytes, ${late.points} points`);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("of five hundred endpoints only those in sight are there, and all can be reached", async () => {
  const { id } = await api(host, "POST", "api/live", {
    files: ["scripts/wide.lua"],
    host: target.url,
    users: 8,
    spawn_rate: 8,
    run_time: "120s",
  });
  const { page, context, complaints } = await openPage(browser, `${host.url}/#/live/${id}`);
  const panel = page.locator(".panel:not([hidden])");
  await eventually("all five hundred were asked", async () => (await panel.locator("output").textContent()) === "500");
  const rows = () => panel.locator("tbody tr:not(.filler)").count();
  assert.ok((await rows()) < 60, `${await rows()} rows exist`);
  assert.equal(await panel.locator("table").getAttribute("aria-rowcount"), "501");
  await panel.getByRole("button", { name: "Endpoint" }).click();
  const name = (which) => panel.getByRole("rowheader").nth(which).textContent();
  assert.equal(await name(0), "GET /endpoint/0");
  await panel.locator(".scroll").evaluate((scroll) => scroll.scrollTo(0, scroll.scrollHeight));
  await eventually("the last is there", async () => (await name(-1)) === "GET /endpoint/499");
  assert.equal(await panel.locator("tbody tr:not(.filler)").last().getAttribute("aria-rowindex"), "501");
  await panel.getByRole("searchbox").fill("endpoint/49");
  await eventually("eleven match", async () => (await panel.locator("output").textContent()) === "11 of 500");

  const told = await page.evaluate(async () => {
    const { endpointTable } = await import("/page/endpoint_table.js");
    const table = endpointTable();
    document.getElementById("main").prepend(table.element);
    const rowsAt = (second) =>
      Array.from({ length: 500 }, (_, i) => ({
        method: "GET",
        name: `/e/${i}`,
        tags: ["a"],
        requests: second * i,
        failures: i % 3,
        requests_per_s: i,
        failures_per_s: 0,
        mean_ms: i,
        p50_ms: i,
        p95_ms: (i * second) % 97,
        p99_ms: i,
        max_ms: i,
        received_bytes_average: 5,
      }));
    const spent = [];
    for (let second = 1; second <= 60; ++second) {
      const began = performance.now();
      table.set(rowsAt(second));
      table.element.getBoundingClientRect(); // laid out
      spent.push(performance.now() - began);
    }
    return spent.sort((a, b) => a - b);
  });
  console.log(`a second of 500 endpoints: median ${told[30].toFixed(1)} ms, worst ${told[59].toFixed(1)} ms`);
  assert.deepEqual(complaints, []);
  await api(host, "POST", `api/live/${id}/kill`);
  await context.close();
});
