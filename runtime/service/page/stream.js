import { ApiError, pathOf, request } from "./api.js";
import { backoff } from "./backoff.js";
import { EventStreamParser } from "./event_stream.js";

const kSilence_ms = 40_000; // the server says something every 15 s

/// Follows the events of a run until its end, reconnecting for as long as it takes; each connection's `begin` tells
/// everything anew, so nothing is missing afterwards.
///   on.event(event, data); on.lost({retryAt, reason}): epoch ms; on.open(); on.gone(error): there is no such run (any
//more)
/// `stop()` ends it; `retry()` does not wait any longer.
export const follow = (id, on) => {
  let controller = null;
  let stopped = false;
  let attempt = 0;
  let wake = () => {};

  const read = async () => {
    controller = new AbortController();
    let silence;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => controller.abort(), kSilence_ms);
    };
    heard();
    try {
      const response = await request("GET", `${pathOf("api/live", id)}/events`, {
        signal: controller.signal,
        accept: "text/event-stream",
      });
      attempt = 0;
      on.open();
      const parser = new EventStreamParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return false;
        heard();
        for (const { event, data } of parser.feed(value)) {
          on.event(event, JSON.parse(data));
          if (event === "end") return true;
        }
      }
    } finally {
      clearTimeout(silence);
      controller.abort();
    }
  };

  const loop = async () => {
    while (!stopped) {
      let reason = "the connection was closed";
      try {
        if (await read()) return;
      } catch (error) {
        if (stopped) return;
        if (error instanceof ApiError && error.status >= 400 && error.status < 500) return on.gone(error);
        if (error instanceof ApiError) reason = error.message;
      }
      if (stopped) return;
      const wait = backoff(++attempt, Math.random());
      on.lost({ retryAt: Date.now() + wait, reason });
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, wait);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };

  loop();
  return {
    stop() {
      stopped = true;
      controller?.abort();
      wake();
    },
    retry: () => wake(),
  };
};
