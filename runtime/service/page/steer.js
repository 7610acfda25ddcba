import { pathOf, post } from "./api.js";
import { confirmed, toast } from "./dialogs.js";
import { h, setAttribute, setHidden, setText } from "./dom.js";
import { number } from "./format.js";
import { sentence } from "./states.js";

const kPatience_ms = 5000; // an order that no digest has shown by then is not shown as under way any more

/// A slider and a number for one dimension of the load, which show what was asked for until the run says what is.
const dial = (label, unit, apply) => {
  const range = h("input", { type: "range", min: "0", step: "1", "aria-label": label });
  const box = h("input", { type: "number", min: "0", step: "1", "aria-label": `${label}, exactly` });
  const said = h("span.faint");
  let asked = null; // {value, at}
  const send = async (value) => {
    if (!Number.isFinite(value) || value < 0) return;
    asked = { value, at: Date.now() };
    range.value = box.value = value;
    setText(said, `asked for ${number(value)}${unit}`);
    try {
      await apply(value);
    } catch (error) {
      asked = null;
      toast(sentence(error.message), "bad");
    }
  };
  range.addEventListener("input", () => (box.value = range.value));
  range.addEventListener("change", () => send(Number(range.value)));
  box.addEventListener("change", () => send(Number(box.value)));
  return {
    element: h("div.dial", {}, h("span.label", {}, label), range, box, said),
    /// planned: what the run aims at; most: the largest so far.
    show(planned, most) {
      if (asked && (asked.value === planned || Date.now() - asked.at > kPatience_ms)) asked = null;
      const top = Math.max(100, 2 * most, 2 * (planned ?? 0), Number(range.max));
      setAttribute(range, "max", String(top));
      if (asked !== null) return;
      setText(said, "");
      const busy = document.activeElement === range || document.activeElement === box;
      if (!busy && planned != null) range.value = box.value = Math.round(planned);
    },
  };
};

/// The buttons and dials of a run that goes on. `update(digest)` shows what is; `end()` takes them away.
export const steering = (id) => {
  const order = (verb) => post(pathOf("api/live", id, verb));
  let pending = null; // {verb, from: the phase it was asked in, at}
  const give = async (verb) => {
    pending = { verb, from: phase, at: Date.now() };
    paint();
    try {
      await order(verb);
    } catch (error) {
      pending = null;
      paint();
      toast(sentence(error.message), "bad");
    }
  };
  const pause = h("button", { type: "button", onclick: () => give(phase === "paused" ? "resume" : "pause") });
  const stop = h("button", { type: "button", onclick: () => give("stop") });
  const kill = h(
    "button.danger.quiet",
    {
      type: "button",
      onclick: async () => {
        if (
          await confirmed(
            "End the run at once?",
            "Iterations in progress are ended now. The report is still written.",
            "End at once",
          )
        )
          give("kill");
      },
    },
    "Kill …",
  );
  const users = dial("Users", "", (value) => post(pathOf("api/live", id, "scale"), { users: Math.round(value) }));
  const rate = dial("Rate", "/s", (value) => post(pathOf("api/live", id, "scale"), { rate: value }));
  const text = h("input", {
    type: "text",
    maxlength: "300",
    placeholder: "What happens now?",
    "aria-label": "Note on the timeline",
  });
  const note = h(
    "form.note",
    {
      onsubmit: async (event) => {
        event.preventDefault();
        const said = text.value.trim();
        if (said === "") return text.focus();
        try {
          await post(pathOf("api/live", id, "notes"), { text: said });
          text.value = "";
        } catch (error) {
          toast(sentence(error.message), "bad");
        }
      },
    },
    text,
    h("button", {}, "Add note"),
  );
  for (const { element: offered } of [users, rate]) setHidden(offered, true); // until the run says that it can
  const buttons = h("div.actions", {}, pause, stop, kill);
  const element = h("div.steer", {}, h("div.dials", {}, users.element, rate.element), note);
  let phase = "";

  const paint = () => {
    const under = pending?.verb;
    setText(
      pause,
      under === "pause" ? "Pausing …" : under === "resume" ? "Resuming …" : phase === "paused" ? "Resume" : "Pause",
    );
    setText(stop, under === "stop" || phase === "stopping" ? "Stopping …" : "Stop");
    pause.disabled = under !== undefined || !["running", "paused"].includes(phase);
    stop.disabled = under === "stop" || under === "kill" || ["", "stopping", "teardown", "finished"].includes(phase);
    kill.disabled = under === "kill" || ["", "finished"].includes(phase);
  };
  paint();
  return {
    buttons,
    element,
    update(digest) {
      phase = digest.phase;
      if (pending && (phase !== pending.from || Date.now() - pending.at > kPatience_ms)) pending = null;
      paint();
      setHidden(users.element, !digest.scalable?.users);
      setHidden(rate.element, !digest.scalable?.rate);
      users.show(digest.users_planned ?? digest.users, digest.users_most);
      rate.show(digest.rate_planned, digest.rate_planned ?? 0);
    },
    end() {
      setHidden(buttons, true);
      setHidden(element, true); // notes go into the report's view from now on
    },
  };
};
