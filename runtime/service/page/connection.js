import { h, setText } from "./dom.js";

/// The banner over the page while the server is away. It covers, so nothing below it moves.
export const connection = (() => {
  const banner = document.getElementById("connection");
  const text = h("span");
  const button = h("button", { type: "button" }, "Try now");
  let timer = null;
  let retry = () => {};
  button.addEventListener("click", () => retry());
  banner.append(text, button);
  const tell = (reason, since, retryAt) => {
    const wait = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    const away = Math.round((Date.now() - since) / 1000);
    setText(
      text,
      [
        `Disconnected${away > 2 ? ` for ${away} s` : ""}: ${reason}.`,
        wait > 0 ? `Trying again in ${wait} s.` : "Trying again …",
      ].join(" "),
    );
  };
  let since = null;
  return {
    /// again(): does not wait until retryAt (epoch ms).
    lost({ reason, retryAt, again }) {
      since ??= Date.now();
      retry = again;
      clearInterval(timer);
      tell(reason, since, retryAt);
      timer = setInterval(() => tell(reason, since, retryAt), 1000);
      banner.hidden = false;
    },
    open() {
      since = null;
      clearInterval(timer);
      banner.hidden = true;
    },
  };
})();
