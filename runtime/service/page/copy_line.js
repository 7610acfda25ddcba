import { toast } from "./dialogs.js";
import { h, setText } from "./dom.js";

/// A command line to copy: {element, set(text)}.
export const copyLine = (label) => {
  const code = h("code", { tabindex: "0", role: "region", "aria-label": label });
  const button = h(
    "button.quiet",
    {
      type: "button",
      "aria-label": `Copy ${label}`,
      onclick: async () => {
        try {
          await navigator.clipboard.writeText(code.textContent);
          toast("Copied.", "good");
        } catch {
          getSelection().selectAllChildren(code); // no clipboard without HTTPS off loopback
          toast("Selected: copy it with the keyboard.");
        }
      },
    },
    "Copy",
  );
  return { element: h("div.command", {}, code, button), set: (text) => setText(code, text) };
};
