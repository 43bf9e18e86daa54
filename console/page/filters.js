// The filter of the list: SDK, API, outcome, error and text.

import { attribute, byId, element } from "./dom.js";
import { choices, filter, isFiltered } from "./store.js";

const NAMES = ["text", "sdk", "api", "outcome", "error"];
const control = (name) => byId(`filter-${name}`);

/** Starts the filter; `changed` is called after each change. */
export function startFilters(changed) {
  const read = () => {
    for (const name of NAMES) filter[name] = control(name).value;
    byId("clear").hidden = !isFiltered();
    changed();
  };
  byId("filters").addEventListener("input", read);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => setTimeout(read));
}

/** Adds choices that are new; those that a reader may have chosen stay. */
function offer(name, options) {
  const select = control(name);
  const known = new Set([...select.options].map((option) => option.value));
  for (const [value, label] of options) {
    if (known.has(value)) continue;
    const option = element("option", "", label);
    option.value = value;
    select.append(option);
  }
}

const MOST = 100; // choices of one kind

export function showChoices(sdks) {
  offer("sdk", sdks.map((sdk) => [String(sdk.id), sdk.name]));
  attribute(control("sdk"), "class", sdks.length > 1 ? "" : "absent");
  const { api, error } = choices();
  for (const [name, values] of Object.entries({ api, error })) {
    if (control(name).options.length < MOST) offer(name, values.slice(0, MOST).map((value) => [value, value]));
  }
}

/** Filters by one value, as if a reader had chosen it. */
export function choose(name, value) {
  offer(name, [[value, value]]);
  control(name).value = value;
  byId("filters").dispatchEvent(new Event("input"));
}

export function clearFilters() {
  byId("filters").reset();
}
