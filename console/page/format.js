// Numbers, times and the words of the page.

const NUMBER = new Intl.NumberFormat("en-US");
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export const count = (value) => NUMBER.format(value);

/** Returns a count with its noun. */
export const counted = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** Returns a share of a whole; only all is 100%, and only nothing is 0%. */
export function percent(part, whole) {
  if (!whole) return "–";
  const exact = (100 * part) / whole;
  if (exact === 0 || exact === 100) return `${exact}%`;
  return `${Math.min(99.9, Math.max(0.1, exact)).toFixed(1)}%`;
}

/** Returns a time in the unit that a reader expects. */
export function time(micros) {
  if (micros === undefined || micros === null) return "";
  if (micros < 1000) return `${Math.round(micros)} µs`;
  if (micros < 1e6) return `${(micros / 1000).toFixed(micros < 1e4 ? 1 : 0)} ms`;
  const seconds = micros / 1e6;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

export const clock = (milliseconds) => CLOCK.format(milliseconds);

/** Returns the time of day with milliseconds. */
export function preciseClock(micros) {
  if (micros === undefined) return "";
  const milliseconds = Math.floor(micros / 1000);
  return `${clock(milliseconds)}.${String(milliseconds % 1000).padStart(3, "0")}`;
}

export const REASONS = {
  NoCachedAccessToken: "No cached token",
  Expired: "Cached token expired",
  ProactivelyRefreshed: "Refreshed ahead of expiry",
  ForceRefreshOrClaims: "Forced by the caller",
  CacheDisabled: "Cache switched off",
};

/** The same for a row of the list. */
export const SHORT_REASONS = {
  NoCachedAccessToken: "not cached",
  Expired: "expired",
  ProactivelyRefreshed: "ahead of expiry",
  ForceRefreshOrClaims: "forced",
  CacheDisabled: "cache off",
};

/** What an acquisition in flight waits for. */
export const WAITS = { http: "an HTTP response", cache: "the cache", another_caller: "another caller" };

export const KINDS = { hit: "From a cache", fetch: "Fetched", failure: "Failed", cancelled: "Cancelled", other: "Other" };

/** Returns a name of the wire in words: `invalid_configuration` is "invalid configuration". */
export const words = (name) => String(name).replaceAll("_", " ");

/** Returns what a record is on this page: one of `KINDS`. */
export function kindOf({ outcome, token_source: source }) {
  if (outcome === "error" || outcome === "panicked") return "failure";
  if (outcome === "cancelled") return "cancelled";
  if (outcome !== "ok") return "other";
  if (source === "Cache") return "hit";
  return source === "IdentityProvider" || source === "Broker" ? "fetch" : "other";
}

/** Returns how an acquisition ended, in words. */
export function ending(record) {
  const { outcome, token_source: source, cache_level: level } = record;
  switch (kindOf(record)) {
    case "failure": return outcome === "panicked" ? "panicked" : errorCode(record);
    case "cancelled": return "cancelled";
    case "hit": return level === "L2Cache" ? "external cache" : "cache in memory";
    case "fetch": return source === "Broker" ? "broker" : "identity provider";
    default: return outcome === "ok" ? "token from an unknown source" : words(outcome);
  }
}

/** Returns the code of a failure, under which the server counts it. */
export const errorCode = ({ error }) => error?.code ?? "unknown";
