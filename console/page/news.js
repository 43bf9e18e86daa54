// Follows the news of the server. The next request is sent after the last answer was shown, so
// everything in between arrives in one message, and a slow page is never more than one behind.

const GIVE_UP_AFTER = 60_000; // milliseconds; a slow link may need many of them for one message
const RETRY_EVERY = 1000;
const REQUEST_EVERY = 200;
const BEHIND = 2500; // more than the time between two answers on a good connection

let run = "none";
let version = 0;
let lost = false;
let asOf;

/** Returns the state of the connection: its name and its words. */
export function connection() {
  if (lost) return ["lost", "connection lost, retrying"];
  if (asOf === undefined) return ["connecting", "connecting"];
  const behind = performance.now() - asOf;
  return behind > BEHIND ? ["behind", `${Math.round(behind / 1000)} s behind`] : ["live", "live"];
}

async function request() {
  const start = performance.now();
  const url = `${document.body.dataset.base}/news/${encodeURIComponent(run)}/${version}${location.search}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(GIVE_UP_AFTER) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const message = await response.json();
  return { message, at: start + message.held_ms };
}

/** Hands every message to `receive`, which resolves when it is shown. */
export async function follow(receive, changed) {
  for (;;) {
    const answer = await request().catch(() => null);
    lost = answer === null;
    if (answer) {
      const { message, at } = answer;
      const restarted = run !== "none" && run !== message.run;
      ({ run, version } = message);
      asOf = at;
      await receive(message, restarted);
    }
    changed();
    await new Promise((next) => { setTimeout(next, lost ? RETRY_EVERY : REQUEST_EVERY); });
  }
}
