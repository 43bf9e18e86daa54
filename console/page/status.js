// Says in words whether everything is all right.

import { attribute, byId, setIcon, text } from "./dom.js";
import { count, counted, percent, time, WAITS } from "./format.js";

const HANGS_AFTER = 10e6; // microseconds
const MANY = 0.05; // the share of failures that is trouble
const SPOKEN_EVERY = 30_000; // milliseconds

const total = (sdks, of) => sdks.reduce((sum, sdk) => sum + of(sdk), 0);

/** Returns the acquisition in flight that waits the longest; one that waits for a user may take minutes. */
function oldest(sdks) {
  const all = sdks.flatMap((sdk) => sdk.in_flight.listed).filter(({ waiting_for: what }) => what !== "unknown");
  return all.reduce((found, next) => ((next.age_us ?? 0) > (found?.age_us ?? 0) ? next : found), undefined);
}

function worstError(sdks) {
  const all = sdks.flatMap((sdk) => sdk.window.errors);
  return all.reduce((found, next) => (next.count > (found?.count ?? 0) ? next : found), undefined);
}

function figures(sdks) {
  const window = (name) => total(sdks, (sdk) => sdk.window[name]);
  const [hits, fetches, failures, cancelled] = ["hits", "fetches", "failures", "cancelled"].map(window);
  return { hits, fetches, failures, cancelled, all: hits + fetches + failures + cancelled };
}

/** Returns the level, and the sentence that matters most. */
export function judge(sdks) {
  const { hits, fetches, failures, all } = figures(sdks);
  const hanging = oldest(sdks);
  if (hanging?.age_us >= HANGS_AFTER) {
    return ["trouble", `${hanging.api} has waited ${time(hanging.age_us)} for ${WAITS[hanging.waiting_for]}.`];
  }
  if (failures > 0) {
    const worst = worstError(sdks);
    const mostly = worst ? `, ${worst.count >= failures ? "with" : "mostly with"} ${worst.code}` : "";
    const sentence = `${count(failures)} of ${counted(all, "acquisition")} failed in the last minute${mostly}.`;
    return [failures / all >= MANY ? "trouble" : "notice", sentence];
  }
  if (all === 0) {
    const before = total(sdks, (sdk) => sdk.totals.acquisitions);
    return ["waiting", before ? "Nothing happened in the last minute." : "Waiting for the first acquisition."];
  }
  const ratio = percent(hits, hits + fetches);
  return ["ok", `All is well. Nothing failed in the last minute, and ${ratio} of the tokens came from a cache.`];
}

/** Returns what else a reader should know. */
function remark(sdks, dropped) {
  const { hits, fetches, failures } = figures(sdks);
  const lost = total(sdks, (sdk) => sdk.failures.lost);
  const throttled = total(sdks, (sdk) => sdk.window.throttled);
  const rejected = total(sdks, (sdk) => sdk.totals.rejected_tokens);
  return [
    failures > 0 && hits + fetches > 0 ? `${percent(hits, hits + fetches)} of the tokens came from a cache` : "",
    throttled ? `the server slowed down ${counted(throttled, "acquisition")}` : "",
    rejected ? `${counted(rejected, "token")} rejected by a service` : "",
    lost ? `${counted(lost, "failure")} will never be reported` : "",
    dropped ? `the console missed ${counted(dropped, "record")}` : "",
  ].filter(Boolean).join(" · ");
}

let spoken = 0;

export function showStatus({ sdks, dropped = 0 }) {
  const [level, sentence] = judge(sdks);
  attribute(byId("status"), "data-level", level);
  setIcon(byId("status").firstElementChild, level);
  text(byId("verdict"), sentence);
  text(byId("remark"), remark(sdks, dropped));
  const { failures } = figures(sdks);
  document.title = failures ? `${count(failures)} failed · Tokens` : "Tokens";
  // Announcing every change to screen readers would be noise.
  const now = performance.now();
  if (spoken === 0 || now - spoken > SPOKEN_EVERY) {
    spoken = now;
    text(byId("spoken"), sentence);
  }
}
