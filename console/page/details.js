// Everything about one acquisition.

import { byId, button, element, icon } from "./dom.js";
import { ending, kindOf, KINDS, preciseClock, REASONS, time, words } from "./format.js";
import { parentOf, startedBy } from "./store.js";
import { waterfall } from "./waterfall.js";

const LONG = 30; // characters that need a line

const pane = byId("details");

function facts(pairs) {
  const list = element("dl", "facts");
  for (const [name, value] of pairs) {
    if (value !== undefined && value !== null && value !== "") {
      const line = String(value);
      list.append(element("div", line.length > LONG ? "long" : "", element("dt", "", name), element("dd", "", line)));
    }
  }
  return list;
}

const yes = (flag) => (flag ? "yes" : undefined);
const named = (name) => (name === undefined ? undefined : words(name));

function factsOf(record, sdk) {
  const { error, region } = record;
  return facts([
    ["API", `${record.api} (${record.api_number})`],
    ["SDK", `${sdk?.name ?? ""} ${sdk?.version ?? ""}`],
    ["Ended", preciseClock(record.ended_at_us)],
    ["Total", time(record.duration_total_us)],
    ["In HTTP", time(record.duration_in_http_us)],
    ["In the cache", time(record.duration_in_cache_us)],
    ["Slowed down by the server", time(record.duration_throttled_us)],
    ["Error", error && [error.code, error.suberror].filter(Boolean).join(", ")],
    ["Kind of error", named(error?.kind)],
    ["Numbers of the server", error?.sts_codes?.map((number) => `AADSTS${number}`).join(", ")],
    ["Status", record.status],
    ["Source", record.token_source && (record.cache_level && record.cache_level !== "None" ? `${record.token_source}, ${record.cache_level}` : record.token_source)],
    ["Reason", REASONS[record.refresh_reason]],
    ["Trigger", named(record.trigger)],
    ["Credential", named(record.credential)],
    ["Grant", record.grant_type],
    ["Token", [record.token_type, record.remaining_lifetime_s === undefined ? "" : `valid for ${time(record.remaining_lifetime_s * 1e6)}`].filter(Boolean).join(", ")],
    ["Old token served", yes(record.stale)],
    ["Region", region && Object.values(region).join(", ")],
    ["Correlation id", record.correlation_id],
    ["Id of the server", record.server_request_id],
  ]);
}

function request({ number, host, purpose, headers }) {
  const list = element("dl", "headers");
  // Those that say something come first.
  const sorted = headers.toSorted((one, other) => Boolean(other.meaning) - Boolean(one.meaning));
  for (const { name, value, meaning } of sorted) {
    list.append(element("div", "", element("dt", "", name), element("dd", "", element("code", "", value)),
      meaning ? element("dd", "means", meaning) : null));
  }
  const title = `Request ${number}${purpose === "token" ? "" : `, ${words(purpose)}`}${host ? ` to ${host}` : ""}`;
  return element("section", "request", element("h3", "", title), list);
}

function links(entry, select) {
  const line = (label, other) => element("li", "", element("span", "", label),
    button(`${ending(other.record)}, ${other.record.api}`, "link", () => select(other)));
  const parent = parentOf(entry);
  const started = startedBy(entry);
  const lines = started.map((other) => line("Started", other));
  if (parent) lines.unshift(line("Started by", parent));
  else if (entry.record.parent) lines.unshift(element("li", "", element("span", "", `Started by ${entry.record.parent}, which is not listed any more`)));
  return lines.length ? element("ul", "links", ...lines) : null;
}

function raw({ number, sdk, record, requests }) {
  const json = element("pre", "", "");
  json.tabIndex = 0;
  const created = element("details", "raw", element("summary", "", "Record as JSON"), json);
  created.addEventListener("toggle", () => { json.textContent = JSON.stringify({ number, sdk, record, requests }, null, 2); });
  return created;
}

/** Opens the pane; `close` is called by its button, `select` with an acquisition that is linked. */
export function showDetails(entry, sdk, { close, select }) {
  const { record, requests } = entry;
  const kind = kindOf(record);
  const title = element("h2", kind, icon(kind), element("span", "", kind === "failure" ? `Failed: ${ending(record)}` : `${KINDS[kind]}: ${ending(record)}`));
  title.id = "details-title";
  title.tabIndex = -1;
  const closing = button("Close", "", close);
  closing.setAttribute("aria-keyshortcuts", "Escape");
  const summary = [REASONS[record.refresh_reason], record.background ? "no caller waited" : "a caller waited", time(record.duration_total_us)];
  const none = requests.length ? null : element("p", "remark", record.attempt_count ? "The requests were not kept." : "No token request was made.");
  pane.replaceChildren(element("div", "head", title, closing), element("p", "remark", summary.filter(Boolean).join(" · ")),
    ...[waterfall(record), links(entry, select)].filter(Boolean), factsOf(record, sdk), ...requests.map(request),
    ...[none].filter(Boolean), raw(entry));
  pane.scrollTop = 0;
  pane.hidden = false;
  document.body.classList.add("open");
}

export function hideDetails() {
  pane.hidden = true;
  pane.replaceChildren();
  document.body.classList.remove("open");
}

export const isOpen = () => !pane.hidden;
