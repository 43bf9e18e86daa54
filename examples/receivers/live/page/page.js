"use strict";

const TAPE = 60;
const LISTED = 30;
const SPOKEN_EVERY = 20000;
const REQUEST_EVERY = 100; // minimum interval in milliseconds
const RETRY_EVERY = 2000;
const GIVE_UP_AFTER = 60000;
const BEHIND = 2000; // the page reports a longer delay
const SOURCES = {
  "cache in memory": "memory",
  "cache outside the process": "outside",
  "identity provider": "provider",
};
const REASONS = {
  NoCachedAccessToken: "No cached token",
  Expired: "Cached token expired",
  ProactivelyRefreshed: "Refreshed ahead of expiry",
  ForceRefreshOrClaims: "Forced by the caller",
};

const byId = (id) => document.getElementById(id);

/** Creates an element with a class, text and children; never from markup. */
function element(name, className, ...children) {
  const created = document.createElement(name);
  if (className) created.className = className;
  created.append(...children.filter((child) => child !== null));
  return created;
}

function time(micros) {
  if (micros === undefined) return "";
  if (micros < 1000) return `${Math.round(micros)} µs`;
  return micros < 1e6 ? `${(micros / 1000).toFixed(micros < 1e4 ? 1 : 0)} ms` : `${(micros / 1e6).toFixed(1)} s`;
}

const ratio = (board) => (board.handed_out ? `${((100 * board.cache) / board.handed_out).toFixed(1)}%` : "–");

// Figures, bars and lists.

function figure(name, text) {
  const target = document.querySelector(`[data-figure="${name}"]`);
  if (target.textContent !== String(text)) target.textContent = text;
}

function showBoard(board) {
  for (const name of ["acquisitions", "cache", "identity_provider", "requests", "failures", "cancelled"]) {
    figure(name, board[name]);
  }
  figure("ratio", ratio(board));
  figure("waiting", board.waiting.length);
  figure("delivered", board.delivered.failures);
  figure("hits", board.delivered.hits);
  showBars("reasons", Object.entries(REASONS).map(([name, text]) => [text, board.reasons[name] ?? 0]), () => "provider");
  showBars("codes", Object.entries(board.codes), (code) => (code === "operation_canceled" ? "gone" : "failed"));
  showLatency(board.latency);
  showFailures("waiting", board.waiting, "None: all failures were delivered.");
  showFailures("delivered", board.delivered.latest, "None yet.");
  speak(board);
}

/** Updates rows in place, so that a screen reader does not lose its position. */
function rows(id, count, make) {
  const body = byId(id);
  while (body.children.length > count) body.lastElementChild.remove();
  while (body.children.length < count) body.append(make());
  return [...body.children];
}

function showBars(id, entries, hue) {
  const max = Math.max(1, ...entries.map(([, count]) => count));
  const make = () => {
    const name = element("th", "");
    name.scope = "row";
    return element("tr", "", name, element("td", "", element("span", "bar", element("i", ""), element("span", ""))));
  };
  rows(id, entries.length, make).forEach((row, at) => {
    const [name, count] = entries[at];
    const [bar, text] = row.querySelector(".bar").children;
    row.className = hue(name);
    row.firstElementChild.textContent = name;
    bar.style.width = `${(75 * count) / max}%`;
    text.textContent = count;
  });
}

/** Returns the position on a logarithmic axis from 10 µs to 1 s, in percent, clamped. */
const position = (micros) => Math.min(100, Math.max(0, (100 * Math.log10(Math.max(micros, 1) / 10)) / 5));

function showLatency(latency) {
  const known = Object.keys(SOURCES).filter((source) => latency[source]);
  const make = () => {
    const name = element("th", "");
    name.scope = "row";
    const strip = element("td", "axis", element("span", "strip", element("i", ""), element("b", "")));
    strip.setAttribute("aria-hidden", "true");
    const number = () => element("td", "number");
    return element("tr", "", name, number(), number(), number(), strip);
  };
  rows("latency", known.length, make).forEach((row, at) => {
    const source = known[at];
    const { count, min, median, p95, max } = latency[source];
    row.className = SOURCES[source];
    [source, count, time(median), time(p95)].forEach((text, cell) => { row.children[cell].textContent = text; });
    const [whole, middle] = row.querySelector(".strip").children;
    span(whole, min, max);
    span(middle, median, p95);
  });
}

function span(bar, from, to) {
  bar.style.left = `${position(from)}%`;
  bar.style.width = `${position(to) - position(from)}%`;
}

function showFailures(id, failures, none) {
  const lines = failures.map(({ api, id: request, code, in_flight }) =>
    [`${code}, API ${api}${in_flight ? ", in flight" : ""}`, request.slice(0, 8)]);
  const shown = lines.length ? lines : [[none, ""]];
  const make = () => element("li", "", element("span", ""), element("code", ""));
  rows(id, shown.length, make).forEach((row, at) => {
    [...row.children].forEach((part, index) => { part.textContent = shown[at][index]; });
  });
}

const WAITS = { http: "HTTP response", cache: "cache", another_caller: "another caller", unknown: "unknown" };

function showInFlight(acquisitions) {
  const none = [["None", "", "", ""]];
  const lines = acquisitions.map(({ api, age_us, attempts, last_status, waiting_for }) =>
    [api, WAITS[waiting_for] + (last_status === null ? "" : ` after ${last_status}`), attempts, time(age_us ?? undefined)]);
  const shown = lines.length ? lines : none;
  const make = () => {
    const name = element("th", "");
    name.scope = "row";
    return element("tr", "", name, element("td", ""), element("td", "number"), element("td", "number"));
  };
  rows("flight", shown.length, make).forEach((row, at) => {
    [...row.children].forEach((cell, index) => { cell.textContent = shown[at][index]; });
  });
}

let spoken = 0;

/** Gives screen readers a summary now and then; announcing every change would be noise. */
function speak(board) {
  const now = performance.now();
  if (spoken && now - spoken < SPOKEN_EVERY) return;
  spoken = now;
  byId("summary").textContent = `${board.acquisitions} acquisitions, cache hit ratio ${ratio(board)}, `
    + `${board.failures} failed, ${board.waiting.length} failures waiting to be reported.`;
}

// Acquisitions.

function source(record) {
  if (record.outcome === "cancelled") return ["cancelled", "gone"];
  if (record.outcome !== "ok") return [`failed: ${record.error?.code ?? "unknown"}`, "failed"];
  if (record.token_source === "Cache") return record.cache_level === "L2Cache" ? ["external cache", "outside"] : ["cache in memory", "memory"];
  return ["identity provider", "provider"];
}

function item({ number, record, requests }) {
  const [from, hue] = source(record);
  const why = REASONS[record.refresh_reason] ?? "";
  const where = record.background ? " (background)" : "";
  const summary = element("summary", hue,
    element("span", "serial", String(number)),
    element("span", "from", from),
    element("span", "why", why + where),
    element("span", "time number", time(record.duration_total_us)));
  const details = element("details", "", summary);
  // Most entries are never opened, so their details are created on demand.
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(detail(record, requests));
    if (!details.open) release();
  });
  return element("li", "", details);
}

function facts(pairs) {
  const list = element("dl", "facts");
  for (const [name, value] of pairs) {
    if (value !== undefined && value !== null && value !== "") list.append(element("dt", "", name), element("dd", "", String(value)));
  }
  return list;
}

function detail(record, requests) {
  const status = record.error?.sts_codes ? `${record.status}, AADSTS${record.error.sts_codes[0]}` : record.status;
  const known = facts([
    ["API", `${record.api} (${record.api_number})`],
    ["Outcome", record.outcome],
    ["Cache level", record.cache_level],
    ["Refresh reason", record.refresh_reason],
    ["Error", record.error?.code],
    ["Status", status],
    ["Total, in HTTP", [record.duration_total_us, record.duration_in_http_us].filter((us) => us !== undefined).map(time).join(", ")],
    ["Token valid for", record.remaining_lifetime_s === undefined ? "" : `${Math.round(record.remaining_lifetime_s / 60)} min`],
    ["Correlation id", record.correlation_id],
  ]);
  const none = requests.length ? null : element("p", "note", "No token request was made.");
  return element("div", "detail", known, none, timeline(record), ...requests.map(request));
}

/** Shows when each attempt began, how long it took, how it ended, and the wait before it. */
function timeline({ attempts = [], duration_total_us: total }) {
  if (!attempts.length) return null;
  const list = element("ol", "attempts", ...attempts.map((attempt) => {
    const { number, start_us = 0, duration_us = 0, status, transport_error, waited_before_us: waited } = attempt;
    const bar = element("i", "");
    bar.style.left = `${(100 * start_us) / total}%`;
    bar.style.width = `${(100 * duration_us) / total}%`;
    const strip = element("span", "strip", bar);
    strip.setAttribute("aria-hidden", "true");
    const end = status ?? transport_error ?? "dropped";
    const when = `at ${time(start_us)}, took ${time(duration_us)}${waited === undefined ? "" : `, waited ${time(waited)} before`}`;
    return element("li", status < 400 ? "memory" : "failed",
      element("span", "status", `Attempt ${number}: ${end}`), strip, element("span", "when", when));
  }));
  list.setAttribute("aria-label", "Attempts");
  return list;
}

function request({ status, headers }, at) {
  const good = status !== null && status < 400;
  const title = `Request ${at + 1}: ${status === null ? "no response" : `status ${status}`}`;
  const list = element("dl", "");
  for (const { name, value, meaning } of headers) {
    if (value === null) continue;
    list.append(element("dt", "", name), element("dd", "", element("code", "", value)));
    if (meaning) list.append(element("dd", "means", meaning));
  }
  return element("div", `request ${good ? "memory" : "failed"}`, element("h3", "", title), list);
}

let held = []; // the latest acquisitions that the list does not show yet
let newer = 0; // their number, including those no longer held
let outdated = false; // the list is from before a server restart
let pointedAt = false;

/** Returns whether the list is being read or pointed at; it must not move then. */
const isRead = () => pointedAt || byId("list").querySelector("details[open], :focus-visible") !== null;

function arrived(entry) {
  const [, hue] = source(entry.record);
  const tape = byId("tape");
  tape.append(element("i", hue === "memory" ? `${hue} short` : hue));
  if (tape.children.length > TAPE) tape.firstElementChild.remove();
  held.push(entry);
  newer += 1;
}

/** Shows held entries, unless the list is being read. */
function release(force = false) {
  held = held.slice(-LISTED);
  const button = byId("newer");
  if (isRead() && !force) {
    button.hidden = newer === 0 && !outdated;
    button.textContent = outdated ? "Server restarted: show its list" : `Show ${newer} newer`;
    return;
  }
  const list = byId("list");
  if (outdated) list.replaceChildren();
  held.forEach((entry) => list.prepend(item(entry)));
  while (list.children.length > LISTED) list.lastElementChild.remove();
  [held, newer, outdated] = [[], 0, false];
  button.hidden = true;
}

/** Marks the list as outdated after a server restart; an open entry stays. */
function restarted() {
  byId("tape").replaceChildren();
  [held, newer, outdated] = [[], 0, true];
}

byId("newer").addEventListener("click", () => {
  byId("list").querySelectorAll("details[open]").forEach((open) => { open.open = false; });
  release(true);
  byId("list").querySelector("summary")?.focus();
});
byId("list").addEventListener("focusout", () => setTimeout(release));
byId("list").addEventListener("pointerenter", () => { pointedAt = true; });
byId("list").addEventListener("pointerleave", () => {
  pointedAt = false;
  setTimeout(release, 100); // the click of a touch follows after the pointer has left
});

// Connection and controls. The page requests news after it has shown the last, so everything in
// between arrives in one message.

let run = "0";
let known = 0;
let paused = false;
let lost = false;
let asOf; // the time for which the figures on the page are correct

function showState() {
  if (asOf === undefined && !lost) return;
  const behind = performance.now() - asOf;
  const target = byId("state");
  const [state, text] = lost ? ["lost", "connection lost, retrying"]
    : behind > BEHIND ? ["behind", `${Math.round(behind / 1000)} s behind`]
      : paused ? ["paused", "paused"] : ["live", "live"];
  target.dataset.state = state;
  if (target.textContent !== text) target.textContent = text;
}

function receive(news) {
  if (run !== news.run && run !== "0") restarted();
  run = news.run;
  known = news.version;
  showInFlight(news.in_flight);
  if (!news.board) return;
  news.entries.forEach(arrived);
  release();
  showBoard(news.board);
  paused = news.paused;
  byId("pause").textContent = paused ? "Resume the load" : "Pause the load";
}

async function requestNews() {
  const start = performance.now();
  const response = await fetch(`/news/${run}/${known}`, { signal: AbortSignal.timeout(GIVE_UP_AFTER) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const news = await response.json();
  return { news, at: start + news.held_ms };
}

async function follow() {
  for (;;) {
    const received = await requestNews().catch(() => null);
    lost = received === null;
    if (received) {
      receive(received.news);
      asOf = received.at;
    }
    showState();
    await new Promise((next) => setTimeout(next, lost ? RETRY_EVERY : REQUEST_EVERY));
  }
}

byId("pause").addEventListener("click", async () => {
  const response = await fetch(paused ? "/resume" : "/pause", { method: "POST" }).catch(() => null);
  lost ||= !response?.ok;
  showState();
});

setInterval(showState, 500);
follow();
