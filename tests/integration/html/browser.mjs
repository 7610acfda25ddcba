// A headless Chromium spoken to over its debugging pipe: messages end with a zero byte, no port, no library.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const kFlags = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-pipe",
];

/// The browser's one page. Events go to every function in `listeners` as (method, params).
export class Browser {
  static async start(program) {
    const browser = new Browser();
    browser.folder = mkdtempSync(join(tmpdir(), "thresher-chromium-"));
    const process = spawn(program, [...kFlags, `--user-data-dir=${browser.folder}`, "about:blank"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    browser.process = process;
    browser.gone = new Promise((resolve) => process.on("exit", resolve));
    browser.gone.then((code) => browser.#failAll(new Error(`chromium ended with ${code}`)));
    process.stdio[3].on("error", () => {}); // the exit above tells
    process.stdio[4].on("data", (bytes) => browser.#receive(bytes));
    const { targetInfos } = await browser.send("Target.getTargets");
    const { targetId } = targetInfos.find((target) => target.type === "page");
    ({ sessionId: browser.session } = await browser.send("Target.attachToTarget", { targetId, flatten: true }));
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await browser.send(`${domain}.enable`);
    return browser;
  }

  listeners = [];
  #waiting = new Map();
  #last = 0;
  #rest = Buffer.alloc(0);

  send(method, params = {}) {
    const id = ++this.#last;
    const message = { id, method, params, ...(this.session && { sessionId: this.session }) };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, method });
      this.process.stdio[3].write(JSON.stringify(message) + "\0");
    });
  }

  /// The value of an expression, or of the promise it is, in the page; the page's own policy does not apply to it.
  async value(expression) {
    const answer = await this.send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? "it threw");
    return answer.result.value;
  }

  async open(url) {
    const loaded = new Promise((resolve) => {
      const listener = (method) => {
        if (method !== "Page.loadEventFired") return;
        this.listeners.splice(this.listeners.indexOf(listener), 1);
        resolve();
      };
      this.listeners.push(listener);
    });
    await this.send("Page.navigate", { url });
    await loaded;
    await this.nextFrame();
  }

  /// After what was asked for has been laid out and painted.
  nextFrame() {
    return this.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))");
  }

  /// Seconds of processor time that the page's main thread spent while `work` was done.
  async processorTime(work) {
    await this.send("Performance.enable", { timeDomain: "threadTicks" });
    const spent = async () => {
      const { metrics } = await this.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "TaskDuration").value;
    };
    const before = await spent();
    await work();
    return (await spent()) - before;
  }

  async stop() {
    this.session = undefined;
    this.send("Browser.close").catch(() => {});
    await this.gone;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #receive(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let end; (end = this.#rest.indexOf(0)) >= 0; ) {
      const message = JSON.parse(this.#rest.subarray(0, end).toString());
      this.#rest = this.#rest.subarray(end + 1);
      if (message.id === undefined) {
        for (const listener of [...this.listeners]) listener(message.method, message.params);
        continue;
      }
      const { resolve, reject, method } = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error) reject(new Error(`${method}: ${message.error.message}`));
      else resolve(message.result);
    }
  }

  #failAll(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
