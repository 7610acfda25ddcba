// Server-sent events (the HTML standard, 9.2.6) out of chunks of text, however they are cut.
export class EventStreamParser {
  #rest = "";
  #event = "";
  #data = [];

  /// The events that are complete now: [{event, data}].
  feed(text) {
    const complete = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) this.#line(line, complete);
    return complete;
  }

  #line(line, complete) {
    if (line === "") {
      if (this.#data.length > 0) complete.push({ event: this.#event || "message", data: this.#data.join("\n") });
      this.#event = "";
      this.#data = [];
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
  }
}
