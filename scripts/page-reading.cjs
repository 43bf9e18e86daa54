"use strict";
// Checks of the page while it is being read, and over bad connections.

const assert = require("node:assert/strict");
const net = require("node:net");
const { close, listed, moves, newest, open, report, url, visible } = require("./page-tools.cjs");

/** Returns number and upper edge of the row at a point of the screen. */
const rowAt = (page, point) => page.evaluate(({ x, y }) => {
  const row = document.elementFromPoint(x, y).closest(".row");
  return { number: row.dataset.number, top: row.getBoundingClientRect().top };
}, point);

const newer = (page, least) => page.waitForFunction((count) => {
  const button = document.getElementById("newer");
  return !button.hidden && Number.parseInt(button.textContent, 10) >= count;
}, least);

/** Checks that a row is in the same place, except for a fraction of a pixel. */
function same(found, expected) {
  const moved = Math.abs(found.top - expected.top);
  assert.ok(found.number === expected.number && moved < 1, `the list moved under the pointer: ${JSON.stringify([expected, found])}`);
}

/** Opens the row under the mouse pointer while acquisitions keep arriving. */
async function mouse(browser, options) {
  const { page, ...rest } = await open(browser, options);
  await moves(page, 30);
  await page.locator("#stream").scrollIntoViewIfNeeded();
  const box = await page.locator(`${visible}[data-number="${(await listed(page))[3]}"]`).boundingBox();
  const point = { x: box.x + box.width / 3, y: box.y + box.height / 2 };
  await page.mouse.move(point.x, point.y);
  await newer(page, 1);
  const aimedAt = await rowAt(page, point);
  await newer(page, 8);
  same(await rowAt(page, point), aimedAt);
  await page.mouse.click(point.x, point.y);
  await page.locator("#details h2").waitFor();
  assert.equal(await page.locator(".row[aria-selected=true]").getAttribute("data-number"), aimedAt.number, "another row was opened");
  await page.getByRole("button", { name: "Close" }).click();
  const before = await newest(page);
  await page.mouse.move(5, 5);
  await moves(page, before);
  await page.locator("#newer").waitFor({ state: "hidden" });
  const rows = await listed(page);
  assert.deepEqual(rows, rows.map((_, at) => rows[0] - at), "none is missing or doubled");
  await close(rest);
  report(`mouse, ${options.viewport.width} pixels: row ${aimedAt.number} does not move under the pointer, opens and closes`);
}

/** Scrolls to the end: the rows are reused, and new acquisitions do not move them. */
async function scrolling(browser) {
  const { page, ...rest } = await open(browser);
  await moves(page, 120);
  const before = await page.locator(".row").count();
  await page.locator("#stream").evaluate((list) => { list.scrollTop = list.scrollHeight; });
  await newer(page, 5);
  const rows = await listed(page);
  const ends = await page.evaluate((selector) => [...document.querySelectorAll(selector)].some((row) => row.ariaPosInSet === row.ariaSetSize), visible);
  assert.ok(ends, `the last row is shown: ${rows}`);
  await newer(page, 15);
  assert.deepEqual(await listed(page), rows, "the list moved while it was read");
  assert.ok((await page.locator(".row").count()) <= before + 1, "rows are reused");
  await page.locator("#newer").click();
  await moves(page, rows[0]);
  await close(rest);
  report(`scrolling: ${before} rows for all acquisitions; the list stays where it is read`);
}

/** A proxy in front of the server that can be cut, or limited to a number of bytes per second. */
async function link() {
  const way = { rate: Infinity, sockets: new Set() };
  const server = net.createServer((near) => {
    if (way.isCut) { near.destroy(); return; }
    const far = net.connect(new URL(url).port, "127.0.0.1");
    for (const socket of [near, far]) {
      way.sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => { near.destroy(); far.destroy(); way.sockets.delete(socket); });
    }
    near.pipe(far);
    slowly(far, near, way).catch(() => {});
  });
  await new Promise((listening) => { server.listen(0, "127.0.0.1", listening); });
  way.url = `http://127.0.0.1:${server.address().port}/`;
  way.cut = () => { way.isCut = true; way.sockets.forEach((socket) => socket.destroy()); };
  way.mend = () => { way.isCut = false; };
  way.close = () => { way.cut(); server.close(); };
  return way;
}

async function slowly(from, to, way) {
  for await (const chunk of from) {
    for (let at = 0; at < chunk.length;) {
      const size = Math.min(chunk.length - at, Math.max(1, Math.ceil(way.rate / 20)));
      to.write(chunk.subarray(at, at + size));
      at += size;
      if (way.rate !== Infinity) await new Promise((next) => { setTimeout(next, 50); });
    }
  }
}

/** A lost connection closes nothing, and the page says that it is lost. */
async function reconnect(browser) {
  const way = await link();
  const { page, trouble, context } = await open(browser, {}, way.url);
  await moves(page, 10);
  await page.locator(visible).nth(2).click();
  await page.mouse.move(5, 5);
  const read = await page.locator("#details").innerText();
  way.cut();
  await page.getByText("connection lost, retrying", { exact: true }).waitFor();
  assert.deepEqual(trouble.filter((text) => !text.startsWith("Failed to load resource")), [], "without a connection");
  trouble.length = 0;
  way.mend();
  await page.getByText("live", { exact: true }).waitFor();
  assert.equal(await page.locator("#details").innerText(), read, "what is read is still open");
  const before = await newest(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await moves(page, before + 5);
  const rows = await listed(page);
  assert.deepEqual(rows, rows.map((_, at) => rows[0] - at), "none is missing or doubled");
  await close({ trouble, context });
  way.close();
  report("connection lost: the page says so; once it is back, what was open still is, and none is missing or doubled");
}

/** After a restart of the server, the page begins anew; an open acquisition stays. */
async function restart(browser) {
  const { page, trouble, context } = await open(browser);
  await page.locator(visible).first().click();
  await page.mouse.move(5, 5);
  const read = await page.locator("#details").innerText();
  let run;
  let isFirst = true;
  await page.route("**/news/**", async (route) => {
    const [, known, version] = /news\/([^/]+)\/(\d+)$/.exec(route.request().url());
    const path = known === "another" ? `news/${run}/${version}` : "news/none/0";
    const response = await route.fetch({ url: new URL(path, url).href });
    const news = await response.json();
    run = news.run;
    // The restarted server has seen only a few.
    if (isFirst) news.entries = news.entries.slice(-3);
    isFirst = false;
    await route.fulfill({ response, json: { ...news, run: "another" } });
  });
  await page.locator("#newer").waitFor();
  assert.equal(await page.locator("#details").innerText(), read, "what is read is still open");
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.waitForFunction(() => /^the latest \d{1,2} of/.test(document.getElementById("stream-count").textContent));
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await close({ trouble, context });
  report("server restarted: the list begins anew, what was open still is");
}

/** On a slow link the page shows how far behind it is, is never further behind, and catches up. */
async function slow(browser) {
  const RATE = 15_000;
  const way = await link();
  const { page, trouble, context } = await open(browser, {}, way.url);
  await moves(page, 10);
  way.rate = RATE;
  let most = 0;
  for (let second = 0; second < 25; second += 1) {
    await page.waitForTimeout(1000);
    const state = await page.locator("#connection").textContent();
    most = Math.max(most, Number(/^(\d+) s behind$/.exec(state)?.[1] ?? 0));
  }
  assert.ok(most >= 3, `the page does not say that it is behind: ${most} s`);
  way.rate = Infinity;
  await page.getByText("live", { exact: true }).waitFor();
  const before = await newest(page);
  await moves(page, before);
  await close({ trouble, context });
  way.close();
  report(`${RATE} bytes per second: up to ${most} s behind, as the page says; it catches up at once`);
}

module.exports = { mouse, reconnect, restart, scrolling, slow };
