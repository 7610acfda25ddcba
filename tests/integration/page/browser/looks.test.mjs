import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { faintTexts } from "./contrast.mjs";
import {
  api,
  eventually,
  makeSite,
  openPage,
  recordRun,
  startBrowser,
  startHost,
  startTarget,
  workDir,
} from "./support.mjs";

const shots = join(workDir, "screenshots");
let site, target, host, browser, views;
before(async () => {
  mkdirSync(shots, { recursive: true });
  site = makeSite();
  target = await startTarget();
  host = await startHost(site);
  browser = await startBrowser();
  const load = { users: 3, spawn_rate: 3, run_time: "4s" };
  const first = await recordRun(host, target, load),
    second = await recordRun(host, target, { ...load, users: 5 });
  const { id } = await api(host, "POST", "api/live", {
    files: ["scripts/shop.lua"],
    host: target.url,
    profile: "steered",
    thresholds: [{ metric: "http_req_failed", expression: "rate<0.001" }],
  });
  views = {
    start: "#/start",
    live: `#/live/${id}`,
    history: "#/history",
    run: `#/history/${first}`,
    compare: `#/compare/${first}/${second}`,
  };
});
after(async () => {
  await browser?.close();
  await host?.stop();
  target?.close();
  site?.remove();
});

const prepare = {
  start: async (page) => {
    await page.locator(".tree").getByRole("checkbox", { name: "scripts/shop.lua" }).check();
    await page.locator(".selection .share").first().waitFor();
  },
  live: (page) => eventually("the run is in sight", async () => (await page.locator(".charts canvas").count()) === 4),
  history: (page) => page.locator("table.runs tbody tr").first().waitFor(),
  run: (page) => page.locator(".trend canvas").waitFor(),
  compare: (page) => page.locator("table.compared").waitFor(),
};

for (const scheme of ["light", "dark"])
  for (const width of [1280, 390])
    test(`${scheme}, ${width} pixels wide: nothing is cut off, no text is faint, nothing complains`, async () => {
      for (const [name, hash] of Object.entries(views)) {
        const { page, context, complaints } = await openPage(browser, `${host.url}/${hash}`, { width, scheme });
        await prepare[name](page);
        const tooWide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        assert.ok(tooWide <= 0, `${name} is ${tooWide} pixels wider than the screen`);
        assert.deepEqual(await page.evaluate(faintTexts), [], `faint text in ${name}`);
        await page.screenshot({ path: join(shots, `${name}-${width}-${scheme}.png`), fullPage: true });
        assert.deepEqual(complaints, [], name);
        await context.close();
      }
    });

test("the theme that is chosen stays, whatever the system says", async () => {
  const { page, context } = await openPage(browser, `${host.url}/#/history`);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  const theme = page.getByRole("button", { name: /^Theme/ });
  await theme.click();
  await theme.click();
  assert.equal(await theme.getAttribute("aria-label"), "Theme: dark");
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  assert.equal(await ground(), dark);
  await context.close();
});

test("every view has a heading of the first level, a main landmark, and names for all its controls", async () => {
  for (const [name, hash] of Object.entries(views)) {
    const { page, context } = await openPage(browser, `${host.url}/${hash}`);
    await prepare[name](page);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, name);
    assert.equal(await page.getByRole("main").count(), 1, name);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll("button, a[href], input, select, [role=tab], [role=img]")]
        .filter(
          (element) =>
            element.checkVisibility() &&
            !element.labels?.length &&
            !element.ariaLabel &&
            !element.title &&
            element.textContent.trim() === "",
        )
        .map((element) => element.outerHTML),
    );
    assert.deepEqual(nameless, [], name);
    await context.close();
  }
});

test("nothing moves for those who want nothing to move", async () => {
  const { page, context } = await openPage(browser, `${host.url}/#/start`, { reducedMotion: "reduce" });
  await page.evaluate(() =>
    document.body.append(Object.assign(document.createElement("div"), { className: "skeleton" })),
  );
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".skeleton")).animationName), "none");
  await context.close();
});
