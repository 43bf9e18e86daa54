// The attempts of one acquisition on a time axis.

import { element } from "./dom.js";
import { time, words } from "./format.js";

/** Returns a round step that gives the axis two to five ticks. */
function tickStep(total) {
  const rough = total / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

function axis(total) {
  const line = element("div", "axis");
  line.setAttribute("aria-hidden", "true");
  const step = tickStep(total);
  for (let at = 0; at < total * 0.86; at += step) {
    const tick = element("span", "tick", time(at));
    tick.style.left = `${(100 * at) / total}%`;
    line.append(tick);
  }
  return line;
}

function bar(className, start, took, total) {
  const created = element("i", className);
  created.style.left = `${Math.min(100, (100 * start) / total)}%`;
  created.style.width = `${Math.min(100, (100 * took) / total)}%`;
  return created;
}

function lane(className, title, note, ...bars) {
  const strip = element("span", "strip", ...bars);
  strip.setAttribute("aria-hidden", "true");
  return element("li", className, element("span", "title", title), strip, element("span", "when", note));
}

function attemptLane(attempt, total) {
  const { number, start_us: start = 0, duration_us: took = 0, status, transport_error: failure, waited_before_us: waited } = attempt;
  const end = status ?? (failure ? words(failure) : "no response");
  const note = [`at ${time(start)}`, `took ${time(took)}`, waited ? `waited ${time(waited)} before` : ""];
  const pause = waited ? bar("pause", Math.max(0, start - waited), waited, total) : null;
  const good = status < 400;
  return lane(good ? "fetch" : "failure", `${number}: ${end}`, note.filter(Boolean).join(", "), pause, bar("", start, took, total));
}

/** Returns the waterfall of a record, or `null` if it has no times. */
export function waterfall(record) {
  const { attempts = [], duration_total_us: total, duration_in_cache_us: cache, duration_waiting_us: waiting } = record;
  if (!total || (!attempts.length && !cache && !waiting)) return null;
  const lanes = [];
  if (cache) lanes.push(lane("hit", "Cache", `took ${time(cache)}, drawn at the start`, bar("", 0, cache, total)));
  if (waiting) lanes.push(lane("cancelled", "Another caller", `waited ${time(waiting)}`, bar("", 0, waiting, total)));
  lanes.push(...attempts.map((attempt) => attemptLane(attempt, total)));
  const list = element("ol", "lanes", ...lanes);
  list.setAttribute("aria-label", "Attempts");
  return element("div", "waterfall", axis(total), list);
}
