import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  api,
  assertStill,
  eventually,
  makeSite,
  openPage,
  startBrowser,
  startHost,
  startTarget,
  startThresher,
} from "./support.mjs";

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

const start = (more) =>
  api(host, "POST", "api/live", {
    files: ["scripts/shop.lua"],
    host: target.url,
    users: 4,
    spawn_rate: 4,
    run_time: "60s",
    ...more,
  });
const seconds = (page) =>
  page
    .locator(".head .time")
    .textContent()
    .then((text) => {
      const [, minutes, rest] = /^(\d+):(\d+)/.exec(text);
      return 60 * Number(minutes) + Number(rest);
    });

test("a run is watched: figures, curves, endpoints, failures, exceptions, checks, thresholds, log", async () => {
  const { id } = await start({ thresholds: [{ metric: "http_req_failed", expression: "rate<0.0001" }] });
  const { page, context, complaints, shifts } = await openPage(browser, `${host.url}/#/live/${id}`);
  await page.locator(".chip", { hasText: "running" }).waitFor();
  await eventually("some seconds have passed", async () => (await seconds(page)) >= 4);
  assert.equal(await page.locator(".charts canvas").count(), 4);
  assert.match(await page.locator(".tiles").textContent(), /Users4/);
  const tab = (name) => page.getByRole("tab", { name });
  const panel = page.locator(".panel:not([hidden])");

  await panel.getByRole("rowheader", { name: "GET /products/{id}" }).waitFor();
  await panel.getByRole("searchbox").fill("post");
  assert.deepEqual(await panel.getByRole("rowheader").allTextContents(), ["POST /orders"]);
  await panel.getByRole("searchbox").fill("");
  await panel.getByRole("button", { name: "Endpoint" }).click();
  const names = await panel.getByRole("rowheader").allTextContents();
  assert.deepEqual(names, [...names].sort(), "sorted by name");
  assert.equal(await panel.getByRole("columnheader", { name: "Endpoint" }).getAttribute("aria-sort"), "ascending");

  await tab("Failures").click();
  await panel.locator("summary", { hasText: "/refused" }).click();
  await panel.locator("pre", { hasText: "closed for stocktaking" }).waitFor();
  await tab("Exceptions").click();
  await panel.locator("summary", { hasText: "the basket is gone" }).click();
  await panel.locator("pre", { hasText: "shop.lua" }).waitFor();
  await tab("Checks").click();
  await panel.getByRole("rowheader", { name: "is found" }).waitFor();
  await tab("Thresholds").click();
  await panel.getByRole("row", { name: /http_req_failed rate<0.0001 .*fail/ }).waitFor();
  await tab("Workers").click();
  await panel.getByRole("rowheader", { name: "worker 0" }).waitFor();
  await tab("Log").click();
  await panel.locator("li", { hasText: "running" }).first().waitFor();

  assertStill(await shifts());
  assert.deepEqual(complaints, []);
  await api(host, "POST", `api/live/${id}/stop`);
  await page.getByRole("link", { name: "Open the report" }).waitFor();
  await context.close();
});

test("tabs are walked with the arrow keys", async () => {
  const { id } = await start();
  const { page, context } = await openPage(browser, `${host.url}/#/live/${id}`);
  await page.getByRole("tab", { name: "Endpoints" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("tab", { name: "Failures" }).getAttribute("aria-selected"), "true");
  await page.keyboard.press("End");
  assert.equal(await page.getByRole("tab", { name: "Log" }).evaluate((tab) => tab === document.activeElement), true);
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("tab", { name: "Endpoints" }).getAttribute("aria-selected"), "true");
  await api(host, "POST", `api/live/${id}/kill`);
  await context.close();
});

test("a run that nobody started here shows up by itself", async () => {
  const { page, context } = await openPage(browser, `${host.url}/#/live`);
  await page.getByRole("heading", { name: "Nothing runs now" }).waitFor();
  const run = startThresher(site, ["run", "scripts/shop.lua", "--host", target.url, "--run-time", "60s"]);
  await page.locator("ul.runs a", { hasText: "shop" }).click();
  await page.getByRole("heading", { name: "shop" }).waitFor();
  await run.stop();
  await page.getByText("Exit code").waitFor();
  await context.close();
});

test("`thresher run --web` shows its own run, also to who was there first, and its terminal ends it", async () => {
  const run = startThresher(site, [
    "run",
    "scripts/shop.lua",
    "--host",
    target.url,
    "--run-time",
    "60s",
    "--web",
    "--web-port",
    "0",
    "--autoquit",
  ]);
  const [url] = await run.until(/http:\/\/127\.0\.0\.1:\d+/);
  const { page, context } = await openPage(browser, url);
  await page.waitForURL(/#\/live\//);
  await page.getByRole("heading", { level: 1, name: "shop" }).waitFor();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.locator(".end", { hasText: "Exit code" }).waitFor();
  await run.ended;
  await context.close();
});

test("the page finds back to its run after the server was away", async () => {
  const run = startThresher(site, ["run", "scripts/shop.lua", "--host", target.url, "--run-time", "120s"]);
  const { runs } = await eventually("the run goes on", async () => {
    const all = await api(host, "GET", "api/live");
    return all.runs.length > 0 && all;
  });
  const { page, context } = await openPage(browser, `${host.url}/#/live/${runs[0].id}`);
  await eventually(
    "it has run for some seconds",
    async () => (await page.locator(".tiles").count()) > 0 && (await seconds(page)) >= 2,
  );
  await host.stop();
  await page.locator("#connection", { hasText: "Disconnected" }).waitFor();
  const before = await seconds(page);
  host = await startHost(site, { port: host.port });
  await page.locator("#connection").waitFor({ state: "hidden" });
  await eventually("the seconds go on", async () => (await seconds(page)) > before);
  await run.stop();
  await context.close();
});

test("a run that is not there is said not to be", async () => {
  const { page, context } = await openPage(browser, `${host.url}/#/live/nobody`, { allowed: /404/ });
  await page.getByRole("heading", { name: "This run does not go on" }).waitFor();
  await context.close();
});
