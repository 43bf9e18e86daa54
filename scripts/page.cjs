"use strict";
// The checks of scripts/page: node page.cjs CHROMIUM URL FOLDER [--screenshots]

const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { chromium } = require("playwright-core");
const { acquisitions, figure, number, open, report, totals } = require("./page-tools.cjs");
const { slow, whileReading } = require("./page-reading.cjs");

const [executablePath, , folder, flag] = process.argv.slice(2);
const pictures = flag === "--screenshots" ? "docs" : folder;
const ENOUGH = 120; // acquisitions after which every figure has a value
const MAX_PICTURE = 200_000; // bytes
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

async function pause(page) {
  await page.getByRole("button", { name: "Pause the load" }).click();
  await page.getByText("paused", { exact: true }).waitFor();
  let before;
  // Wait until the acquisition in progress has ended, which may be the slow one.
  for (let same = 0; same < 3;) {
    const now = JSON.stringify(await totals());
    same = now === before && now.includes('"in_flight":0') ? same + 1 : 0;
    before = now;
    await page.waitForTimeout(250);
  }
  await page.locator("#flight", { hasText: "None" }).waitFor();
}

async function figuresEqualTotals(page) {
  const counted = await totals();
  const shown = {};
  for (const name of ["identity_provider", "cache", "failures", "cancelled", "waiting", "delivered", "acquisitions"]) {
    shown[name] = await number(page, name);
  }
  for (const name of ["identity_provider", "cache", "failures", "cancelled", "waiting"]) {
    assert.equal(shown[name], counted[name], `${name} on the page and in the totals`);
  }
  const { identity_provider, cache, failures, cancelled, waiting, lost } = counted;
  assert.equal(shown.acquisitions, identity_provider + cache + failures + cancelled, "acquisitions");
  assert.equal(shown.delivered + waiting + lost, failures, "every failure is delivered, waiting or lost");
  // Background refreshes return no token to a caller; only the rows of the latencies do.
  const cells = await page.locator("#latency tr td:nth-child(2)").allTextContents();
  const handedOut = cells.reduce((sum, text) => sum + Number(text), 0);
  assert.equal(await figure(page, "ratio"), `${((100 * cache) / handedOut).toFixed(1)}%`, "hit ratio");
  const failed = await sum(page, "#codes .bar span");
  assert.equal(failed, failures + cancelled, "failures by code");
  assert.ok((await page.locator("#reasons tr").count()) === 4, "reasons");
  report(`${shown.acquisitions} acquisitions: the figures of the page equal the totals (${JSON.stringify(counted)})`);
}

async function sum(page, selector) {
  return (await page.locator(selector).allTextContents()).reduce((all, text) => all + Number(text), 0);
}

/** Uses the keyboard only: the skip link, the button, an acquisition. */
async function keyboard(page) {
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to the acquisitions");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Resume the load");
  await page.keyboard.press("Enter");
  await page.getByText("live", { exact: true }).waitFor();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  const reading = await focused(page);
  await page.keyboard.press("Enter");
  await page.locator("#list details[open] .detail").waitFor();
  await page.locator("#newer", { hasText: "newer" }).waitFor();
  assert.equal(await focused(page), reading, "the list moved under the reader");
  await page.locator("#newer").focus();
  await page.keyboard.press("Enter");
  assert.notEqual(await focused(page), reading, "the newest are shown");
  assert.equal(await page.locator("#list details[open]").count(), 0);
  report("keyboard: skip link, pause, opening an acquisition, catching up; the list does not move while it is read");
}

const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim());

/** Opens a failed acquisition and checks the decoded headers of its request. */
async function decoded(page) {
  await page.evaluate(() => document.activeElement.blur());
  const failed = page.locator("#list > li", { hasText: "failed: invalid_client" }).first();
  await failed.locator("summary").click();
  await failed.locator(".detail").waitFor();
  const text = await failed.innerText();
  for (const expected of ["x-client-current-telemetry", "schema 5, API 1004", "AADSTS7000215", "status 401", "Contoso.Auth"]) {
    assert.ok(text.includes(expected), `${expected} is missing in ${text}`);
  }
  const header = await failed.locator("dt:text-is('x-client-current-telemetry') + dd").innerText();
  assert.match(header, /^5\|1004,[14],,,\|0,1,1,,,$/);
  report(`an opened acquisition shows its decoded headers: ${header}`);
}

/** Waits for the slow call: it is listed while it hangs, and later its attempts are a timeline. */
async function hanging(browser) {
  const { page, trouble, context } = await open(browser, {});
  const row = page.locator("#flight tr", { hasText: "HTTP response after 503" });
  await row.waitFor({ timeout: 60000 });
  const cells = await row.locator("th, td").allTextContents();
  assert.deepEqual(cells.slice(0, 3), ["AcquireTokenForClient", "HTTP response after 503", "2"], "the hanging call");
  const age = Number(/^(\d+\.\d) s$/.exec(cells[3])?.[1]);
  assert.ok(age >= 1.5, `the first response took longer than ${cells[3]}`);
  report(`in flight: ${cells.join(", ")}`);
  await page.locator("#flight", { hasText: "None" }).waitFor();
  await page.locator("#list summary", { hasText: /\d\.\d s$/ }).first().click();
  const entry = page.locator("#list > li:has(details[open])");
  await entry.locator(".detail").waitFor();
  const lines = await entry.getByRole("list", { name: "Attempts" }).getByRole("listitem").allInnerTexts();
  assert.equal(lines.length, 2, "attempts of the slow call");
  assert.match(lines[0], /^Attempt 1: 503\s+at .*, took 1\.\d s$/);
  assert.match(lines[1], /^Attempt 2: 200\s+at 1\.\d s, took 1\.\d s, waited .* before$/);
  const bars = await entry.locator(".attempts .strip i").evaluateAll((all) => all.map((bar) => [bar.offsetLeft, bar.offsetWidth]));
  assert.ok(bars[1][0] >= bars[0][0] + bars[0][1] - 1, `the second attempt follows the first: ${JSON.stringify(bars)}`);
  assert.deepEqual(trouble, []);
  await context.close();
  report(`attempts: ${lines.map((line) => line.replace(/\s+/g, " ")).join("; ")}`);
}

async function looks(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} scrolls horizontally by ${wide} pixels`);
  await page.evaluate(() => window.scrollTo(0, 0));
  const picture = await page.screenshot({ path: `${pictures}/live-${name}.png` });
  assert.ok(picture.length < MAX_PICTURE, `the picture has ${picture.length} bytes`);
}

async function accessible(page, name) {
  await page.addScriptTag({ content: readFileSync(require.resolve("axe-core/axe.min.js"), "utf8") });
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document));
  const failed = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  assert.deepEqual(failed, [], name);
  return passes.length;
}

/** Checks the page on one screen: a size and a color scheme. */
async function reader(browser, name, options) {
  const { page, trouble, context } = await open(browser, { ...options, bypassCSP: true });
  await acquisitions(page, ENOUGH);
  // The entry to open must be in the picture.
  await page.locator("#list > li:nth-child(-n+3)", { hasText: "failed: invalid_client" }).first().waitFor();
  await pause(page);
  await figuresEqualTotals(page);
  await decoded(page);
  const passed = await accessible(page, name);
  await looks(page, name);
  await page.locator("#list details[open] > summary").first().click();
  await page.getByRole("button", { name: "Resume the load" }).click();
  await page.getByText("live", { exact: true }).waitFor();
  assert.deepEqual(trouble, []);
  await context.close();
  report(`${name}: no horizontal scrolling, ${passed} rules of axe-core pass, none fails`);
}

async function main() {
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    await Promise.all([slow(browser), whileReading(browser), hanging(browser)]);
    const { page, trouble, context } = await open(browser, {});
    await acquisitions(page, ENOUGH);
    await pause(page);
    await figuresEqualTotals(page);
    // A page that is opened now shows the same as one that was open all the time.
    const late = await open(browser, {});
    await figuresEqualTotals(late.page);
    await keyboard(late.page);
    assert.deepEqual([...trouble, ...late.trouble], [], "no external requests and no errors");
    await context.close();
    await late.context.close();
    await reader(browser, "1280-light", { colorScheme: "light", viewport: { width: 1280, height: 1000 } });
    await reader(browser, "1280-dark", { colorScheme: "dark", viewport: { width: 1280, height: 1000 } });
    await reader(browser, "400-light", { colorScheme: "light", viewport: { width: 400, height: 2350 }, hasTouch: true });
    await reader(browser, "400-dark", { colorScheme: "dark", viewport: { width: 400, height: 2350 }, hasTouch: true });
  } finally {
    await browser.close();
  }
  report("page: all checks passed");
}

main().catch((error) => {
  console.error(error);
  process.exit(1); // even if something is still open
});
