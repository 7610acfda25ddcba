// Runs before anything is painted, so no page flashes in the wrong colours. "auto" follows the system.
(() => {
  "use strict";
  const kKey = "thresher-theme"; // the HTML report's, too
  const kThemes = ["auto", "light", "dark"];
  const root = document.documentElement;
  let theme = "auto";
  try {
    if (kThemes.includes(localStorage.getItem(kKey))) theme = localStorage.getItem(kKey);
  } catch {
    // nothing is kept here: it holds for this page, then
  }
  const show = () => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) button.setAttribute("aria-label", `Theme: ${theme}`);
    if (button) button.querySelector("span").textContent = { auto: "Auto", light: "Light", dark: "Dark" }[theme];
    root.dispatchEvent(new Event("themechange"));
  };
  show();
  document.addEventListener("DOMContentLoaded", () => {
    show();
    document.getElementById("theme").addEventListener("click", () => {
      theme = kThemes[(kThemes.indexOf(theme) + 1) % kThemes.length];
      try {
        localStorage.setItem(kKey, theme);
      } catch {
        // as above
      }
      show();
    });
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
})();
