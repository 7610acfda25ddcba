import { Points } from "./points.js";
import { Ring } from "./ring.js";

const kLogLines = 500;
const kMarks = 200;
const kMarked = new Set(["phase_changed", "note", "threshold_crossed", "stop_requested"]);

/// Everything the page knows of one run: what its events said, bounded however long it goes on.
export class RunModel {
  constructor() {
    this.points = new Points();
    this.log = new Ring(kLogLines);
    this.marks = new Ring(kMarks); // {at_s, kind, text}
    this.run = null;
    this.digest = null;
    this.end = null;
    this.changes = 0; // of the log: what is drawn of it is redrawn when this changes
  }

  /// One of the stream's events.
  take(event, data) {
    if (event === "begin") this.#begin(data);
    else if (event === "second") this.#second(data);
    else if (event === "log") this.#line(data);
    else if (event === "end") this.end = data;
  }

  #begin({ run, points, second, log }) {
    this.run = run;
    this.points.clear();
    this.points.addAll(points ?? []);
    if (second) this.#second(second);
    this.log.clear();
    this.marks.clear();
    ++this.changes;
    for (const line of log ?? []) this.#line(line);
  }

  #second(digest) {
    this.digest = digest;
    if (digest.point) this.points.add(digest.point);
  }

  #line(line) {
    this.log.push(line);
    ++this.changes;
    if (!kMarked.has(line.kind)) return;
    const at_s = this.#elapsedAt(line.at);
    if (at_s !== null) this.marks.push({ at_s, kind: line.kind, text: line.text });
  }

  /// Seconds since the start at a wall time; null before the first digest has tied one to the other.
  #elapsedAt(at) {
    if (!this.digest)
      return this.run?.started ? Math.max(0, (Date.parse(at) - Date.parse(this.run.started)) / 1000) : null;
    return Math.max(0, this.digest.elapsed_s + (Date.parse(at) - Date.parse(this.digest.wall)) / 1000);
  }
}
