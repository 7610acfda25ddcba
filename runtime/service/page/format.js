// Numbers as a person reads them: English, thousands separated, never without their unit. What is missing is a dash.
export const kMissing = "–";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const three = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const allThree = new Intl.NumberFormat("en", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const oneDigit = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const date = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const time = new Intl.DateTimeFormat("en", { timeStyle: "medium", hourCycle: "h23" });

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

export const count = (value) => (isNumber(value) ? whole.format(value) : kMissing);

/// Three digits that matter, all digits of what is large.
export const number = (value) => {
  if (!isNumber(value)) return kMissing;
  return Math.abs(value) >= 100 ? whole.format(value) : three.format(value);
};

export const perSecond = (value) => (isNumber(value) ? `${number(value)}/s` : kMissing);

/// value: milliseconds.
export const milliseconds = (value) => {
  if (!isNumber(value)) return kMissing;
  if (value >= 60_000) return `${oneDigit.format(value / 60_000)} min`;
  if (value >= 10_000) return `${oneDigit.format(value / 1000)} s`;
  return `${number(value)} ms`;
};

/// ratio: 0..1. What is not 0 is never shown as 0, what is not all never as 100 %.
export const percent = (ratio) => {
  if (!isNumber(ratio)) return kMissing;
  const hundredths = ratio * 100;
  if (hundredths > 0 && hundredths < 0.01) return "< 0.01 %";
  if (hundredths < 100 && hundredths > 99.99) return "> 99.99 %";
  return `${hundredths === 0 || hundredths === 100 ? hundredths : hundredths.toFixed(hundredths < 10 ? 2 : 1)} %`;
};

/// The same for columns: always three digits, so that points stand below points.
export const millisecondsInColumn = (value) =>
  isNumber(value) && value > 0 && value < 100 ? `${allThree.format(value)} ms` : milliseconds(value);

export const bytes = (value) => {
  if (!isNumber(value)) return kMissing;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; ++unit) value /= 1024;
  return `${unit === 0 ? whole.format(value) : three.format(value)} ${units[unit]}`;
};

const two = (part) => String(Math.floor(part)).padStart(2, "0");

/// A moment of a run: 04:05, 1:04:05.
export const clock = (seconds) => {
  if (!isNumber(seconds)) return kMissing;
  const s = Math.max(0, Math.floor(seconds));
  const rest = `${two((s / 60) % 60)}:${two(s % 60)}`;
  return s >= 3600 ? `${Math.floor(s / 3600)}:${rest}` : rest;
};

/// A length of time: 12.3 s, 4 min 5 s, 2 h 3 min, 1 d 4 h.
export const duration = (seconds) => {
  if (!isNumber(seconds)) return kMissing;
  if (seconds < 1) return `${whole.format(seconds * 1000)} ms`;
  if (seconds < 60) return `${three.format(seconds)} s`;
  const s = Math.round(seconds);
  const pair = (large, small, unit, part) => (part > 0 ? `${large} ${small} ${part} ${unit}` : `${large} ${small}`);
  if (s < 3600) return pair(Math.floor(s / 60), "min", "s", s % 60);
  if (s < 86_400) return pair(Math.floor(s / 3600), "h", "min", Math.floor((s % 3600) / 60));
  return pair(Math.floor(s / 86_400), "d", "h", Math.floor((s % 86_400) / 3600));
};

/// text: RFC 3339.
export const moment = (text) => {
  const at = new Date(text ?? NaN);
  return Number.isNaN(at.getTime()) ? kMissing : `${date.format(at)}, ${time.format(at)}`;
};

export const timeOfDay = (text) => {
  const at = new Date(text ?? NaN);
  return Number.isNaN(at.getTime()) ? kMissing : time.format(at);
};

/// now: milliseconds of the epoch.
export const ago = (text, now) => {
  const seconds = (now - Date.parse(text)) / 1000;
  if (!isNumber(seconds)) return kMissing;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
};

/// A relative change, 0.05 for 5 % more, with its sign.
export const change = (ratio) => {
  if (!isNumber(ratio)) return kMissing;
  const sign = ratio > 0 ? "+" : ratio < 0 ? "−" : "±";
  return `${sign}${number(Math.abs(ratio) * 100)} %`;
};

export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
