// The acquisitions in flight, the oldest first.

import { attribute, byId, icon, rows, tableRow, text } from "./dom.js";
import { count, time, WAITS, words } from "./format.js";

const LISTED = 20;
const LONG = 5e6; // microseconds

function waits({ waiting_for: what, last_status: status, last_error: error, background }) {
  const after = status ? ` after ${status}` : error ? ` after ${words(error)}` : "";
  const reason = what === "unknown" ? "running" : `waits for ${WAITS[what] ?? words(what)}`;
  return `${reason}${after}${background ? ", in the background" : ""}`;
}

function make() {
  const row = tableRow("why", "number", "number age");
  row.firstElementChild.append(icon("waiting"), "");
  return row;
}

export function showFlight(sdks) {
  const listed = sdks.flatMap((sdk) => sdk.in_flight.listed);
  listed.sort((one, other) => (other.age_us ?? 0) - (one.age_us ?? 0));
  const total = sdks.reduce((sum, sdk) => sum + sdk.in_flight.count, 0);
  text(byId("flight-count"), total ? count(total) : "");
  byId("flight-none").hidden = total > 0;
  rows(byId("flight"), Math.min(LISTED, listed.length), make).forEach((row, at) => {
    const acquisition = listed[at];
    const [api, why, attempts, age] = row.children;
    api.lastChild.data = ` ${acquisition.api}`;
    text(why, waits(acquisition));
    text(attempts, acquisition.attempts ? `attempt ${acquisition.attempts}` : "");
    text(age, time(acquisition.age_us));
    attribute(row, "class", acquisition.age_us >= LONG ? "long" : "");
  });
}
