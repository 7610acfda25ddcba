// A report (thresher.report/1) in the shape of a run's last digest, so that the same panels show both.
const timesOf = (distribution) => {
  if (!distribution || distribution.count === 0) return null;
  const { mean, max, percentiles } = distribution;
  return { mean, max, p50: percentiles["50"], p95: percentiles["95"], p99: percentiles["99"] };
};

const requestOf = (row) => {
  const times = timesOf(row.duration_ms) ?? {};
  return {
    method: row.method,
    name: row.name,
    tags: [],
    requests: row.requests,
    failures: row.failures,
    requests_per_s: row.requests_per_s,
    failures_per_s: row.failures_per_s,
    mean_ms: times.mean ?? null,
    p50_ms: times.p50 ?? null,
    p95_ms: times.p95 ?? null,
    p99_ms: times.p99 ?? null,
    max_ms: times.max ?? null,
    received_bytes_average: row.received_bytes_average,
  };
};

export const digestOf = (report) => {
  const rows = report.requests ?? [];
  const all = rows.at(-1); // Aggregated
  const counted = (metric) => report.metrics?.[metric]?.count ?? null;
  return {
    elapsed_s: report.run.elapsed_s,
    users_most: report.users?.most ?? null,
    totals: {
      requests: all?.requests ?? 0,
      failures: all?.failures ?? 0,
      failure_ratio: all?.failure_ratio ?? 0,
      requests_per_s: all?.requests_per_s ?? 0,
      iterations: report.iterations?.count ?? 0,
      dropped: report.iterations?.dropped ?? 0,
      received_bytes: counted("data_received"),
      sent_bytes: counted("data_sent"),
      service_ms: timesOf(all?.duration_ms),
      response_ms: timesOf(report.iterations?.response_time_ms),
    },
    requests: rows.slice(0, -1).map(requestOf),
    failures: report.failures ?? [],
    exceptions: report.exceptions ?? [],
    checks: report.checks ?? [],
    thresholds: report.thresholds ?? [],
    warning_signs: report.warning_signs ?? [],
    validity: report.validity,
    oracle: report.oracle,
    workers: [],
  };
};

/// The columns of points.js that a report has.
export const columnsOf = ({ seconds }) => {
  if (!seconds || seconds.elapsed_s.length === 0) return null;
  const lasted = seconds.elapsed_s.map((at, i) => at - (seconds.elapsed_s[i - 1] ?? 0));
  const perSecond = (column) => column.map((value, i) => (lasted[i] > 0 ? value / lasted[i] : value));
  return {
    elapsed_s: seconds.elapsed_s,
    users: seconds.users,
    in_flight: seconds.in_flight,
    requests_per_s: perSecond(seconds.requests),
    failures_per_s: perSecond(seconds.failures),
    iterations_per_s: perSecond(seconds.iterations),
    dropped_per_s: perSecond(seconds.dropped),
    service_p50: seconds.duration_p50_ms,
    service_p95: seconds.duration_p95_ms,
    service_p99: seconds.duration_p99_ms,
  };
};
