// Light, dark or as the system says, remembered on this device. Without
// JavaScript the system's choice stands and the buttons stay hidden.
const root = document.documentElement;

function stored() {
  try {
    return localStorage.getItem("theme") ?? "";
  } catch {
    return ""; // storage refused by the browser
  }
}

function apply(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  for (const b of document.querySelectorAll("[data-theme-set]"))
    b.setAttribute("aria-pressed", String(b.dataset.themeSet === theme));
}

function start() {
  apply(stored());
  for (const group of document.querySelectorAll(".theme")) {
    group.hidden = false;
    group.addEventListener("click", (e) => {
      const button = e.target.closest("[data-theme-set]");
      if (!button) return;
      const theme = button.dataset.themeSet;
      try {
        localStorage.setItem("theme", theme);
      } catch {
        // it still holds for this page
      }
      apply(theme);
    });
  }
}

apply(stored()); // before the first paint
if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
else start();
