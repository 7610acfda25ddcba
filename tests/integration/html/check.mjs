// node check.mjs CHROMIUM PAGES [SCREENSHOTS]: opens the pages that html_pages wrote, at the width of a desk and of a phone, light
// and dark. Exit 1 and a line per finding when something is wrong; "skipped: ..." and exit 77 when there is no Chromium.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Browser } from "./browser.mjs";

const [program, pages, screenshots] = process.argv.slice(2);
if (!existsSync(program)) {
  console.log(`skipped: no ${program}`);
  process.exit(77);
}
const asked = readFileSync(new URL("in_page.js", import.meta.url), "utf8");
const ask = (call) => browser.value(`(${asked}).${call}`);

let where = "";
let findings = 0;
const expect = (what, wrong) => {
  for (const text of wrong) {
    ++findings;
    console.log(`${where}: ${what}: ${text}`);
  }
};
const equal = (what, actual, wanted) => {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(wanted)];
  expect(what, one === other ? [] : [`${one}, not ${other}`]);
};

const browser = await Browser.start(program);
let noise = [];
browser.listeners.push((method, params) => {
  if (method === "Log.entryAdded") noise.push(params.entry.text);
  if (method === "Runtime.exceptionThrown") noise.push(params.exceptionDetails.exception?.description);
  if (method === "Runtime.consoleAPICalled") noise.push(JSON.stringify(params.args));
  if (method === "Network.requestWillBeSent" && params.type !== "Document") noise.push(`asked for ${params.request.url}`);
});

const open = async (page, width, scheme) => {
  where = `${page} at ${width} px, ${scheme}`;
  const phone = width < 600;
  noise = [];
  await browser.send("Emulation.setDeviceMetricsOverride", {
    width, height: phone ? 844 : 900, deviceScaleFactor: phone ? 2 : 1, mobile: phone,
  });
  await browser.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  await browser.open(pathToFileURL(join(resolve(pages), `${page}.html`)).href);
};

const takeScreenshot = async (name, whole = true) => {
  if (!screenshots) return;
  const shot = await browser.send("Page.captureScreenshot", { captureBeyondViewport: whole });
  writeFileSync(join(screenshots, `${name}.png`), Buffer.from(shot.data, "base64"));
};

for (const [page, width, scheme] of [
  ["small", 1280, "light"], ["small", 390, "dark"], ["large", 1280, "dark"], ["large", 390, "light"], ["empty", 390, "light"],
]) {
  await open(page, width, scheme);
  expect("it moved while loading", await ask("shifts()"));
  expect("too wide", await ask("overflow()"));
  expect("not drawn", await ask("undrawn()"));
  expect("hard to read", await ask("contrast()"));
  await takeScreenshot(`${page}-${width}-${scheme}`);
  const scales = "[...document.querySelectorAll('button.scale')]";
  await browser.value(`${scales}.forEach((button) => button.click())`);
  await browser.nextFrame();
  expect("not drawn on the other scale", await ask("undrawn()"));
  expect("not sorted", await ask("unsorted()"));
  expect("too wide after sorting", await ask("overflow()"));
  equal("what a target sent came alive", await browser.value("[document.images.length, location.hash]"), [0, ""]);
  expect("console", noise);
}

await open("large", 1280, "light");
// A processor's time, not the clock's: what else the machine does is not the page's fault. Idle, a sort takes some 40 ms.
for (const column of [2, 4, 9]) {
  const spent = await browser.processorTime(async () => {
    await browser.value(`document.querySelector("#requests table").tHead.rows[0].cells[${column}].firstChild.click()`);
    await browser.nextFrame();
  });
  expect("sorting 300 endpoints stutters", spent < 0.25 ? [] : [`column ${column} took ${spent} s`]);
}
equal("the filter", await ask('filtered("post  agents/29")'), [3, "3 of 300"]); // 291, 294 and 297: every third posts
await browser.value("document.getElementById('theme').click()"); // auto -> light
await browser.value("document.getElementById('theme').click()"); // -> dark
await browser.nextFrame();
equal("the theme", await browser.value("[document.documentElement.dataset.theme, theme.textContent]"), ["dark", "Theme: dark"]);
expect("not drawn in the other theme", await ask("undrawn()"));
expect("hard to read in the other theme", await ask("contrast()"));
expect("console", noise);

await browser.stop();
process.exit(findings === 0 ? 0 : 1);
