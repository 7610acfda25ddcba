import { h } from "./dom.js";

/// Opens a modal dialog whose buttons are [{label, value, tone}]; a promise of the pressed one's value, null for
/// Escape.
const ask = (title, body, buttons, focus) =>
  new Promise((resolve) => {
    const form = h(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          dialog.close(event.submitter?.value ?? "");
        },
      },
      h("h2", { id: "dialog-title" }, title),
      body,
      h(
        "div.actions",
        {},
        buttons.map(({ label, value, tone, type = "submit" }) =>
          h(
            tone ? `button.${tone}` : "button",
            { type, value, onclick: type === "button" ? () => dialog.close("") : () => {} },
            label,
          ),
        ),
      ),
    );
    const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "" ? null : dialog.returnValue);
    });
    document.body.append(dialog);
    dialog.showModal();
    focus?.focus();
  });

/// A question before what cannot be undone; true when it is to happen.
export const confirmed = async (title, text, label) =>
  (await ask(title, h("p", {}, text), [
    { label: "Cancel", type: "button" },
    { label, value: "yes", tone: "danger" },
  ])) === "yes";

/// A promise of the token entered, null when none was.
export const askForToken = async (refused) => {
  const input = h("input", {
    type: "password",
    autocomplete: "current-password",
    required: true,
    "aria-describedby": "token-hint",
  });
  const body = [
    h(
      "p",
      { id: "token-hint" },
      refused ? "The server refused that token." : "This server wants a token.",
      " It is what THRESHER_TOKEN was set to where the server was started.",
    ),
    h("label", {}, "Token", input),
  ];
  const answer = await ask(
    "Access",
    body,
    [
      { label: "Cancel", type: "button" },
      { label: "Continue", value: "yes", tone: "primary" },
    ],
    input,
  );
  return answer === "yes" && input.value !== "" ? input.value : null;
};

/// A sentence that goes by itself. tone: "good", "bad" or "plain".
export const toast = (text, tone = "plain") => {
  const element = h(`p.toast.${tone}`, {}, text);
  const box = document.getElementById("toasts");
  box.append(element);
  while (box.children.length > 3) box.firstChild.remove();
  setTimeout(() => element.remove(), tone === "bad" ? 9000 : 5000);
};
