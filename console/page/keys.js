// The keyboard, the help, and the color theme.

import { byId, element, icon } from "./dom.js";
import { KINDS } from "./format.js";

const THEMES = ["system", "light", "dark"];
const REMEMBERED = "token-telemetry-console-theme";

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null; // a browser may forbid it
  }
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = `Theme: ${theme}`;
  try {
    localStorage.setItem(REMEMBERED, theme);
  } catch {
    // The theme then lasts as long as the page.
  }
}

function nextTheme() {
  const at = THEMES.indexOf(document.documentElement.dataset.theme);
  setTheme(THEMES[(at + 1) % THEMES.length]);
}

function showHelp() {
  byId("keys").showModal();
}

const isTyping = ({ target }) => target.matches("input, select, textarea");
const isPressing = ({ target, key }) => key === "Enter" && target.matches("button, a, summary");

/** Starts the keyboard; `actions` maps names of keys to functions. */
export function startKeys(actions) {
  const keys = { ...actions, "?": showHelp, t: nextTheme };
  document.addEventListener("keydown", (event) => {
    if (byId("keys").open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isPressing(event) || (isTyping(event) && event.key !== "Escape")) return;
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  byId("help").addEventListener("click", showHelp);
  byId("theme").addEventListener("click", nextTheme);
  const theme = remembered();
  setTheme(THEMES.includes(theme) ? theme : "system");
  for (const [kind, label] of Object.entries(KINDS)) {
    byId("signs").append(element("div", kind, element("dt", "", icon(kind)), element("dd", "", label.toLowerCase())));
  }
}
