import { bytes, count, kMissing, millisecondsInColumn, percent, perSecond } from "./format.js";
import { Table } from "./table.js";

const failed = (row) => (row.requests > 0 ? row.failures / row.requests : null);
const time = (title, member, hint) => ({
  title,
  number: true,
  hint,
  key: (row) => row[member],
  text: (row) => millisecondsInColumn(row[member]),
});

/// Every endpoint of a run, sortable, filtered by its text and tags. `set(rows)`: `requests` of a digest.
export const endpointTable = () =>
  new Table({
    caption: "endpoints",
    empty: "No request was answered yet.",
    sort: { column: 1, descending: true },
    searchText: ({ method, name }) => `${method} ${name}`,
    tags: ({ tags }) => tags ?? [],
    columns: [
      { title: "Endpoint", text: ({ method, name }) => `${method} ${name}`.trim() },
      { title: "Requests", number: true, key: ({ requests }) => requests, text: ({ requests }) => count(requests) },
      { title: "Rate", number: true, key: (row) => row.requests_per_s, text: (row) => perSecond(row.requests_per_s) },
      {
        title: "Failed",
        number: true,
        key: ({ failures }) => failures,
        tone: ({ failures }) => (failures > 0 ? "bad" : ""),
        text: ({ failures }) => count(failures),
      },
      {
        title: "Failed %",
        number: true,
        key: failed,
        tone: ({ failures }) => (failures > 0 ? "bad" : ""),
        text: (row) => (failed(row) === null ? kMissing : percent(failed(row))),
      },
      time("Mean", "mean_ms"),
      time("p50", "p50_ms", "half of them were faster"),
      time("p95", "p95_ms", "95 % were faster"),
      time("p99", "p99_ms", "99 % were faster"),
      time("Slowest", "max_ms"),
      {
        title: "Size",
        number: true,
        hint: "average bytes received",
        key: (row) => row.received_bytes_average,
        text: (row) => bytes(row.received_bytes_average),
      },
    ],
  });
