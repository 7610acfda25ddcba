// The curves of a run: columns of numbers, the first of which are seconds since its start. A run of any length stays
// within kMostPoints: when there are more every other one goes, and from then on only every second, fourth, ... second
// is kept. The latest is always there.
export const kMostPoints = 3600;

export const kColumns = [
  "elapsed_s",
  "users",
  "in_flight",
  "requests_per_s",
  "failures_per_s",
  "iterations_per_s",
  "dropped_per_s",
  "service_p50",
  "service_p95",
  "service_p99",
  "response_p50",
  "response_p95",
  "response_p99",
];

const valueOf = (point, column) => {
  const [kind, percentile] = column.split("_p");
  if (kind === "service" || kind === "response") return point[`${kind}_ms`]?.[`p${percentile}`] ?? null;
  return point[column] ?? null;
};

export class Points {
  constructor(most = kMostPoints) {
    this.most = most;
    this.clear();
  }

  clear() {
    this.columns = Object.fromEntries(kColumns.map((name) => [name, []]));
    this.stride = 1; // seconds between those kept
    this.provisional = false; // the last one goes when the next comes
  }

  get length() {
    return this.columns.elapsed_s.length;
  }

  /// point: of a digest. One that is not later than the last is the same second told again.
  add(point) {
    const at = this.columns.elapsed_s;
    if (at.length > 0 && point.elapsed_s <= at.at(-1)) this.#drop();
    else if (this.provisional) this.#drop();
    const kept = at.at(-1);
    for (const name of kColumns) this.columns[name].push(valueOf(point, name));
    this.provisional = kept !== undefined && point.elapsed_s - kept < this.stride - 0.5;
    if (at.length > this.most) this.#thin();
  }

  addAll(points) {
    for (const point of points) this.add(point);
  }

  #drop() {
    for (const name of kColumns) this.columns[name].pop();
  }

  #thin() {
    for (const name of kColumns) {
      const column = this.columns[name];
      let to = 0;
      for (let from = 0; from < column.length; from += 2) column[to++] = column[from];
      if (column.length % 2 === 0) column[to++] = column.at(-1);
      column.length = to;
    }
    this.provisional = false;
    this.stride *= 2;
  }
}
