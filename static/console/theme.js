// Chooses light or dark before the first paint; runs blocking, so it stays tiny.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const order = ["system", "light", "dark"];

  function choice() {
    try {
      return localStorage.getItem("theme") || "system";
    } catch {
      return "system"; // Storage is forbidden in this browser.
    }
  }

  function apply() {
    const chosen = choice();
    root.dataset.themeChoice = chosen;
    root.dataset.bsTheme = chosen === "system" ? (system.matches ? "dark" : "light") : chosen;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.title = `Theme: ${chosen}`;
      button.setAttribute("aria-label", `Theme: ${chosen}`);
    }
  }

  root.classList.add("has-script");
  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-toggle]")) return;
    const next = order[(order.indexOf(choice()) + 1) % order.length];
    try {
      localStorage.setItem("theme", next);
    } catch {
      root.dataset.bsTheme = next === "system" ? "light" : next;
      return;
    }
    apply();
  });
})();
