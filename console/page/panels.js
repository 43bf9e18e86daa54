// Errors, reasons, failures on their way, and tokens.

import { attribute, byId, button, element, icon, rows, tableRow, text } from "./dom.js";
import { count, counted, REASONS, time, words } from "./format.js";

const LISTED = 8;
const SOON = 5 * 60e6; // microseconds

const total = (sdks, of) => sdks.reduce((sum, sdk) => sum + of(sdk), 0);

function barRow() {
  const row = tableRow("");
  row.lastElementChild.append(element("span", "bar", element("i", ""), element("span", "number", "")));
  return row;
}

/** Shows names with counts as bars: `[kind, name, note, count]`. */
function showBars(body, lines, none) {
  const most = Math.max(1, ...lines.map((line) => line[3]));
  if (lines.length === 0) lines.push(["quiet", none, "", 0]);
  rows(body, lines.length, barRow).forEach((row, at) => {
    const [kind, name, note, value] = lines[at];
    attribute(row, "class", kind);
    nameCell(row.firstElementChild, kind, name, note);
    const [bar, number] = row.lastElementChild.firstElementChild.children;
    bar.style.width = `${(70 * value) / most}%`;
    text(number, value ? count(value) : "");
  });
}

function nameCell(cell, kind, name, note) {
  if (kind === "failure") {
    if (!cell.querySelector("button")) {
      const pick = button("", "link", () => cell.dispatchEvent(new CustomEvent("pick", { bubbles: true, detail: pick.textContent })));
      cell.replaceChildren(pick, element("span", "note", ""));
    }
    text(cell.firstElementChild, name);
    attribute(cell.firstElementChild, "title", `List only ${name}`);
    text(cell.lastElementChild, note);
  } else if (cell.textContent !== name || cell.childElementCount) {
    cell.replaceChildren(name);
  }
}

function merged(maps) {
  const all = new Map();
  for (const [key, value] of maps.flat()) all.set(key, (all.get(key) ?? 0) + value);
  return [...all].sort((one, other) => other[1] - one[1]);
}

function showErrors(sdks) {
  const errors = sdks.flatMap((sdk) => sdk.window.errors);
  const kinds = new Map(errors.map(({ code, kind }) => [code, kind]));
  const counts = merged([errors.map((error) => [error.code, error.count])]).slice(0, LISTED);
  const cancelled = total(sdks, (sdk) => sdk.window.cancelled);
  const lines = counts.map(([code, value]) => ["failure", code, kinds.get(code) ? words(kinds.get(code)) : "", value]);
  if (cancelled) lines.push(["cancelled", "cancelled by the caller", "", cancelled]);
  showBars(byId("errors"), lines, "No errors.");
}

function showReasons(sdks) {
  const counts = merged(sdks.map((sdk) => Object.entries(sdk.window.reasons)))
    .filter(([reason]) => reason !== "NotApplicable");
  const lines = counts.map(([reason, value]) => ["fetch", REASONS[reason] ?? reason, "", value]);
  showBars(byId("reasons"), lines, "The cache always sufficed.");
}

function showFailures(sdks) {
  const sum = (name) => total(sdks, (sdk) => sdk.failures[name] ?? 0);
  const steps = [
    ["Waiting", "for the next token request", sum("waiting_count"), "failure"],
    ["In flight", "in a request without a response yet", sum("in_flight_count"), "cancelled"],
    ["Delivered", "the server has them", sum("delivered"), "fetch"],
    ["Lost", "they did not fit", sum("lost"), "failure"],
  ].filter(([name]) => name !== "Delivered" || sdks.some((sdk) => sdk.failures.delivered !== undefined));
  const make = () => element("div", "", element("dt", "", ""), element("dd", "", ""));
  rows(byId("failures"), steps.length, make).forEach((step, at) => {
    const [name, note, value, kind] = steps[at];
    attribute(step, "class", value ? kind : "quiet");
    attribute(step, "title", note);
    text(step.firstElementChild, name);
    text(step.lastElementChild, count(value));
  });
  const waiting = sdks.flatMap((sdk) => sdk.failures.waiting).slice(0, LISTED);
  const line = () => element("li", "", element("span", "", ""), element("code", "", ""));
  rows(byId("waiting"), waiting.length, line).forEach((row, at) => {
    const { api, code, id, in_flight: flying } = waiting[at];
    text(row.firstElementChild, `${code}, ${api}${flying ? ", in flight" : ""}`);
    text(row.lastElementChild, id.slice(0, 8));
    attribute(row.lastElementChild, "title", id);
  });
  const hits = total(sdks, (sdk) => sdk.hits_to_report);
  attribute(byId("failures-title"), "title", `${counted(hits, "cache hit")} will be reported with them`);
}

function tokenRow() {
  const row = tableRow("");
  row.firstElementChild.append(element("span", "", ""), element("span", "note", ""));
  row.lastElementChild.append(element("span", "bar", element("i", ""), icon("notice"), element("span", "number", "")));
  return row;
}

function showTokens(sdks) {
  const name = (sdk) => (sdks.length > 1 ? sdk.name : "");
  const all = sdks.flatMap((sdk) => sdk.tokens.map((token) => ({ ...token, sdk: name(sdk) })));
  all.sort((one, other) => one.expires_in_us - other.expires_in_us);
  const body = byId("tokens");
  rows(body, Math.min(LISTED, all.length), tokenRow).forEach((row, at) => {
    const { api, credential, sdk, age_us: age, expires_in_us: left, lifetime_us: lifetime = age + left } = all[at];
    const state = left === 0 ? "failure" : left < SOON ? "cancelled" : "hit";
    attribute(row, "class", state);
    text(row.firstElementChild.firstElementChild, api);
    text(row.firstElementChild.lastElementChild, [credential && words(credential), sdk].filter(Boolean).join(" · "));
    const [bar, sign, number] = row.lastElementChild.firstElementChild.children;
    bar.style.width = `${lifetime ? Math.min(55, (55 * left) / lifetime) : 0}%`;
    sign.classList.toggle("absent", state === "hit");
    text(number, left === 0 ? "expired" : time(left));
  });
}

export function showPanels(sdks) {
  showErrors(sdks);
  showReasons(sdks);
  showFailures(sdks);
  showTokens(sdks);
}
