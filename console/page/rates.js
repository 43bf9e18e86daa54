// One row of small plots for each SDK, on the same time axis.

import { attribute, byId, element, icon, rows, svg, text } from "./dom.js";
import { clock, count, KINDS, percent } from "./format.js";

const PLOTS = [["hits", "hit", "cache"], ["fetches", "fetch", null], ["failures", "failure", "failures"], ["cancelled", "cancelled", "cancelled"]];
const HEIGHT = 32;

let shown = [];
let pointedAt = null; // the second under the pointer, in all plots

function plot([, kind]) {
  const area = svg("svg", { class: "plot", preserveAspectRatio: "none", viewBox: `0 0 120 ${HEIGHT}`, "aria-hidden": "true" },
    svg("path", { class: "area" }), svg("path", { class: "cursor" }));
  area.addEventListener("pointermove", (event) => {
    const box = area.getBoundingClientRect();
    point(Math.min(119, Math.max(0, Math.floor((120 * (event.clientX - box.left)) / box.width))));
  });
  area.addEventListener("pointerleave", () => point(null));
  return element("div", `rate ${kind}`,
    element("div", "label", icon(kind), element("span", "", KINDS[kind]), element("span", "peak", "")),
    element("div", "figure", element("p", "", element("strong", "", "0"), element("span", "all", " in 60 s")), element("p", "all", "")),
    area);
}

function point(at) {
  pointedAt = at;
  showRates(shown);
}

function make() {
  return element("div", "sdk",
    element("div", "who", element("h3", "", ""), element("p", "version", ""),
      element("p", "ratio", element("strong", "", ""), element("span", "", " hit ratio"))),
    ...PLOTS.map(plot));
}

/** Returns the outline of one bar per second. */
function outline(values, peak) {
  const top = (value) => (HEIGHT - (value / peak) * (HEIGHT - 2)).toFixed(1);
  return values.map((value, at) => (value ? `M${at} ${HEIGHT}V${top(value)}h1V${HEIGHT}z` : "")).join("");
}

function totalOf(totals, kind) {
  return kind === "fetch" ? totals.identity_provider + totals.broker : totals[PLOTS.find((plot) => plot[1] === kind)[2]];
}

function showPlot(row, sdk, [name, kind]) {
  const values = sdk.series[name];
  const peak = Math.max(1, ...values);
  const [label, figure, area] = row.children;
  const moment = clock((sdk.series.end_s - 119 + pointedAt) * 1000);
  const at = pointedAt === null ? `peak ${count(Math.max(...values))}/s` : `${moment}: ${count(values[pointedAt] ?? 0)}`;
  text(label.lastElementChild, at);
  text(figure.firstElementChild.firstElementChild, count(sdk.window[name]));
  text(figure.lastElementChild, `${count(totalOf(sdk.totals, kind))} in all`);
  row.classList.toggle("quiet", sdk.window[name] === 0);
  attribute(area.firstElementChild, "d", outline(values, peak));
  attribute(area.lastElementChild, "d", pointedAt === null ? "" : `M${pointedAt + 0.43} 0V${HEIGHT}`);
}

export function showRates(sdks) {
  shown = sdks;
  rows(byId("rates"), sdks.length, make).forEach((row, at) => {
    const sdk = sdks[at];
    const [who, ...plots] = row.children;
    text(who.children[0], sdk.name);
    text(who.children[1], sdk.version);
    const { hits, fetches } = sdk.window;
    text(who.children[2].firstElementChild, percent(hits, hits + fetches));
    plots.forEach((plot, index) => showPlot(plot, sdk, PLOTS[index]));
  });
}
