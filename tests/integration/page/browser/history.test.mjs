import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import {
  assertStill,
  api,
  eventually,
  makeSite,
  openPage,
  recordRun,
  startBrowser,
  startHost,
  startTarget,
} from "./support.mjs";

let site, target, host, browser;
const ids = [];
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

const load = { users: 3, spawn_rate: 3, run_time: "3s", seed: 5 };

test("an empty history says how to fill it", async () => {
  const { page, context } = await openPage(browser, `${host.url}/#/history`);
  await page.getByRole("heading", { name: "No run is recorded yet" }).waitFor();
  await page.locator("main").getByRole("link", { name: "Start one" }).click();
  await page.waitForURL(/#\/start/);
  await context.close();
});

test("runs are listed, searched and filtered", async () => {
  for (let i = 0; i < 2; ++i) ids.push(await recordRun(host, target, load));
  ids.push(await recordRun(host, target, { ...load, files: ["scripts/wide.lua"] }));
  const { page, context, complaints, shifts } = await openPage(browser, `${host.url}/#/history`);
  await page.getByRole("link", { name: "wide" }).waitFor();
  assertStill(await shifts());
  assert.equal(await page.locator("table.runs tbody tr").count(), 3);
  await page.getByRole("searchbox", { name: "Search runs" }).fill("wide");
  await eventually("one is left", async () => (await page.locator("table.runs tbody tr").count()) === 1);
  await page.getByRole("searchbox", { name: "Search runs" }).fill("nothing like that");
  await page.getByRole("button", { name: "Show all runs" }).click();
  await eventually("all are back", async () => (await page.locator("table.runs tbody tr").count()) === 3);
  await page.getByRole("combobox", { name: "Status" }).selectOption("interrupted");
  await page.getByRole("heading", { name: "No run is like that" }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("older runs come page by page", async () => {
  const { page, context } = await openPage(browser, "about:blank");
  const asked = [];
  await page.route("**/api/history?*", async (route) => {
    const url = new URL(route.request().url());
    asked.push(url.searchParams.get("before"));
    url.searchParams.set("limit", "1"); // pages of one, so that three runs make some
    await route.fulfill({ response: await route.fetch({ url: url.href }) });
  });
  await page.goto(`${host.url}/#/history`);
  const rows = page.locator("table.runs tbody tr");
  const names = [];
  for (let count = 1; count <= 3; ++count) {
    await eventually(`${count} are listed`, async () => (await rows.count()) === count);
    names.push(
      await rows
        .nth(count - 1)
        .getByRole("link")
        .getAttribute("href"),
    );
    await page.getByRole("button", { name: "Older runs" }).click();
  }
  assert.deepEqual(
    names,
    [...ids].reverse().map((id) => `#/history/${id}`),
  );
  await page.getByRole("button", { name: "Older runs" }).waitFor({ state: "hidden" });
  assert.equal(asked[0], null);
  assert.ok(asked.slice(1).every(Boolean));
  await context.close();
});

test("a run is opened, noted, marked as baseline and saved", async () => {
  const { page, context, complaints } = await openPage(browser, `${host.url}/#/history/${ids[0]}`);
  await page.getByRole("heading", { level: 1, name: "shop" }).waitFor();
  await page.locator(".charts canvas").first().waitFor();
  await page.getByRole("rowheader", { name: "GET /products/{id}" }).waitFor();
  await page.getByRole("textbox", { name: "Note" }).fill("after the deploy");
  await page.getByRole("button", { name: "Add note" }).click();
  await page.getByRole("listitem").filter({ hasText: "after the deploy" }).waitFor();
  assert.equal((await api(host, "GET", `api/history/${ids[0]}`)).notes.at(-1).text, "after the deploy");
  await page.getByRole("button", { name: "Mark as baseline" }).click();
  await page.getByRole("button", { name: "No longer baseline" }).waitFor();
  assert.equal((await api(host, "GET", `api/history/${ids[0]}`)).baseline, true);
  await page.locator(".menu summary").click();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "JSON, everything" }).click(),
  ]);
  assert.equal(JSON.parse(readFileSync(await file.path())).schema, "thresher.report/1");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("two runs are compared: curves laid over each other, verdicts in words", async () => {
  const { page, context, complaints } = await openPage(browser, `${host.url}/#/history`);
  const rows = page.locator("table.runs tbody tr").filter({ hasText: "shop" });
  await rows.nth(0).getByRole("checkbox").check();
  await page.getByText("Pick a second run to compare with.").waitFor();
  await rows.nth(1).getByRole("checkbox").check();
  await page.getByRole("link", { name: "Compare" }).click();
  await page.waitForURL(new RegExp(`#/compare/${ids[0]}/${ids[1]}`));
  await page.locator(".chart canvas").waitFor();
  const all = page.getByRole("row", { name: /Aggregated/ });
  await all.waitFor();
  assert.match(await all.textContent(), /same|undecided|slower|faster|no data/);
  await page.getByRole("link", { name: "Swap" }).click();
  await page.waitForURL(new RegExp(`#/compare/${ids[1]}/${ids[0]}`));
  await page.getByRole("row", { name: /Aggregated/ }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the trend has the comparable runs and follows the figure", async () => {
  const { page, context } = await openPage(browser, `${host.url}/#/history/${ids[1]}`);
  await page.getByRole("heading", { name: "p95 of the last 2 comparable runs" }).waitFor();
  await page.getByRole("combobox", { name: "Figure" }).selectOption("failure_ratio");
  await page.getByRole("heading", { name: "failed of the last 2 comparable runs" }).waitFor();
  await context.close();
});

test("a run is deleted only after a yes", async () => {
  const { page, context } = await openPage(browser, `${host.url}/#/history/${ids[2]}`);
  await page.getByRole("button", { name: "Delete …" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  assert.equal((await api(host, "GET", "api/history")).runs.length, 3);
  await page.getByRole("button", { name: "Delete …" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.waitForURL(/#\/history$/);
  await eventually("it is gone", async () => (await api(host, "GET", "api/history")).runs.length === 2);
  await context.close();
});

test("an error says what happened, and trying again helps", async () => {
  const { page, context } = await openPage(browser, "about:blank", { allowed: /503/ });
  await page.route("**/api/history?*", (route) =>
    route.fulfill({ status: 503, contentType: "application/json", body: '{"detail":"the database is locked"}' }),
  );
  await page.goto(`${host.url}/#/history`);
  await page.getByText("The database is locked.").waitFor();
  await page.unroute("**/api/history?*");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator("table.runs").waitFor();
  await context.close();
});

test("a server with a token is asked with it, once", async () => {
  const other = makeSite();
  const guarded = await startHost(other, { environment: { THRESHER_TOKEN: "open-sesame-1234" } });
  const { page, context } = await openPage(browser, `${guarded.url}/#/history`, { allowed: /401/ });
  const dialog = page.getByRole("dialog", { name: "Access" });
  await dialog.getByLabel("Token").fill("wrong");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByText("The server refused that token.").waitFor();
  await dialog.getByLabel("Token").fill("open-sesame-1234");
  await dialog.getByLabel("Token").press("Enter");
  await page.getByRole("heading", { name: "No run is recorded yet" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "No run is recorded yet" }).waitFor();
  assert.equal(await page.getByRole("dialog").count(), 0);
  await context.close();
  await guarded.stop();
  other.remove();
});
