"use strict";
// Checks of what the page shows and how it is used.

const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { close, freeze, listed, moves, newest, number, open, report, visible } = require("./page-tools.cjs");

const texts = async (page, selector) => (await page.locator(selector).allTextContents()).map((text) => text.trim());
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Compares every figure on the page with the message that it shows. */
async function figures(page) {
  const { message, thaw } = await freeze(page);
  const { sdks } = message;
  const rates = (await texts(page, ".rate .figure strong")).map(number);
  assert.deepEqual(rates, sdks.flatMap(({ window }) => [window.hits, window.fetches, window.failures, window.cancelled]), "the last minute");
  const all = (await texts(page, ".rate p.all")).map(number);
  assert.deepEqual(all, sdks.flatMap(({ totals }) => [totals.cache, totals.identity_provider + totals.broker, totals.failures, totals.cancelled]), "totals");
  for (const { totals } of sdks) {
    const { acquisitions, cache, identity_provider: fetched, broker, unknown, failures, cancelled, pending, no_token: none } = totals;
    assert.equal(cache + fetched + broker + unknown + failures + cancelled + pending + none, acquisitions, "totals add up");
  }
  const ratios = (await texts(page, ".ratio strong")).map(number);
  assert.deepEqual(ratios, sdks.map(({ window }) => number(((100 * window.hits) / (window.hits + window.fetches)).toFixed(1))), "hit ratio");
  const flying = sum(sdks.map((sdk) => sdk.in_flight.count));
  assert.equal(await page.locator("#flight tr").count(), flying, "in flight");
  const errors = (await texts(page, "#errors .number")).map(number);
  assert.equal(sum(errors), sum(sdks.map(({ window }) => sum(window.errors.map((error) => error.count)) + window.cancelled)), "errors");
  const reasons = (await texts(page, "#reasons .number")).map(number);
  const asked = sdks.flatMap(({ window }) => Object.entries(window.reasons)).filter(([name]) => name !== "NotApplicable");
  assert.equal(sum(reasons), sum(asked.map(([, count]) => count)), "reasons");
  const sources = (await texts(page, "#latency .note")).map(number);
  assert.deepEqual(sources, sdks.flatMap(({ window }) => window.sources.map((source) => source.count)), "latency");
  const [waiting, onTheWay] = (await texts(page, "#failures dd")).map(number);
  assert.equal(waiting, sum(sdks.map(({ failures }) => failures.waiting_count)), "failures waiting");
  assert.equal(onTheWay, sum(sdks.map(({ failures }) => failures.in_flight_count)), "failures on the way");
  assert.equal(await page.locator("#tokens tr").count(), sum(sdks.map((sdk) => sdk.tokens.length)), "tokens");
  const rows = await listed(page);
  assert.deepEqual(rows, rows.map((_, at) => rows[0] - at), "no acquisition is missing or doubled");
  await thaw();
  return sum(all);
}

async function numbers(browser) {
  const first = await open(browser);
  await moves(first.page, 60);
  const [shown, second] = await Promise.all([figures(first.page), open(browser)]);
  await figures(second.page);
  await Promise.all([figures(first.page), figures(second.page)]);
  const before = await newest(first.page);
  await first.page.reload();
  await moves(first.page, before);
  await figures(first.page);
  await close(first);
  await close(second);
  report(`${shown} acquisitions: all figures equal the message; so they do in a second browser and after a reload`);
}

async function rowTexts(page, column) {
  return texts(page, `${visible} .${column}`);
}

async function filters(browser) {
  const { page, ...rest } = await open(browser);
  await moves(page, 60);
  await page.locator("#filter-outcome").selectOption("failure");
  await page.waitForFunction((rows) => [...document.querySelectorAll(rows)].every((row) => row.classList.contains("failure")), visible);
  await page.locator("#errors button", { hasText: "invalid_client" }).click();
  await page.waitForFunction((rows) => [...document.querySelectorAll(`${rows} .end`)].every((end) => end.textContent === "invalid_client"), visible);
  assert.ok((await rowTexts(page, "end")).length > 0, "failures are listed");
  await page.locator("#filter-text").fill("NOTHING has this text");
  await page.getByText("No acquisition matches the filter.").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(visible).first().waitFor();
  assert.equal(await page.locator("#filter-outcome").inputValue(), "", "Esc clears the filter");
  await page.locator("#filter-text").fill("ACQUIRETOKENSILENT");
  await page.waitForFunction((rows) => [...document.querySelectorAll(`${rows} .api`)].every((api) => api.textContent === "AcquireTokenSilent"), visible);
  const count = number(await page.locator("#stream-count").textContent());
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#export").click()]);
  const lines = readFileSync(await download.path(), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.ok(lines.every(({ record }) => record.api === "AcquireTokenSilent") && lines.length >= count, `${lines.length} of ${count} are saved`);
  assert.deepEqual(Object.keys(lines[0]), ["number", "sdk", "record", "requests"]);
  await page.locator("#clear").click();
  await page.locator("#filter-sdk").selectOption({ label: "Fabrikam.Auth" });
  const { message, thaw } = await freeze(page);
  const [, fabrikam] = message.sdks;
  assert.deepEqual((await texts(page, "#latency .note")).map(number), fabrikam.window.sources.map((source) => source.count), "the panels show one SDK");
  await thaw();
  await close(rest);
  report(`filters: outcome, error, text and SDK; ${lines.length} acquisitions saved as JSON lines`);
}

async function pausing(browser) {
  const { page, ...rest } = await open(browser);
  await moves(page, 20);
  await page.keyboard.press("p");
  await page.getByText(/^paused at .*, \d+ acquisitions? since$/).waitFor();
  const view = async () => [await page.locator("main").innerText(), await listed(page)];
  const before = await view();
  await page.waitForFunction(() => Number(/(\d+) acquisitions? since/.exec(document.getElementById("connection").textContent)?.[1]) > 20);
  assert.deepEqual(await view(), before, "nothing moves");
  await page.keyboard.press("p");
  await moves(page, Math.max(...before[1]) + 20);
  const rows = await listed(page);
  assert.deepEqual(rows, rows.map((_, at) => rows[0] - at), "what came meanwhile is there");
  await close(rest);
  report("pause: the view is frozen, the page counts what comes, and then shows it");
}

async function keyboard(browser) {
  const { page, ...rest } = await open(browser);
  await moves(page, 20);
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Skip to the acquisitions");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "stream", "the link leads to the list");
  await page.keyboard.press("j");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("k");
  const [first, second] = await listed(page);
  const active = () => page.evaluate(() => Number(document.getElementById(document.getElementById("stream").getAttribute("aria-activedescendant")).dataset.number));
  assert.equal(await active(), first, "down, down, up");
  await page.keyboard.press("Enter");
  await page.locator("#details h2").waitFor();
  await page.keyboard.press("j");
  assert.equal(await active(), second, "the details follow");
  await page.locator("#newer").waitFor();
  assert.deepEqual((await listed(page)).slice(0, 2), [first, second], "the list does not move while it is read");
  await page.keyboard.press("Escape");
  await page.locator("#details").waitFor({ state: "hidden" });
  await page.keyboard.press("/");
  assert.equal(await focused(), "filter-text");
  await page.keyboard.type("p?jt");
  assert.equal(await page.locator("#filter-text").inputValue(), "p?jt", "letters are text there");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.locator("#keys[open]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("#keys[open]").waitFor({ state: "detached" });
  await page.keyboard.press("t");
  assert.equal(await page.locator("html").getAttribute("data-theme"), "light");
  await page.reload();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "light", "the theme is remembered");
  await page.keyboard.press("g");
  await moves(page, first);
  await close(rest);
  report("keyboard: skip link, list, details, filter, help, theme, back to the newest");
}

/** Opens a failed acquisition and checks the decoded headers of its request. */
async function decoded(browser) {
  const { page, ...rest } = await open(browser);
  await page.locator("#filter-outcome").selectOption("failure");
  await page.locator(visible, { hasText: "invalid_client" }).first().click();
  const text = await page.locator("#details").innerText();
  for (const expected of ["AcquireTokenForClient (1004)", "x-client-current-telemetry", "AADSTS7000215", "401", "invalid configuration"]) {
    assert.ok(text.includes(expected), `${expected} is missing in ${text}`);
  }
  const header = await page.locator("#details dt:text-is('x-client-current-telemetry') + dd").innerText();
  assert.match(header, /^5\|1004,[14],,,\|0,1,1,,,$/);
  await page.locator("#details summary").click();
  const { record } = JSON.parse(await page.locator("#details pre").textContent());
  assert.equal(record.error.code, "invalid_client");
  await close(rest);
  report(`details: decoded headers, ${header}, and the record as JSON`);
}

/** Waits for the slow call: it is listed while it hangs, and later its attempts are a waterfall. */
async function hanging(browser) {
  const { page, ...rest } = await open(browser);
  // In one step, because the call may end at any moment.
  const found = await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll("#flight tr")].map((row) => [...row.children].map((cell) => cell.textContent.trim()));
    return rows.find(([, why]) => why === "waits for an HTTP response after 503");
  });
  const cells = await found.jsonValue();
  assert.deepEqual([cells[0], cells[2]], ["AcquireTokenForClient", "attempt 2"], "the hanging call");
  await page.locator("#filter-outcome").selectOption("fetch");
  const slow = page.locator(visible, { hasText: /3\.\d s$/ }).first();
  await slow.waitFor();
  await slow.click();
  const lines = await page.getByRole("list", { name: "Attempts" }).getByRole("listitem").allInnerTexts();
  assert.equal(lines.length, 2, "attempts of the slow call");
  assert.match(lines[0], /^1: 503\s+at .*, took 1\.\d s$/);
  assert.match(lines[1], /^2: 200\s+at 1\.\d s, took 1\.\d s/);
  const bars = await page.locator(".lanes i:not(.pause)").evaluateAll((all) => all.map((bar) => [bar.offsetLeft, bar.offsetWidth]));
  assert.ok(bars[1][0] >= bars[0][0] + bars[0][1] - 1, `the second attempt follows the first: ${JSON.stringify(bars)}`);
  await close(rest);
  report(`in flight: ${cells.join(", ")}; attempts: ${lines.map((line) => line.replace(/\s+/g, " ")).join("; ")}`);
}

module.exports = { decoded, figures, filters, hanging, keyboard, numbers, pausing };
