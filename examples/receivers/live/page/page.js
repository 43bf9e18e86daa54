"use strict";

const TAPE = 60;
const LISTED = 30;
const SPOKEN_EVERY = 20000;
const ASK_EVERY = 100; // at most, in milliseconds
const RETRY_EVERY = 2000;
const GIVE_UP_AFTER = 60000;
const BEHIND = 2000; // what the page admits to
const SOURCES = {
  "cache in memory": "memory",
  "cache outside the process": "outside",
  "identity provider": "provider",
};
const REASONS = {
  NoCachedAccessToken: "No cached token",
  Expired: "The cached token had expired",
  ProactivelyRefreshed: "Refreshed ahead of expiry",
  ForceRefreshOrClaims: "The caller insisted",
};

const byId = (id) => document.getElementById(id);

/** An element with a class, some text and children; never made from markup. */
function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null));
  return made;
}

function time(micros) {
  if (micros === undefined) return "";
  if (micros < 1000) return `${Math.round(micros)} µs`;
  return micros < 1e6 ? `${(micros / 1000).toFixed(micros < 1e4 ? 1 : 0)} ms` : `${(micros / 1e6).toFixed(1)} s`;
}

const ratio = (board) => (board.handed_out ? `${((100 * board.cache) / board.handed_out).toFixed(1)} %` : "–");

// Figures, bars and lists.

function figure(name, text) {
  const place = document.querySelector(`[data-figure="${name}"]`);
  if (place.textContent !== String(text)) place.textContent = text;
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
  showFailures("waiting", board.waiting, "Nothing: the endpoint has heard of every failure.");
  showFailures("delivered", board.delivered.latest, "Nothing yet.");
  speak(board);
}

/** Rows are kept and changed in place, so that a screen reader does not lose its position. */
function rows(id, count, make) {
  const body = byId(id);
  while (body.children.length > count) body.lastElementChild.remove();
  while (body.children.length < count) body.append(make());
  return [...body.children];
}

function showBars(id, entries, hue) {
  const most = Math.max(1, ...entries.map(([, count]) => count));
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
    bar.style.width = `${(75 * count) / most}%`;
    text.textContent = count;
  });
}

/** Position on a logarithmic axis from 10 µs to 1 s, in percent, as far as it goes. */
const place = (micros) => Math.min(100, Math.max(0, (100 * Math.log10(Math.max(micros, 1) / 10)) / 5));

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
    const { count, least, median, p95, most } = latency[source];
    row.className = SOURCES[source];
    [source, count, time(median), time(p95)].forEach((text, cell) => { row.children[cell].textContent = text; });
    const [whole, middle] = row.querySelector(".strip").children;
    span(whole, least, most);
    span(middle, median, p95);
  });
}

function span(bar, from, to) {
  bar.style.left = `${place(from)}%`;
  bar.style.width = `${place(to) - place(from)}%`;
}

function showFailures(id, failures, none) {
  const lines = failures.map(({ api, id: request, code, in_flight }) =>
    [`${code}, API ${api}${in_flight ? ", on its way" : ""}`, request.slice(0, 8)]);
  const shown = lines.length ? lines : [[none, ""]];
  const make = () => element("li", "", element("span", ""), element("code", ""));
  rows(id, shown.length, make).forEach((row, at) => {
    [...row.children].forEach((part, index) => { part.textContent = shown[at][index]; });
  });
}

let spoken = 0;

/** Tells a screen reader now and then how things stand; every change would be noise. */
function speak(board) {
  const now = performance.now();
  if (spoken && now - spoken < SPOKEN_EVERY) return;
  spoken = now;
  byId("summary").textContent = `${board.acquisitions} acquisitions, cache hit ratio ${ratio(board)}, `
    + `${board.failures} failed, ${board.waiting.length} failures waiting to be reported.`;
}

// Acquisitions.

function source(record) {
  if (record.outcome === "cancelled") return ["given up", "gone"];
  if (record.outcome !== "ok") return [`failed: ${record.error?.code ?? "unknown"}`, "failed"];
  if (record.source === "Cache") return record.level === "L2Cache" ? ["cache outside", "outside"] : ["cache in memory", "memory"];
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
    element("span", "time number", time(record.total_us)));
  const details = element("details", "", summary);
  // Most entries are never opened: what is inside is made when one is.
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
    ["Cache level", record.level],
    ["Refresh reason", record.refresh_reason],
    ["Error", record.error?.code],
    ["Status", status],
    ["Total, in HTTP", record.in_http_us === undefined ? time(record.total_us) : `${time(record.total_us)}, ${time(record.in_http_us)}`],
    ["Token good for", record.remaining_lifetime_s === undefined ? "" : `${Math.round(record.remaining_lifetime_s / 60)} min`],
    ["Correlation id", record.correlation_id],
  ]);
  const none = requests.length ? null : element("p", "note", "No token request was made.");
  return element("div", "detail", known, none, ...requests.map(request));
}

function request({ status, headers }, at) {
  const good = status !== null && status < 400;
  const title = `Request ${at + 1}: ${status === null ? "no answer" : `answered ${status}`}`;
  const list = element("dl", "");
  for (const { name, value, meaning } of headers) {
    if (value === null) continue;
    list.append(element("dt", "", name), element("dd", "", element("code", "", value)));
    if (meaning) list.append(element("dd", "means", meaning));
  }
  return element("div", `request ${good ? "memory" : "failed"}`, element("h3", "", title), list);
}

let held = []; // the latest acquisitions that the list does not show yet
let newer = 0; // how many there are of them, including those no longer held
let outdated = false; // the list is that of a server which has been restarted since
let pointedAt = false;

/** Whether somebody reads the list or aims at it: it must not move then. */
const isRead = () => pointedAt || byId("list").querySelector("details[open], :focus-visible") !== null;

function arrived(entry) {
  const [, hue] = source(entry.record);
  const tape = byId("tape");
  tape.append(element("i", hue === "memory" ? `${hue} short` : hue));
  if (tape.children.length > TAPE) tape.firstElementChild.remove();
  held.push(entry);
  newer += 1;
}

/** Shows what was held back, unless the list is being read. */
function release(anyway = false) {
  held = held.slice(-LISTED);
  const button = byId("newer");
  if (isRead() && !anyway) {
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

/** The list of another server is not continued; an entry that is being read stays all the same. */
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
  setTimeout(release, 100); // the click that ends a touch comes after the finger has left
});

// Connection and controls. The page asks for the next news once it has shown the last, so what
// happens meanwhile reaches it in one message.

let run = "0";
let known = 0;
let paused = false;
let lost = false;
let asOf; // when the figures on the page were true

function showState() {
  if (asOf === undefined && !lost) return;
  const behind = performance.now() - asOf;
  const place = byId("state");
  const [state, text] = lost ? ["lost", "connection lost, trying again"]
    : behind > BEHIND ? ["behind", `${Math.round(behind / 1000)} s behind`]
      : paused ? ["paused", "paused"] : ["live", "live"];
  place.dataset.state = state;
  if (place.textContent !== text) place.textContent = text;
}

function receive(news) {
  if (run !== news.run && run !== "0") restarted();
  run = news.run;
  known = news.version;
  if (!news.board) return;
  news.entries.forEach(arrived);
  release();
  showBoard(news.board);
  paused = news.paused;
  byId("pause").textContent = paused ? "Resume the load" : "Pause the load";
}

async function ask() {
  const asked = performance.now();
  const response = await fetch(`/news/${run}/${known}`, { signal: AbortSignal.timeout(GIVE_UP_AFTER) });
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const news = await response.json();
  return { news, at: asked + news.held_ms };
}

async function follow() {
  for (;;) {
    const heard = await ask().catch(() => null);
    lost = heard === null;
    if (heard) {
      receive(heard.news);
      asOf = heard.at;
    }
    showState();
    await new Promise((next) => setTimeout(next, lost ? RETRY_EVERY : ASK_EVERY));
  }
}

byId("pause").addEventListener("click", async () => {
  const response = await fetch(paused ? "/resume" : "/pause", { method: "POST" }).catch(() => null);
  lost ||= !response?.ok;
  showState();
});

setInterval(showState, 500);
follow();
