// Starts the page: messages come in, and at most once per frame the page shows the latest one.

import { attribute, byId, text } from "./dom.js";
import { hideDetails, isOpen, showDetails } from "./details.js";
import { choose as chooseFilter, clearFilters, showChoices, startFilters } from "./filters.js";
import { showFlight } from "./flight.js";
import { clock, counted } from "./format.js";
import { startKeys } from "./keys.js";
import { showLatency } from "./latency.js";
import { connection, follow } from "./news.js";
import { showPanels } from "./panels.js";
import { showRates } from "./rates.js";
import { showStatus } from "./status.js";
import { add, clear, filter, isFiltered, listed } from "./store.js";
import { choose, closed, openActive, reveal, showNewest, showStream, startStream, step } from "./stream.js";

let latest = null; // the latest message
let shown = null; // the message on the screen
let waiting = []; // acquisitions that came while the page was paused
let pausedAt = null;

const KEPT = 1000; // as many as the page keeps

const acquisitions = (message) => message.sdks.reduce((sum, sdk) => sum + sdk.totals.acquisitions, 0);

/** Returns the SDKs that the panels show. */
const inView = (message) => message.sdks.filter((sdk) => filter.sdk === "" || String(sdk.id) === filter.sdk);

function showConnection() {
  const [state, words] = connection();
  const target = byId("connection");
  const isPaused = pausedAt !== null && state !== "lost";
  attribute(target, "data-state", isPaused ? "paused" : state);
  const news = latest && shown ? acquisitions(latest) - acquisitions(shown) : 0;
  text(target, isPaused ? `paused at ${clock(pausedAt)}, ${counted(Math.max(0, news), "acquisition")} since` : words);
}

function show() {
  if (shown) {
    const sdks = inView(shown);
    showStatus({ ...shown, sdks });
    showRates(shown.sdks);
    showFlight(sdks);
    showLatency(sdks);
    showPanels(sdks);
    showChoices(shown.sdks);
    showStream(shown.sdks.map((sdk) => sdk.name), acquisitions(shown));
    attribute(document.body, "data-version", shown.version);
  }
  showConnection();
}

let scheduled = null;

/** Shows the page in the next frame; several changes before it are shown together. */
function schedule() {
  scheduled ??= new Promise((done) => {
    // A page in the background has no frames, and still has to take in what comes.
    const next = document.hidden ? setTimeout : requestAnimationFrame;
    next(() => {
      scheduled = null;
      show();
      done();
    });
  });
  return scheduled;
}

function receive(message, restarted) {
  latest = message;
  if (restarted) {
    clear();
    waiting = [];
  }
  waiting.push(...message.entries);
  if (waiting.length > KEPT) waiting = waiting.slice(-KEPT);
  if (pausedAt === null) takeIn();
  return schedule();
}

function takeIn() {
  add(waiting);
  waiting = [];
  shown = latest;
}

function pause() {
  pausedAt = pausedAt === null ? Date.now() : null;
  if (pausedAt === null) takeIn();
  attribute(byId("pause"), "aria-pressed", pausedAt !== null);
  text(byId("pause"), pausedAt === null ? "Pause" : "Resume");
  schedule();
}

/** Saves the listed acquisitions, one JSON object per line. */
function save() {
  const lines = listed().map(({ number, sdk, record, requests }) => `${JSON.stringify({ number, sdk, record, requests })}\n`);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(lines, { type: "application/jsonl" }));
  link.download = `acquisitions-${new Date().toISOString().replaceAll(":", "-")}.jsonl`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function open(entry) {
  const sdk = shown.sdks.find(({ id }) => id === entry.sdk);
  const select = (other) => {
    choose(other.number, true);
    open(other);
  };
  showDetails(entry, sdk, { close, select });
  // On a narrow screen the pane covers the list.
  if (getComputedStyle(byId("details")).position === "fixed") byId("details-title").focus();
}

function close() {
  hideDetails();
  closed();
  byId("stream").focus();
  schedule();
}

function escape() {
  if (isOpen()) close();
  else if (isFiltered()) clearFilters();
  else showNewest();
  if (document.activeElement?.matches("input, select")) document.activeElement.blur();
}

startFilters(async () => {
  await schedule();
  // What is open stays in view.
  if (isOpen()) reveal();
});
startStream(open);
startKeys({
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Enter: openActive,
  g: showNewest,
  "/": () => byId("filter-text").focus(),
  p: pause,
  e: save,
  Escape: escape,
});
byId("pause").addEventListener("click", pause);
byId("export").addEventListener("click", save);
byId("errors").addEventListener("pick", (event) => chooseFilter("error", event.detail));
setInterval(showConnection, 500);
follow(receive, showConnection);
