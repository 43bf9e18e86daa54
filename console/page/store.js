// The acquisitions that the page keeps, and which of them are listed.

import { ending, errorCode, kindOf } from "./format.js";

const KEPT = 1000;

/** The latest acquisitions, newest last. */
let entries = [];
/** While the list is held, those that it shows. */
let held = null;

/** What the list is filtered by; an empty text means everything. */
export const filter = { text: "", sdk: "", api: "", outcome: "", error: "" };

export function add(news) {
  if (news.length === 0) return;
  entries.push(...news);
  if (entries.length > KEPT) entries = entries.slice(-KEPT);
}

/** Forgets everything, for a new run of the server. */
export function clear() {
  entries = [];
}

export const isFiltered = () => Object.values(filter).some((value) => value !== "");

/** Returns the texts of an acquisition that a reader can search for. */
function searchable(entry) {
  const { record, requests } = entry;
  entry.text ??= [record.api, record.api_number, ending(record), record.error?.kind, record.error?.sts_codes,
    record.correlation_id, record.server_request_id, record.refresh_reason, record.credential, record.status,
    ...requests.map((request) => request.host)].join(" ").toLowerCase();
  return entry.text;
}

const isFailure = ({ record }) => kindOf(record) === "failure";

function matches(entry) {
  const { record, sdk } = entry;
  return (filter.sdk === "" || String(sdk) === filter.sdk)
    && (filter.api === "" || record.api === filter.api)
    && (filter.outcome === "" || kindOf(record) === filter.outcome)
    && (filter.error === "" || (isFailure(entry) && errorCode(record) === filter.error))
    && (filter.text === "" || searchable(entry).includes(filter.text.toLowerCase()));
}

/** Keeps the list as it is, while it is read. */
export function hold() {
  held ??= entries;
  // Later acquisitions go into another array.
  if (held === entries) entries = entries.slice();
}

export function release() {
  held = null;
}

/** Returns the listed acquisitions, newest first. */
export function listed() {
  const shown = held ?? entries;
  return (isFiltered() ? shown.filter(matches) : shown).toReversed();
}

/** Returns how many acquisitions a held list does not show, and whether there may be more. */
export function newer() {
  if (held === null) return { count: 0, more: false };
  const last = held.at(-1)?.number ?? 0;
  const isNew = (entry) => entry.number > last && matches(entry);
  return { count: entries.filter(isNew).length, more: (entries[0]?.number ?? 0) > last + 1 };
}

/** Returns all acquisitions that are kept, with those of a held list. */
const kept = () => [...new Map(entries.concat(held ?? []).map((entry) => [entry.number, entry])).values()];

/** Returns the acquisition that started this one, if it is kept. */
export function parentOf({ record }) {
  if (record.parent === undefined) return undefined;
  return kept().find((other) => other.record.correlation_id === record.parent);
}

/** Returns the acquisitions that this one started, of those that are kept. */
export function startedBy({ record }) {
  if (record.correlation_id === undefined) return [];
  return kept().filter((other) => other.record.parent === record.correlation_id);
}

/** Returns the APIs and the error codes of the kept acquisitions, for the filters. */
export function choices() {
  const sorted = (values) => [...new Set(values)].sort();
  return {
    api: sorted(entries.map(({ record }) => record.api)),
    error: sorted(entries.filter(isFailure).map(({ record }) => errorCode(record))),
  };
}
