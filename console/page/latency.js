// How long callers waited, by source: quantiles and the distribution on a logarithmic axis.

import { attribute, byId, element, icon, rows, setIcon, svg, text } from "./dom.js";
import { count, time } from "./format.js";

const KIND = { cache_memory: "hit", cache_outside: "hit", identity_provider: "fetch", broker: "fetch" };
const FIRST = 1; // microseconds, the start of the axis
const DECADES = 8; // to 100 seconds
const HEIGHT = 24;

const position = (micros) => Math.min(100, Math.max(0, (100 * Math.log10(Math.max(micros, FIRST) / FIRST)) / DECADES));

function make() {
  const quantile = (name) => element("div", "", element("dt", "", name), element("dd", "", ""));
  return element("div", "source",
    element("h3", "", ""),
    element("div", "name", icon("hit"), element("span", "", ""), element("span", "note", "")),
    svg("svg", { class: "histogram", viewBox: `0 0 100 ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("path", { class: "grid" }), svg("path", { class: "area" }), svg("path", { class: "cursor" })),
    element("dl", "", ...["p50", "p95", "p99", "max"].map(quantile)));
}

/** Returns one bar per octave, as high as the logarithm of its count. */
function outline(buckets) {
  const most = Math.log1p(Math.max(1, ...buckets.map((bucket) => bucket.count)));
  return buckets.map(({ up_to_us: end, count: held }) => {
    const [left, right] = [position(end / 2), position(end)];
    const top = HEIGHT - (HEIGHT - 2) * (Math.log1p(held) / most);
    return `M${left.toFixed(2)} ${HEIGHT}V${top.toFixed(1)}H${(right - 0.3).toFixed(2)}V${HEIGHT}z`;
  }).join("");
}

const GRID = Array.from({ length: DECADES + 1 }, (_, at) => `M${(100 * at) / DECADES} 0V${HEIGHT}`).join("");

function axis() {
  const line = element("div", "axis");
  line.setAttribute("aria-hidden", "true");
  for (const micros of [1, 1e3, 1e6]) {
    const tick = element("span", "tick", micros === 1e6 ? "1 s" : micros === 1e3 ? "1 ms" : "1 µs");
    tick.style.left = `${position(micros)}%`;
    line.append(tick);
  }
  return line;
}

const body = byId("latency");
const list = element("div", "");
const none = element("p", "remark", "No token in the last minute.");
body.append(list, axis(), none);

export function showLatency(sdks) {
  const all = sdks.flatMap((sdk) => sdk.window.sources.map((source) => ({ ...source, sdk: sdks.length > 1 ? sdk.name : "" })));
  none.hidden = all.length > 0;
  rows(list, all.length, make).forEach((row, at) => {
    const source = all[at];
    const [heading, name, chart, quantiles] = row.children;
    heading.hidden = source.sdk === (all[at - 1]?.sdk ?? "");
    text(heading, source.sdk);
    attribute(row, "class", `source ${KIND[source.source] ?? "other"}`);
    setIcon(name.firstElementChild, KIND[source.source] ?? "other");
    text(name.children[1], source.source === "cache_outside" ? "external cache" : source.label);
    text(name.lastElementChild, count(source.count));
    [source.p50_us, source.p95_us, source.p99_us, source.max_us].forEach((value, index) => {
      text(quantiles.children[index].lastElementChild, time(value));
    });
    attribute(chart.children[0], "d", GRID);
    attribute(chart.children[1], "d", outline(source.buckets));
    attribute(chart.children[2], "d", `M${position(source.p50_us).toFixed(2)} 0V${HEIGHT}`);
  });
}
