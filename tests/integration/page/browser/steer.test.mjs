import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api, eventually, makeSite, openPage, startBrowser, startHost, startTarget } from "./support.mjs";

let site, target, host, browser, id, view;
before(async () => {
  site = makeSite();
  target = await startTarget();
  host = await startHost(site);
  browser = await startBrowser();
  ({ id } = await api(host, "POST", "api/live", { files: ["scripts/shop.lua"], host: target.url, profile: "steered" }));
  view = await openPage(browser, `${host.url}/#/live/${id}`);
});
after(async () => {
  await browser?.close();
  await host?.stop();
  target?.close();
  site?.remove();
});

const phase = () => view.page.locator(".head .chip").first().textContent();
const digest = () => api(host, "GET", `api/live/${id}`);
const button = (name) => view.page.getByRole("button", { name, exact: true });

test("a pause is shown when the run says so, and so is its end", async () => {
  await eventually("it runs", async () => (await phase()) === "running");
  await button("Pause").click();
  await eventually("it pauses", async () => (await phase()) === "paused");
  assert.equal((await digest()).phase, "paused");
  await button("Resume").click();
  await eventually("it goes on", async () => (await phase()) === "running");
  await button("Pause").waitFor();
});

test("the users follow the slider and the number", async () => {
  const slider = view.page.getByRole("slider", { name: "Users" });
  await slider.focus();
  const before = Number(await slider.inputValue());
  for (let i = 0; i < 3; ++i) await view.page.keyboard.press("ArrowRight");
  await eventually("the run has three users more", async () => (await digest()).users === before + 3);
  await view.page.getByRole("spinbutton", { name: "Users, exactly" }).fill("2");
  await view.page.keyboard.press("Enter");
  await eventually("the run has two users", async () => (await digest()).users === 2);
  await eventually("the tile says so", async () => /Users2/.test(await view.page.locator(".tiles").textContent()));
  await view.page.locator("h1").click();
  await eventually("the slider says so", async () => (await slider.inputValue()) === "2");
});

test("a note is in the log and on the timeline", async () => {
  await view.page.getByRole("textbox", { name: "Note on the timeline" }).fill("deploy <b>begins</b>");
  await button("Add note").click();
  await view.page.getByRole("tab", { name: "Log" }).click();
  await view.page.locator(".log .note", { hasText: "deploy <b>begins</b>" }).waitFor();
  assert.equal(await view.page.getByRole("textbox", { name: "Note on the timeline" }).inputValue(), "");
});

test("what the run refuses is said, and the page keeps to what is", async () => {
  await view.page.route("**/scale", (route) =>
    route.fulfill({ status: 409, contentType: "application/json", body: '{"detail":"not now"}' }),
  );
  await view.page.getByRole("spinbutton", { name: "Users, exactly" }).fill("9");
  await view.page.keyboard.press("Enter");
  await view.page.locator(".toast", { hasText: "Not now." }).waitFor();
  await view.page.locator("h1").click();
  await eventually(
    "the number is what is",
    async () => (await view.page.getByRole("spinbutton", { name: "Users, exactly" }).inputValue()) === "2",
  );
  await view.page.unroute("**/scale");
});

test("only ending at once asks for confirmation, and Escape is a no", async () => {
  await button("Kill …").click();
  const dialog = view.page.getByRole("dialog", { name: "End the run at once?" });
  await dialog.waitFor();
  await view.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal((await digest()).phase, "running");
});

test("a run that is stopped ends with its verdict and its report", async () => {
  await button("Stop").click();
  await view.page.locator(".end", { hasText: "Exit code" }).waitFor();
  assert.equal(await view.page.locator(".steer").isVisible(), false, "there is nothing to steer any more");
  assert.equal(await button("Pause").isVisible(), false);
  await view.page.getByRole("link", { name: "Open the report" }).click();
  await view.page.waitForURL(/#\/history\//);
  await view.page.getByRole("heading", { level: 1, name: "shop" }).waitFor();
  assert.deepEqual(
    view.complaints.filter((text) => !/409/.test(text)),
    [],
  );
});
