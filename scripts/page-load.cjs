"use strict";
// Checks against a made-up console: hostile texts, and a thousand acquisitions per second.

const assert = require("node:assert/strict");
const { close, moves, number, open, report, visible } = require("./page-tools.cjs");
const { serve } = require("./page-server.cjs");

const RATE = 1000; // acquisitions per second

const HOSTILE = {
  sdk: "<img src=x onerror=alert(1)>\u202e\u0000 SDK",
  api: `<script>alert(2)</script>${"a".repeat(3000)}`,
  code: `"><svg onload=alert(3)> __proto__ {{7*7}} \u2028 ${"é".repeat(500)}`,
  host: "javascript:alert(4)",
};

/** Texts that look like markup are shown as they are, and nothing becomes wider than the screen. */
async function hostile(browser) {
  const server = await serve({ rate: 40, names: HOSTILE });
  for (const width of [400, 1280]) {
    const { page, ...rest } = await open(browser, { viewport: { width, height: 900 } }, server.url);
    await moves(page, 60);
    await page.locator("#filter-outcome").selectOption("failure");
    await page.locator(visible).first().click();
    await page.locator("#details h2").waitFor();
    const shown = await page.locator("#details h2").textContent();
    assert.ok(shown.includes("<svg onload=alert(3)>"), `the code is shown as text: ${shown.slice(0, 80)}`);
    const strange = await page.evaluate(() => document.querySelectorAll("main img, main script, [onerror], [onload], a[href^='javascript']").length);
    assert.equal(strange, 0, "no text became an element");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${width} pixels: the page scrolls horizontally by ${wide}`);
    const outside = await page.locator("#details").evaluate((pane) => pane.scrollWidth - pane.clientWidth);
    assert.ok(outside <= 0, `${width} pixels: the details scroll horizontally by ${outside}`);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.locator("#errors button").first().click();
    await page.locator(`${visible}.failure`).first().waitFor();
    await close(rest);
  }
  server.close();
  report("hostile names, codes and hosts are text and nothing else");
}

/** An acquisition in the background leads to the one that started it, and back. */
async function links(browser) {
  const server = await serve({ rate: 40 });
  const { page, ...rest } = await open(browser, {}, server.url);
  await moves(page, 120);
  await page.locator("#filter-outcome").selectOption("fetch");
  const row = page.locator(`${visible}.fetch`).first();
  await row.click();
  const id = () => page.locator("#details .facts div:has(dt:text-is('Correlation id')) dd").textContent();
  const background = await id();
  await page.locator("#details .links li", { hasText: "Started by" }).getByRole("button").click();
  const parent = await id();
  assert.equal(Number(parent.slice(-12)), Number(background.slice(-12)) - 1, "the parent is open");
  await page.locator("#details .links li", { hasText: "Started" }).getByRole("button").last().click();
  assert.equal(await id(), background, "and leads back");
  await close(rest);
  server.close();
  report("links: from a background refresh to the call that started it, and back");
}

/** The status line says what matters most, in words. */
async function verdicts(browser) {
  const server = await serve({ rate: 20 });
  const { page, ...rest } = await open(browser, {}, server.url);
  const judge = (counts, flying = []) => page.evaluate(async ([window, listed]) => {
    const { judge: judged } = await import("/status.js");
    const errors = window.failures ? [{ code: "invalid_grant", kind: null, count: window.failures }] : [];
    return judged([{ window: { ...window, errors }, totals: { acquisitions: 9 }, in_flight: { count: listed.length, listed } }]);
  }, [{ hits: 0, fetches: 0, failures: 0, cancelled: 0, ...counts }, flying]);
  const flying = (what) => [{ api: "AcquireTokenSilent", age_us: 12e6, waiting_for: what }];
  assert.deepEqual(await judge({}), ["waiting", "Nothing happened in the last minute."]);
  assert.deepEqual(await judge({ hits: 999, fetches: 1 }), ["ok", "All is well. Nothing failed in the last minute, and 99.9% of the tokens came from a cache."]);
  assert.deepEqual(await judge({ hits: 99, failures: 1 }), ["notice", "1 of 100 acquisitions failed in the last minute, with invalid_grant."]);
  assert.equal((await judge({ hits: 9, failures: 1 }))[0], "trouble", "one of ten");
  assert.deepEqual(await judge({ hits: 9 }, flying("http")), ["trouble", "AcquireTokenSilent has waited 12.0 s for an HTTP response."]);
  assert.equal((await judge({ hits: 9 }, flying("unknown")))[0], "ok", "a user may take a while");
  await close(rest);
  server.close();
  report("status: all is well, nothing happens, some fail, many fail, one hangs");
}

/** Starts to count frames by the time since the last one, and tasks that block the page. */
const watchFrames = (page) => page.evaluate(() => {
  // Of a fixed size, so that the memory that grows is that of the page.
  const counts = new Uint32Array(2000);
  const tasks = { count: 0, longest: 0 };
  new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => {
    tasks.count += 1;
    tasks.longest = Math.max(tasks.longest, duration);
  })).observe({ type: "longtask" });
  let last = performance.now();
  const next = (now) => {
    counts[Math.min(1999, Math.round(now - last))] += 1;
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
  globalThis.frameTimes = () => {
    const frames = counts.reduce((sum, count) => sum + count, 0);
    const at = (share) => {
      let rest = Math.ceil(share * frames);
      return counts.findIndex((count) => { rest -= count; return rest <= 0; });
    };
    return { frames, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1), longTasks: tasks.count, longest: Math.round(tasks.longest) };
  };
});

async function memory(session) {
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const value = (name) => metrics.find((metric) => metric.name === name).value;
  return { heap: value("JSHeapUsedSize") / 1e6, nodes: value("Nodes"), listeners: value("JSEventListeners") };
}

/** A thousand acquisitions per second: memory stays where it is, and the counts are exact. */
async function load(browser, seconds) {
  const server = await serve({ rate: RATE });
  const { page, ...rest } = await open(browser, { viewport: { width: 1280, height: 900 } }, server.url);
  const session = await rest.context.newCDPSession(page);
  await session.send("Performance.enable");
  await page.waitForTimeout(4000);
  const start = await memory(session);
  await watchFrames(page);
  for (let step = 1; step <= 4; step += 1) {
    await page.waitForTimeout((seconds * 1000) / 4);
    const now = await memory(session);
    report(`${Math.round((seconds * step) / 4)} s at ${RATE}/s: heap ${now.heap.toFixed(1)} MB (${start.heap.toFixed(1)} at first), ${now.nodes} nodes, ${now.listeners} listeners`);
  }
  const end = await memory(session);
  report(`frame times in ms: ${JSON.stringify(await page.evaluate(() => globalThis.frameTimes()))}`);
  assert.ok(end.heap < start.heap + 5, `the heap grew from ${start.heap} to ${end.heap} MB`);
  assert.ok(end.nodes < start.nodes + 500, `the page grew from ${start.nodes} to ${end.nodes} nodes`);
  const all = (await page.locator(".rate p.all").allTextContents()).map(number);
  const counted = Object.values(server.totals);
  assert.ok(all.every((value, at) => value <= counted[at]), `${all} of ${counted}`);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.locator("#details h2").waitFor();
  await close(rest);
  server.close();
  report(`${all.reduce((sum, value) => sum + value, 0)} acquisitions shown; the page still answers to keys`);
}

module.exports = { hostile, links, load, verdicts };
