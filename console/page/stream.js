// The list of acquisitions. Only the visible rows exist; they are reused while the list scrolls.

import { attribute, byId, element, icon, setIcon, svg, text } from "./dom.js";
import { count, counted, ending, kindOf, preciseClock, SHORT_REASONS, time, words } from "./format.js";
import { hold, isFiltered, listed, newer, release } from "./store.js";

const SPARE = 4; // rows beyond the visible ones

const list = byId("stream");
const space = list.firstElementChild;

const pool = [];
let view = [];
let height = 32;
let names = [];
let total = 0; // acquisitions in all, listed or not
let active = null; // the number of the highlighted acquisition
let isOpen = false;
let pointed = false;
let pressed = null; // the acquisition where a click began; its row may show another one when it ends
let open = () => {};

/** Starts the list; `opened` is called with the acquisition that a reader opens. */
export function startStream(opened) {
  open = opened;
  list.addEventListener("scroll", () => showStream(names), { passive: true });
  list.addEventListener("pointerenter", (event) => { pointed = event.pointerType === "mouse"; });
  list.addEventListener("pointerleave", () => { pointed = false; });
  list.addEventListener("pointerdown", (event) => {
    const row = event.target.closest("[role=option]");
    pressed = row && Number(row.dataset.number);
  });
  list.addEventListener("click", () => {
    if (pressed !== null) choose(pressed, true);
  });
  new ResizeObserver(() => showStream(names)).observe(list);
  byId("newer").addEventListener("click", showNewest);
}

function makeRow(at) {
  const bars = svg("svg", { class: "mini", viewBox: "0 0 64 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { class: "good" }), svg("path", { class: "bad" }));
  const row = element("div", "row", icon("other"), element("span", "clock", ""), element("span", "end", ""),
    element("span", "api", ""), element("span", "why", ""), element("span", "attempts", element("span", "", ""), bars),
    element("span", "number", ""));
  row.setAttribute("role", "option");
  row.id = `row-${at}`;
  space.append(row);
  return row;
}

/** Returns what kind of error or which reason, whether a caller waited, the SDK if there are several. */
function why({ record, sdk }) {
  const kind = kindOf(record) === "failure" && record.error?.kind ? words(record.error.kind) : "";
  const background = record.background ? "in the background" : "";
  const reason = kind || SHORT_REASONS[record.refresh_reason];
  return [reason, background, names.length > 1 ? names[sdk] : ""].filter(Boolean).join(" · ");
}

const isBad = ({ status }) => !(status < 400);

/** Returns the attempts as bars on the time axis of the acquisition. */
function bars({ attempts = [], duration_total_us: total = 0 }, wanted) {
  if (!total) return "";
  const scale = (micros) => (64 * micros) / total;
  return attempts.filter((attempt) => isBad(attempt) === wanted).map(({ start_us: start = 0, duration_us: took = 0 }) =>
    `M${scale(start).toFixed(1)} 2h${Math.max(1.5, scale(took)).toFixed(1)}v6h-${Math.max(1.5, scale(took)).toFixed(1)}z`).join("");
}

function fill(row, entry, at) {
  const { record, number } = entry;
  const kind = kindOf(record);
  const [sign, clock, end, api, reason, attempts, took] = row.children;
  if (row.dataset.number !== String(number)) {
    row.dataset.number = number;
    attribute(row, "class", `row ${kind}`);
    setIcon(sign, kind);
    text(clock, preciseClock(record.ended_at_us ?? record.started_at_us));
    text(end, ending(record));
    text(api, record.api);
    text(attempts.firstElementChild, record.attempt_count > 1 ? `${record.attempt_count}×` : "");
    attribute(attempts, "title", record.attempt_count ? counted(record.attempt_count, "attempt") : "");
    attribute(attempts.lastElementChild.firstElementChild, "d", bars(record, false));
    attribute(attempts.lastElementChild.lastElementChild, "d", bars(record, true));
    text(took, time(record.duration_total_us));
  }
  text(reason, why(entry));
  attribute(row, "aria-selected", number === active);
  attribute(row, "aria-posinset", at + 1);
  attribute(row, "aria-setsize", view.length);
  row.style.transform = `translateY(${at * height}px)`;
}

/** Gives each acquisition a row; one that had a row keeps it, so that a click hits what it aims at. */
function fillRows(entries, first) {
  const wanted = new Set(entries.map((entry) => String(entry.number)));
  const kept = new Map();
  const free = [];
  for (const row of pool) {
    row.hidden = !wanted.has(row.dataset.number);
    if (row.hidden) free.push(row);
    else kept.set(row.dataset.number, row);
  }
  entries.forEach((entry, at) => {
    const row = kept.get(String(entry.number)) ?? free.pop();
    row.hidden = false;
    fill(row, entry, first + at);
  });
}

/** Shows the acquisitions; the list does not move while it is read. */
export function showStream(sdkNames, acquisitions = total) {
  names = sdkNames;
  total = acquisitions;
  const isRead = pointed || list.scrollTop > 0 || isOpen || list.matches(":focus-visible");
  if (isRead) hold();
  else release();
  view = listed();
  space.style.height = `${view.length * height}px`;
  if (pool.length > 0) height = pool[0].offsetHeight || height;
  const first = Math.max(0, Math.floor(list.scrollTop / height));
  const wanted = Math.min(view.length - first, Math.ceil(list.clientHeight / height) + SPARE);
  while (pool.length < wanted) pool.push(makeRow(pool.length));
  fillRows(view.slice(first, first + wanted), first);
  const current = pool.find((row) => !row.hidden && Number(row.dataset.number) === active);
  if (current) attribute(list, "aria-activedescendant", current.id);
  else list.removeAttribute("aria-activedescendant");
  showCounts();
}

function showCounts() {
  text(byId("stream-count"), isFiltered() ? `${count(view.length)} listed` : `the latest ${count(view.length)} of ${count(total)}`);
  const later = newer();
  byId("newer").hidden = later.count === 0;
  text(byId("newer"), `${count(later.count)}${later.more ? " or more" : ""} newer`);
  byId("empty").hidden = view.length > 0;
  text(byId("empty"), isFiltered() ? "No acquisition matches the filter." : "No acquisition yet.");
}

/** Scrolls the highlighted acquisition into view, and returns it if it is listed. */
export function reveal() {
  const at = view.findIndex((entry) => entry.number === active);
  if (at < 0) return undefined;
  const top = at * height;
  const end = top + height - list.clientHeight;
  const isFar = list.scrollTop > top + height || list.scrollTop < end - height;
  list.scrollTop = isFar ? (top + end) / 2 : Math.max(end, Math.min(top, list.scrollTop));
  return view[at];
}

/** Highlights an acquisition and opens it, if that is wanted or if another one is open. */
export function choose(number, opens) {
  active = number;
  if (opens) isOpen = true;
  const entry = reveal();
  showStream(names);
  if (entry && isOpen) open(entry);
}

/** Moves the highlight up or down. */
export function step(by) {
  const at = view.findIndex((entry) => entry.number === active);
  const next = at < 0 ? 0 : Math.min(view.length - 1, Math.max(0, at + by));
  if (!view[next]) return;
  list.focus({ preventScroll: true });
  choose(view[next].number, false);
}

export function openActive() {
  if (active === null) step(1);
  if (active !== null) choose(active, true);
}

/** Lets the list move again, after the details were closed. */
export function closed() {
  isOpen = false;
}

export function showNewest() {
  list.scrollTop = 0;
  active = null;
  pointed = false;
  isOpen = false;
  list.blur();
  release();
  showStream(names);
}
