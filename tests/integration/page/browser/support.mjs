// What every story needs: a target, the real `thresher run --web`, a browser, and an eye on what must not happen in it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const workDir = process.env.WORK_DIR ?? join(tmpdir(), "thresher-page");
const { chromium } = createRequire(join(workDir, "node_modules/"))("playwright-core");
const kChromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
if (!existsSync(kChromium)) {
  console.log(`skipped: no ${kChromium}`); // CTest looks for this
  process.exit(0);
}
const kSite = new URL("site/", import.meta.url).pathname;
const kChromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
export const kPatience_ms = 60_000; // for what a busy machine does at its leisure

/// A web server that the runs load: {url, close()}.
export const startTarget = async () => {
  const answer = (request, response) => {
    const status = request.url === "/refused" ? 503 : 200;
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(
      JSON.stringify({ path: request.url, status, reason: status === 503 ? "closed for stocktaking" : undefined }),
    );
  };
  const server = http.createServer(answer);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

/// A folder with scenarios of its own, and a history and sockets that no other test sees.
export const makeSite = () => {
  const folder = mkdtempSync(join(tmpdir(), "thresher-page-"));
  cpSync(kSite, folder, { recursive: true });
  mkdirSync(join(folder, "runtime"), { mode: 0o700 });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
};

const environmentOf = ({ folder }, more) => ({
  PATH: process.env.PATH,
  HOME: folder,
  XDG_DATA_HOME: join(folder, "data"),
  XDG_RUNTIME_DIR: join(folder, "runtime"),
  ...more,
});

/// `thresher ARGUMENTS` in the site: {process, output(), until(pattern), ended}.
export const startThresher = (site, args, environment = {}) => {
  const child = spawn(process.env.THRESHER, args, { cwd: site.folder, env: environmentOf(site, environment) });
  let said = "";
  const waiting = new Set();
  const hear = (bytes) => {
    said += bytes;
    for (const look of waiting) look();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = new Promise((resolve) => child.on("exit", (code) => resolve(code)));
  const until = (pattern) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`thresher never said ${pattern}; it said: ${said}`)),
        kPatience_ms,
      );
      const look = () => {
        const found = pattern.exec(said);
        if (!found) return;
        clearTimeout(late);
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      ended.then((code) => reject(new Error(`thresher ended with ${code}: ${said}`)));
      look();
    });
  return {
    process: child,
    ended,
    until,
    output: () => said,
    async stop() {
      if (child.exitCode === null) child.kill("SIGINT");
      const late = setTimeout(() => child.kill("SIGKILL"), kPatience_ms);
      await ended;
      clearTimeout(late);
    },
  };
};

/// The page's host: {url, port, stop()}. port 0: any.
export const startHost = async (site, { port = 0, environment } = {}) => {
  const host = startThresher(site, ["run", "--web", "--web-port", String(port)], environment);
  const [url, told] = await host
    .until(/page[^\n]*?http:\/\/127\.0\.0\.1:(\d+)/i)
    .then((found) => [/http:\/\/127\.0\.0\.1:\d+/.exec(found[0])[0], found[1]]);
  return { ...host, url, port: Number(told) };
};

/// Runs in the page before its own scripts: what moved without anybody having asked for it.
const watchShifts = () => {
  globalThis.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput)
        globalThis.shifts.push({ value, what: sources.map(({ node }) => node?.className || node?.nodeName) });
  }).observe({ type: "layout-shift", buffered: true });
};

export const startBrowser = async () => chromium.launch({ executablePath: kChromium, args: kChromiumFlags });

/// A page whose complaints are collected: {page, context, complaints, shifts()}. `allowed`: what it may complain of.
export const openPage = async (
  browser,
  url,
  { width = 1280, height = 900, scheme = "light", allowed = null, ...more } = {},
) => {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(kPatience_ms);
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.stack));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !allowed?.test(message.text()))
      complaints.push(message.text());
  });
  await page.addInitScript(watchShifts);
  await page.goto(url);
  return { page, context, complaints, shifts: () => page.evaluate(() => globalThis.shifts) };
};

/// Nothing moved by itself, as far as a person would see it.
export const assertStill = (shifts) =>
  assert.ok(shifts.reduce((sum, { value }) => sum + value, 0) < 0.02, `the layout shifted: ${JSON.stringify(shifts)}`);

/// A JSON request as curl would make it.
export const api = async (host, method, path, body) => {
  const response = await fetch(`${host.url}/${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path} was answered with ${response.status}: ${text}`);
  return text === "" ? null : JSON.parse(text);
};

/// Waits until `look` returns something true, and returns it.
export const eventually = async (what, look) => {
  const end = Date.now() + kPatience_ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) assert.fail(`it never came to be that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/// A run of `form` from its start to its record: the id in the history.
export const recordRun = async (host, target, form) => {
  const { id } = await api(host, "POST", "api/live", { files: ["scripts/shop.lua"], host: target.url, ...form });
  await eventually(`run ${id} ended`, async () => {
    const { runs } = await api(host, "GET", "api/history");
    return runs.some((run) => run.id === id && run.status !== "running");
  });
  return id;
};
