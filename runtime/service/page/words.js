// What a state is called and how it looks: "good", "bad", "caution" or "plain" are classes of the style sheet.
const kTones = {
  good: ["completed", "passed", "pass", "valid", "finished", "same", "improvement", "ok"],
  bad: ["failed", "fail", "completed_with_failures", "invalid", "regression", "aborted", "script_error"],
  caution: [
    "interrupted",
    "degraded",
    "undecided",
    "no_data",
    "timeout",
    "execution_error",
    "threshold_crossed",
    "paused",
  ],
};
export const toneOf = (word) => {
  const lower = String(word ?? "").toLowerCase();
  return Object.keys(kTones).find((tone) => kTones[tone].includes(lower)) ?? "plain";
};

/// completed_with_failures: "completed with failures".
export const spoken = (word) =>
  String(word ?? "")
    .replaceAll("_", " ")
    .toLowerCase();

/// Of a figure of a comparison: its verdict's word is the direction, so which is good depends on the word alone.
export const toneOfChange = (word) => {
  if (["slower", "more", "lower", "worse"].includes(word)) return "bad";
  if (["faster", "fewer", "higher", "better"].includes(word)) return "good";
  return word === "undecided" ? "caution" : "plain";
};
