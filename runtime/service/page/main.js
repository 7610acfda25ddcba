import { get, onTokenWanted } from "./api.js";
import { backoff } from "./backoff.js";
import { compareView } from "./compare_view.js";
import { connection } from "./connection.js";
import { askForToken } from "./dialogs.js";
import { setAttribute, setHidden, setText } from "./dom.js";
import { historyView } from "./history_view.js";
import { liveListView } from "./live_list_view.js";
import { liveView } from "./live_view.js";
import { parseRoute } from "./route.js";
import { runView } from "./run_view.js";
import { startView } from "./start_view.js";

const kLook_ms = 4000;
const main = document.getElementById("main");

onTokenWanted(askForToken);

const makeView = ({ view, ids }) => {
  if (view === "live") return ids.length > 0 ? liveView(ids[0]) : liveListView();
  if (view === "history") return ids.length > 0 ? runView(ids[0]) : historyView();
  if (view === "compare") return compareView(...ids);
  return startView();
};

let view = null; // {element, title, destroy()}
const show = (first) => {
  const route = parseRoute(location.hash);
  view?.destroy();
  view = makeView(route);
  main.replaceChildren(view.element);
  document.title = `${view.title} · Thresher`;
  for (const link of document.querySelectorAll("header nav a"))
    setAttribute(
      link,
      "aria-current",
      link.dataset.view === (route.view === "compare" ? "history" : route.view) && "page",
    );
  if (first) return;
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
};

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", () => show(false));

// How many runs go on; and so the page notices a server that went away, whatever it shows.
const going = document.getElementById("going");
let attempt = 0;
let timer = null;
const look = async () => {
  clearTimeout(timer);
  let wait = kLook_ms;
  try {
    if (!document.hidden) {
      const { runs } = await get("api/live");
      setText(going, String(runs.length));
      going.setAttribute("aria-label", runs.length === 1 ? "1 run goes on" : `${runs.length} runs go on`);
      setHidden(going, runs.length === 0);
      if (attempt > 0) connection.open();
      attempt = 0;
      if (runs.length > 0 && location.hash === "" && untouched) await greet();
    }
  } catch (error) {
    if (error.status === 0) {
      wait = backoff(++attempt + 1, Math.random());
      connection.lost({ reason: error.message, retryAt: Date.now() + wait, again: look });
    }
  }
  timer = setTimeout(look, wait);
};

// `thresher run --web` begins its run a little after its page; nobody who uses the form already is taken away from it.
let untouched = true;
for (const event of ["pointerdown", "keydown", "input"])
  addEventListener(event, () => (untouched = false), { once: true });

const greet = async () => {
  try {
    const host = await get("api/host");
    setText(document.getElementById("host"), [host.machine, host.version].filter(Boolean).join(" · "));
    if (host.first && location.hash === "") location.replace(`#/live/${encodeURIComponent(host.first)}`);
  } catch {
    // look() tells of a server that is away; without this line the page lacks a name in its corner
  }
};

document.addEventListener("visibilitychange", () => document.hidden || look());
show(true);
greet().then(look);
