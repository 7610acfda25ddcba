import { h, setText } from "./dom.js";
import { count, milliseconds, percent, perSecond, plural } from "./format.js";

/// Large numbers with a line of small print each. tiles: [{title, main(source), small(source), tone?(source)}].
const makeTiles = (tiles) => {
  // As tall before the first figures as with them: nothing below moves when they come.
  const parts = tiles.map((tile) => ({ ...tile, value: h("dd", {}, "–"), print: h("dd.small", {}, "\u00a0") }));
  return {
    element: h(
      "dl.tiles",
      {},
      parts.map(({ title, value, print }) => h("div", {}, h("dt", {}, title), value, print)),
    ),
    update(source) {
      for (const { value, print, main, small, tone } of parts) {
        setText(value, main(source));
        setText(print, small(source));
        value.className = tone?.(source) ?? "";
      }
    },
  };
};

const whole = (times) => `whole run ${milliseconds(times?.p95)}`;
const failures = {
  title: "Failures",
  main: ({ totals }) => percent(totals.failure_ratio),
  tone: ({ totals }) => (totals.failures > 0 ? "bad" : ""),
};
const dropped = {
  title: "Dropped iterations",
  main: ({ totals }) => count(totals.dropped),
  tone: ({ totals }) => (totals.dropped > 0 ? "caution" : ""),
};

/// Of a run that goes on: what is now, and small what was in all. `update(digest)`.
export const liveTiles = () =>
  makeTiles([
    {
      title: "Users",
      main: ({ users }) => count(users),
      small: (digest) =>
        digest.users_planned != null && digest.users_planned !== digest.users
          ? `of ${count(digest.users_planned)} planned`
          : `most ${count(digest.users_most)}`,
    },
    {
      title: "Requests",
      main: ({ point, totals }) => perSecond(point?.requests_per_s ?? totals.requests_per_s),
      small: ({ totals }) => `${count(totals.requests)} in all`,
    },
    {
      ...failures,
      small: ({ point, totals }) => `${perSecond(point?.failures_per_s ?? 0)} now, ${count(totals.failures)} in all`,
    },
    {
      title: "Response p95",
      main: ({ point }) => milliseconds(point?.response_ms?.p95),
      small: ({ totals }) => whole(totals.response_ms),
    },
    {
      title: "Service p95",
      main: ({ point }) => milliseconds(point?.service_ms?.p95),
      small: ({ totals }) => whole(totals.service_ms),
    },
    { ...dropped, small: ({ in_flight }) => `${count(in_flight)} in flight` },
  ]);

/// Of a run that has ended. `update(digest)`: of report_digest.js.
export const reportTiles = () =>
  makeTiles([
    {
      title: "Requests",
      main: ({ totals }) => count(totals.requests),
      small: ({ totals }) => perSecond(totals.requests_per_s),
    },
    { ...failures, small: ({ totals }) => `${plural(totals.failures, "request")} failed` },
    {
      title: "Response p95",
      main: ({ totals }) => milliseconds(totals.response_ms?.p95),
      small: ({ totals }) => `p99 ${milliseconds(totals.response_ms?.p99)}`,
    },
    {
      title: "Service p95",
      main: ({ totals }) => milliseconds(totals.service_ms?.p95),
      small: ({ totals }) => `p99 ${milliseconds(totals.service_ms?.p99)}`,
    },
    {
      title: "Iterations",
      main: ({ totals }) => count(totals.iterations),
      small: (digest) => `at most ${plural(digest.users_most ?? 0, "user")}`,
    },
    { ...dropped, small: () => "nobody was free for them" },
  ]);
