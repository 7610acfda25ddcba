// Parts of the page by themselves, where a run would take long to bring them about.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makeSite, openPage, startBrowser, startHost } from "./support.mjs";

let site, host, browser;
before(async () => {
  site = makeSite();
  host = await startHost(site);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await host?.stop();
  site?.remove();
});

test("the log follows its end until somebody reads further up, and says what came meanwhile", async () => {
  const { page, context, complaints } = await openPage(browser, `${host.url}/#/history`);
  const told = await page.evaluate(async () => {
    const [{ logPanel }, { Ring }] = await Promise.all([import("/page/log_panel.js"), import("/page/ring.js")]);
    const panel = logPanel(),
      log = new Ring(500);
    document.getElementById("main").replaceChildren(panel.element);
    const list = document.querySelector(".log"),
      more = document.querySelector(".logged .more");
    const say = (count) => {
      for (let i = 0; i < count; ++i)
        log.push({ at: "2026-11-21T12:00:00Z", kind: "script_output", text: `<i>line</i> ${log.total}` });
      panel.update({ log });
    };
    const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const gap = () => list.scrollHeight - list.clientHeight - list.scrollTop;
    say(300);
    await frame();
    const followed = gap() < 2;
    list.scrollTop = 100;
    await frame();
    say(3);
    await frame();
    const stayed = list.scrollTop,
      offered = more.hidden ? "" : more.textContent;
    more.click();
    await frame();
    const back = gap() < 2 && more.hidden;
    say(1000);
    return {
      followed,
      stayed,
      offered,
      back,
      lines: list.children.length,
      last: list.lastChild.textContent,
      marked: list.querySelectorAll("i").length,
    };
  });
  assert.deepEqual(told, {
    followed: true,
    stayed: 100,
    offered: "3 new lines ↓",
    back: true,
    lines: 500,
    last: told.last,
    marked: 0,
  });
  assert.match(told.last, /<i>line<\/i> 1302$/);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a violation shows its witness, and the workflow with the broken dependency marked", async () => {
  const { page, context, complaints } = await openPage(browser, `${host.url}/#/history`);
  await page.evaluate(async () => {
    const { oraclePanel } = await import("/page/oracle_panel.js");
    const panel = oraclePanel();
    document.getElementById("main").replaceChildren(panel.element);
    panel.set({
      validators: ["oracle"],
      problems: ["farm: no ground truth"],
      documents: {},
      violation_count: 3,
      checks: [
        {
          validator: "oracle",
          check: "order",
          verdict: "FAIL",
          observations: 9,
          violations: 3,
          summary: "9 dependencies",
        },
      ],
      violations: [
        {
          validator: "oracle",
          check: "order",
          subject: "wf, a -> b",
          witness: "b ran too early",
          at_s: 65,
          details: {
            from: "a",
            to: "b",
            edges: [
              { from: "a", to: "b" },
              { from: "a", to: "c" },
              { from: "b", to: "d" },
            ],
          },
        },
        { validator: "oracle", check: "saga", subject: "wf", witness: "not undone", at_s: null, details: null },
      ],
    });
  });
  await page.getByText("3 violations").waitFor();
  await page.getByText("The first 2 are kept with their witnesses.").waitFor();
  await page.getByRole("row", { name: /oracle · order fail 9 3 9 dependencies/ }).waitFor();
  await page.locator("summary", { hasText: "wf, a -> b" }).click();
  const graph = page.getByRole("img", { name: "The dependency of b on a was broken." });
  await graph.waitFor();
  assert.deepEqual(
    [
      await graph.locator(".node").count(),
      await graph.locator(".edge").count(),
      await graph.locator(".edge.broken").count(),
    ],
    [4, 3, 1],
  );
  await page.getByText("b ran too early").waitFor();
  assert.equal(await page.locator("svg.graph").count(), 1, "what has no graph gets none");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a chart's series are told at the cursor, and put away by their buttons", async () => {
  const { page, context } = await openPage(browser, `${host.url}/#/history`);
  await page.evaluate(async () => {
    const { runCharts } = await import("/page/run_charts.js");
    const { kColumns } = await import("/page/points.js");
    const at = Array.from({ length: 101 }, (_, i) => i);
    const charts = runCharts(() => [{ at_s: 50, kind: "note", text: "deploy begins" }]);
    document.getElementById("main").replaceChildren(charts.element);
    charts.set(Object.fromEntries(kColumns.map((name) => [name, name === "elapsed_s" ? at : at.map((s) => 10 * s)])));
  });
  const charts = page.locator(".chart");
  const plot = await charts.nth(0).locator(".u-over").boundingBox();
  await page.mouse.move(plot.x + plot.width / 2, plot.y + plot.height / 2);
  assert.equal(await charts.nth(0).locator(".at").textContent(), "00:50 · deploy begins");
  assert.equal(
    await charts.nth(3).locator(".at").textContent(),
    "00:50 · deploy begins",
    "the charts share their cursor",
  );
  assert.match(await charts.nth(0).locator(".legend").textContent(), /requests500\/s/);
  const button = charts.nth(0).getByRole("button", { name: /users/ });
  await button.click();
  assert.equal(await button.getAttribute("aria-pressed"), "false");
  await charts.nth(3).getByRole("button", { name: "Log scale" }).click();
  assert.equal(await charts.nth(3).locator("canvas").count(), 1);
  await context.close();
});
