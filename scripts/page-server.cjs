"use strict";
// Plays a console: serves the files of the page and made-up news. Tests need it for what a real load
// cannot do on any machine: a steady thousand acquisitions per second, and hostile texts.

const { readFileSync } = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const FOLDER = path.join(__dirname, "..", "console", "page");
const TYPES = { ".css": "text/css", ".js": "text/javascript", ".html": "text/html" };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:";
const KEPT = 1000;
const IN_MESSAGE = 200;
const TICK = 250; // milliseconds

/** Returns a pseudorandom number generator, so that every run is the same. */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

const guid = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Returns a made-up record of one of the kinds that a console shows. */
function record(number, roll, names) {
  const ended = Date.now() * 1000;
  const common = { api: names.api, api_number: 1004, id: number, correlation_id: guid(number), ended_at_us: ended, credential: "client_secret" };
  if (roll < 0.9) return { ...common, outcome: "ok", token_source: "Cache", cache_level: "L1Cache", duration_total_us: 12 };
  const attempts = [{ number: 1, start_us: 200, duration_us: 90_000, status: roll < 0.97 ? 200 : 503 }];
  const asked = { ...common, attempts, attempt_count: 1, duration_total_us: 91_000, refresh_reason: "Expired" };
  // The acquisition before it has started it.
  const started = { background: true, parent: guid(number - 1) };
  if (roll < 0.97) return { ...asked, ...started, outcome: "ok", token_source: "IdentityProvider", status: 200 };
  if (roll < 0.98) return { ...asked, outcome: "cancelled" };
  return { ...asked, outcome: "error", status: 503, error: { code: names.code, kind: "service_unavailable" } };
}

/** A console with `rate` acquisitions per second of an SDK. */
function play({ rate = 20, names = {} }) {
  const all = { sdk: "Contoso.Auth", api: "AcquireTokenForClient", code: "temporarily_unavailable", host: "login.contoso.example", ...names };
  const random = dice(7);
  const state = { version: 1, number: 0, entries: [], skipped: 0, totals: { cache: 0, identity_provider: 0, failures: 0, cancelled: 0 } };
  const series = { hits: [], fetches: [], failures: [], cancelled: [] };
  for (const values of Object.values(series)) values.push(...Array(120).fill(0));
  let second = Math.floor(Date.now() / 1000);

  function count({ outcome, token_source: source }) {
    const [total, kept] = outcome === "error" ? ["failures", "failures"] : outcome === "cancelled" ? ["cancelled", "cancelled"]
      : source === "Cache" ? ["cache", "hits"] : ["identity_provider", "fetches"];
    state.totals[total] += 1;
    series[kept][119] += 1;
  }

  function tick() {
    const now = Math.floor(Date.now() / 1000);
    for (; second < now; second += 1) Object.values(series).forEach((values) => { values.shift(); values.push(0); });
    state.version += 1;
    for (let made = 0; made < (rate * TICK) / 1000; made += 1) {
      state.number += 1;
      const found = record(state.number, random(), all);
      count(found);
      const headers = [{ name: "x-client-current-telemetry", value: "5|1004,3,,,|,", meaning: all.api }];
      const requests = found.attempts ? [{ number: 1, host: all.host, purpose: "token", headers }] : [];
      state.entries.push([state.version, { number: state.number, sdk: 0, record: found, requests }]);
    }
    if (state.entries.length > KEPT) state.entries = state.entries.slice(-KEPT);
  }

  const sum = (values) => values.slice(60).reduce((total, value) => total + value, 0);

  function sdk() {
    const { totals } = state;
    const [hits, fetches, failures, cancelled] = Object.values(series).map(sum);
    const acquisitions = Object.values(totals).reduce((total, value) => total + value, 0);
    const source = { source: "cache_memory", label: "cache in memory", count: hits, p50_us: 12, p95_us: 14, p99_us: 20, max_us: 40, buckets: [{ up_to_us: 16, count: hits }] };
    return {
      id: 0, name: all.sdk, version: "1.2.0",
      totals: { broker: 0, unknown: 0, pending: 0, no_token: 0, rejected_tokens: 0, ...totals, acquisitions },
      in_flight: { count: 1, listed: [{ id: 1, api: all.api, age_us: 1_200_000, attempts: 2, last_status: 503, last_error: null, waiting_for: "http", background: false }] },
      failures: { waiting: [{ api: all.api, api_id: 1004, code: all.code, id: guid(1), in_flight: false }], waiting_count: 1, in_flight_count: 0, lost: 0, delivered: 3 },
      hits_to_report: 4,
      window: { seconds: 60, hits, fetches, failures, cancelled, attempts: fetches, throttled: 0, sources: [source], reasons: { Expired: fetches },
        errors: failures ? [{ code: all.code, kind: "service_unavailable", count: failures }] : [] },
      series: { step_s: 1, end_s: second, ...series },
      tokens: [{ api: all.api, credential: "client_secret", age_us: 1, expires_in_us: 3_500_000_000, lifetime_us: 3_600_000_000 }],
    };
  }

  function news(known) {
    const newer = state.entries.filter(([since]) => since > known).map(([, entry]) => entry);
    const skipped = Math.max(0, newer.length - IN_MESSAGE);
    return { run: "played", version: state.version, held_ms: 0, now_ms: Date.now(), sdks: [sdk()], skipped, dropped: 0, entries: newer.slice(skipped) };
  }

  const timer = setInterval(tick, TICK);
  return { news, totals: state.totals, stop: () => clearInterval(timer) };
}

/** Starts the server on loopback; returns its address, its totals, and how to stop it. */
async function serve(options) {
  const played = play(options);
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const known = /^\/news\/([^/]+)\/(\d+)$/.exec(pathname);
    response.setHeader("Content-Security-Policy", POLICY);
    if (known) {
      const body = JSON.stringify(played.news(known[1] === "played" ? Number(known[2]) : 0));
      setTimeout(() => response.setHeader("Content-Type", "application/json").end(body), 50);
      return;
    }
    const name = pathname === "/" ? "page.html" : path.basename(pathname);
    try {
      const text = readFileSync(path.join(FOLDER, name), "utf8");
      response.setHeader("Content-Type", `${TYPES[path.extname(name)]}; charset=utf-8`).end(text.replaceAll("{base}", ""));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => { server.listen(options.port ?? 0, "127.0.0.1", listening); });
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    totals: played.totals,
    close: () => { played.stop(); server.closeAllConnections(); server.close(); },
  };
}

module.exports = { serve };
