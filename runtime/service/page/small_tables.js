import { bytes, count, number, percent } from "./format.js";
import { spoken, toneOf } from "./words.js";
import { Table } from "./table.js";

const share = ({ passes, fails }) => (passes + fails > 0 ? passes / (passes + fails) : null);

export const checkTable = () =>
  new Table({
    caption: "checks",
    wrap: true,
    empty:
      'The scripts checked nothing yet. A check says something of a response: check(response, { ["is quick"] = ... }).',
    columns: [
      { title: "Check", text: ({ group, name }) => [...group.split("::").filter(Boolean), name].join(" › ") },
      {
        title: "Held",
        number: true,
        key: share,
        text: (row) => percent(share(row)),
        tone: ({ fails }) => (fails > 0 ? "bad" : "good"),
      },
      { title: "Passes", number: true, key: ({ passes }) => passes, text: ({ passes }) => count(passes) },
      {
        title: "Fails",
        number: true,
        key: ({ fails }) => fails,
        text: ({ fails }) => count(fails),
        tone: ({ fails }) => (fails > 0 ? "bad" : ""),
      },
    ],
  });

export const thresholdTable = () =>
  new Table({
    caption: "thresholds",
    wrap: true,
    empty: "No threshold was set: nothing says what would be too slow.",
    columns: [
      { title: "Metric", text: ({ metric }) => metric },
      { title: "Has to be", text: ({ expression }) => expression },
      { title: "Is", number: true, key: ({ observed }) => observed, text: ({ observed }) => number(observed) },
      { title: "So far", text: ({ state }) => spoken(state), tone: ({ state }) => toneOf(state) },
      { title: "Samples", number: true, key: ({ samples }) => samples, text: ({ samples }) => count(samples) },
      { title: "If missed", text: (row) => (row.abort_on_fail ? "ends the run" : "fails the run") },
      { title: "Written in", text: ({ where }) => where ?? "" },
    ],
  });

export const workerTable = () =>
  new Table({
    caption: "workers",
    wrap: true,
    empty: "Workers are told while a run goes on.",
    columns: [
      { title: "Worker", key: ({ index }) => index, text: ({ index }) => `worker ${index}` },
      { title: "Users", number: true, key: ({ users }) => users, text: ({ users }) => count(users) },
      { title: "In flight", number: true, key: (row) => row.in_flight, text: (row) => count(row.in_flight) },
      {
        title: "Of a core",
        number: true,
        hint: "processor time",
        key: (row) => row.cpu_share,
        text: (row) => percent(row.cpu_share),
        tone: (row) => (row.cpu_share > 0.9 ? "bad" : ""),
      },
      {
        title: "Late seconds",
        number: true,
        hint: "seconds in which it could not keep its schedule",
        key: (row) => row.late_seconds,
        text: (row) => count(row.late_seconds),
        tone: (row) => (row.late_seconds > 0 ? "caution" : ""),
      },
    ],
  });

export const verdictTable = () =>
  new Table({
    caption: "checks of the validators",
    wrap: true,
    empty: "No validator judged yet.",
    columns: [
      { title: "Check", text: ({ validator, check }) => `${validator} · ${check}` },
      { title: "Verdict", text: ({ verdict }) => spoken(verdict), tone: ({ verdict }) => toneOf(verdict) },
      {
        title: "Observed",
        number: true,
        key: ({ observations }) => observations,
        text: ({ observations }) => count(observations),
      },
      {
        title: "Violated",
        number: true,
        key: ({ violations }) => violations,
        text: ({ violations }) => count(violations),
        tone: ({ violations }) => (violations > 0 ? "bad" : ""),
      },
      { title: "What was seen", text: ({ summary }) => summary },
    ],
  });

export const sizes = (totals) => `${bytes(totals.received_bytes)} received, ${bytes(totals.sent_bytes)} sent`;
