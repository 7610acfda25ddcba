// The start form as it is kept between visits, and what is sent of it (README.md, "A form").
export const emptyForm = () => ({
  picked: [], // leaves of tree.js
  shape: "given", // given: by the profile or the script; users, stages or rate
  profile: "",
  users: "10",
  spawn_rate: "1",
  run_time: "5m",
  stages: [
    { duration: "30s", target: "10" },
    { duration: "2m", target: "10" },
    { duration: "30s", target: "0" },
  ],
  rate: "50",
  executor: "",
  host: "",
  seed: "",
  workers: "",
  tags: [],
  exclude_tags: [],
  thresholds: [],
  stand_ins: [],
  env: [],
});

/// What was kept, as far as it still has the shape of a form.
export const restoredForm = (kept) => {
  const form = emptyForm();
  if (kept === null || typeof kept !== "object") return form;
  for (const [name, value] of Object.entries(form))
    if (typeof kept[name] === typeof value && Array.isArray(kept[name]) === Array.isArray(value))
      form[name] = kept[name];
  return form;
};

/// A number when it is one; other text as it was typed, so that the answer can name it.
const numberOf = (text) => {
  const trimmed = String(text).trim();
  if (trimmed === "") return null;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : trimmed;
};

const load = {
  given: () => ({}),
  users: (form) => ({
    users: numberOf(form.users),
    spawn_rate: numberOf(form.spawn_rate),
    run_time: form.run_time.trim() || null,
  }),
  stages: (form) => ({
    stages: form.stages.map(({ duration, target }) => ({ duration: duration.trim(), target: numberOf(target) })),
  }),
  rate: (form) => ({ rate: numberOf(form.rate), run_time: form.run_time.trim() || null }),
};

/// names: of tree.js's namesOf.
export const requestOf = (form, names) => ({
  ...names,
  tags: form.tags,
  exclude_tags: form.exclude_tags,
  profile: form.profile || null,
  users: null,
  spawn_rate: null,
  run_time: null,
  stages: [],
  rate: null,
  ...(load[form.shape] ?? load.given)(form),
  executor: form.executor,
  host: form.host.trim(),
  seed: numberOf(form.seed),
  workers: numberOf(form.workers),
  thresholds: form.thresholds
    .map(({ metric, expression }) => ({ metric: metric.trim(), expression: expression.trim() }))
    .filter(({ metric, expression }) => metric !== "" || expression !== ""),
  stand_ins: form.stand_ins,
  env: Object.fromEntries(form.env.map(({ name, value }) => [name.trim(), value]).filter(([name]) => name !== "")),
});

const kFlags = [
  ["users", /--users\b|\busers\b/],
  ["spawn_rate", /--spawn-rate|spawn.rate/],
  ["run_time", /--run-time|run.time/],
  ["stages", /--stage\b|\bstages?\b/],
  ["rate", /--rate\b|arrivals per second/],
  ["executor", /--executor|executor/],
  ["host", /--host\b|\bhost\b|\bURL\b/],
  ["seed", /--seed\b|\bseed\b/],
  ["workers", /--workers\b|\bworkers\b/],
  ["tags", /--(exclude-)?tags\b|\btags?\b/],
  ["stand_ins", /--stand-in\b|stand-in/],
  ["env", /--env\b/],
  ["thresholds", /--threshold\b|\bthresholds?\b|\bmetric\b/],
  ["profile", /--profile\b|\bprofile\b/],
];

/// Beside which part of the form a problem {message, where} belongs: a member's name, "thresholds.1" for a row, "files"
/// for the tree, "" for nowhere in particular.
export const fieldOf = ({ message, where }, form) => {
  const words = new Set(message.split(/[^\w{}:.%]+/));
  const byExpression = form.thresholds.findIndex(
    ({ expression }) => expression.trim() !== "" && message.includes(expression.trim()),
  );
  const row =
    byExpression >= 0
      ? byExpression
      : form.thresholds.findIndex(({ metric }) => words.has(metric.trim()) && metric.trim() !== "");
  if (row >= 0) return `thresholds.${row}`;
  if (/\.lua(:\d+)?$/.test(where ?? "")) return "files";
  if (/\.toml(:\d+)?$/.test(where ?? "")) return "profile";
  return kFlags.find(([, words]) => words.test(message))?.[0] ?? "";
};
