import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertStill, makeSite, openPage, startBrowser, startHost, startTarget } from "./support.mjs";

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

const boxOf = (page, name) => page.locator(".tree").getByRole("checkbox", { name, exact: false }).first();

test("a selection is told as it changes, with its shares and its command line", async () => {
  const { page, context, complaints } = await openPage(browser, `${host.url}/#/start`);
  const panel = page.getByRole("complementary", { name: "What will run" });
  await panel.getByText("Pick a scenario").waitFor();
  assert.equal(await page.getByRole("button", { name: "Run", exact: true }).isDisabled(), true);
  await boxOf(page, "scripts/shop.lua").check();
  await panel.getByText("2 scenarios · 4 tasks").waitFor();
  assert.match(await panel.locator("code").textContent(), /^thresher run scripts\/shop\.lua/);
  assert.deepEqual(await panel.locator(".share .number").allTextContents(), ["50.0 %", "50.0 %"]);
  await page.locator(".tree summary", { hasText: "shop.lua" }).click({ position: { x: 3, y: 10 } });
  await boxOf(page, "office").uncheck();
  await panel.getByText("1 scenario · 3 tasks").waitFor();
  assert.equal(await boxOf(page, "scripts/shop.lua").evaluate((box) => box.indeterminate), true);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a broken script says where it is broken, beside itself", async () => {
  const { page, context } = await openPage(browser, `${host.url}/#/start`);
  await page.locator(".tree .broken", { hasText: "broken.lua:" }).waitFor();
  await context.close();
});

test("a threshold that cannot be read is marked in its row, and nothing can be started", async () => {
  const { page, context, complaints } = await openPage(browser, `${host.url}/#/start`);
  await boxOf(page, "scripts/shop.lua").check();
  await page.getByRole("button", { name: "Add a threshold" }).click();
  await page.getByRole("textbox", { name: "Has to be" }).fill("p(95)<<5");
  const row = page.getByRole("table", { name: "Thresholds" }).getByRole("textbox", { name: "Has to be" });
  await page.locator("section", { hasText: "Thresholds" }).locator(".problem", { hasText: "p(95)<<5" }).waitFor();
  assert.equal(await row.getAttribute("aria-invalid"), "true");
  assert.equal(await page.getByRole("button", { name: "Run", exact: true }).isDisabled(), true);
  await row.fill("p(95)<500");
  await page.locator(".selection li", { hasText: "http_req_duration: p(95)<500" }).waitFor();
  assert.equal(await row.getAttribute("aria-invalid"), null);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("stages are edited as a table and drawn as the server understands them", async () => {
  const { page, context } = await openPage(browser, `${host.url}/#/start`);
  await boxOf(page, "scripts/shop.lua").check();
  await page.getByRole("radio", { name: "Stages" }).check();
  const code = page.locator(".selection code");
  await page.waitForFunction(() => document.querySelector(".selection code").textContent.includes("--stage 30s:10"));
  await page.getByRole("textbox", { name: "Lasts" }).first().fill("45s");
  await page.waitForFunction(() => document.querySelector(".selection code").textContent.includes("--stage 45s:10"));
  await page.getByRole("button", { name: "Remove row 2 of Stages" }).click();
  await page.waitForFunction(() => !document.querySelector(".selection code").textContent.includes("2m:10"));
  assert.match(await code.textContent(), /--stage 45s:10 --stage 30s:0/);
  await page.locator(".selection canvas").first().waitFor();
  await context.close();
});

test("the form is as it was left", async () => {
  const { page, context } = await openPage(browser, `${host.url}/#/start`);
  await boxOf(page, "scripts/shop.lua").check();
  await page.getByRole("textbox", { name: "Seed" }).fill("77");
  await page.getByRole("radio", { name: "Users" }).check();
  await page.getByRole("textbox", { name: "Users", exact: true }).fill("23");
  await page.reload();
  await page.locator(".selection").getByText("23 users").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Seed" }).inputValue(), "77");
  assert.equal(await boxOf(page, "scripts/shop.lua").isChecked(), true);
  await context.close();
});

test("a run is started with the keyboard alone, and comes into sight", async () => {
  const { page, context, complaints } = await openPage(browser, `${host.url}/#/start`);
  await boxOf(page, "scripts/shop.lua").waitFor();
  const press = async (key, until, most = 80) => {
    for (let i = 0; i < most; ++i) {
      await page.keyboard.press(key);
      if (await page.evaluate(until)) return;
    }
    assert.fail(`${key} never led to ${until}`);
  };
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await press("Tab", () => document.activeElement.type === "search");
  await page.keyboard.type("shop");
  await press("Tab", () => document.activeElement.type === "checkbox");
  await page.keyboard.press("Space");
  await press("Tab", () => document.activeElement.type === "radio");
  await press("ArrowRight", () => document.activeElement.value === "users" && document.activeElement.checked);
  await press("Tab", () => document.activeElement.labels?.[0]?.textContent === "Run time");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("4s");
  await press("Tab", () => document.activeElement.type === "url");
  await page.keyboard.type(target.url);
  await page.waitForFunction(
    () =>
      document.querySelector(".go button").disabled === false &&
      document.querySelector(".selection code").textContent.includes("--host"),
  );
  await press("Tab", () => document.activeElement.textContent === "Run");
  const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(ring, "none", "the focus is visible");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/live\//);
  await page.getByRole("heading", { name: "shop" }).waitFor();
  await page.getByRole("link", { name: "Open the report" }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test("what the server refuses to start is said, in its words", async () => {
  const { page, context } = await openPage(browser, `${host.url}/#/start`, { allowed: /422|400/ });
  await boxOf(page, "scripts/shop.lua").check();
  await page.getByRole("radio", { name: "Users" }).check();
  await page.getByRole("textbox", { name: "Users", exact: true }).fill("many");
  await page.locator(".selection .problem", { hasText: "many" }).waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Users", exact: true }).getAttribute("aria-invalid"), "true");
  await context.close();
});

test("the start loads without anything moving", async () => {
  const { page, context, shifts } = await openPage(browser, `${host.url}/#/start`);
  await boxOf(page, "scripts/shop.lua").waitFor();
  await page.waitForLoadState("networkidle");
  assertStill(await shifts());
  await context.close();
});
