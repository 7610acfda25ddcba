// In the head: the theme is settled before anything is painted. "auto" follows the system.
(() => {
  "use strict";
  const root = document.documentElement;
  const themes = ["auto", "light", "dark"];
  const kept = () => {
    try {
      return localStorage.getItem("thresher-theme");
    } catch {
      return null; // some browsers keep nothing for files
    }
  };
  const show = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) button.textContent = `Theme: ${theme}`;
    root.dispatchEvent(new Event("themechange"));
  };

  let theme = themes.includes(kept()) ? kept() : "auto";
  show(theme);
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    show(theme);
    button.addEventListener("click", () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      try {
        localStorage.setItem("thresher-theme", theme);
      } catch {
        // it holds for this page, then
      }
      show(theme);
    });
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => show(theme));
})();
