"use strict";
// Checks how the page looks at three widths in both themes, and takes its pictures.

const assert = require("node:assert/strict");
const { readFileSync, writeFileSync } = require("node:fs");
const png = require("upng-js");
const { close, moves, open, report, visible } = require("./page-tools.cjs");

const MAX_PICTURE = 200_000; // bytes
const COLORS = 128;
/** The pictures that the documentation shows; the others are only for a look. */
const SHOWN = ["console-1280-light", "console-1280-dark", "console-1280-light-details", "console-1920-dark", "console-400-light"];
const HEIGHTS = { 400: 1400, 1280: 900, 1920: 1080 };

async function take(page, { folder, docs }, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} scrolls horizontally by ${wide} pixels`);
  const taken = png.decode(await page.screenshot());
  // A palette halves the size, and nobody sees it.
  const picture = Buffer.from(png.encode(png.toRGBA8(taken), taken.width, taken.height, COLORS));
  assert.ok(picture.length < MAX_PICTURE, `the picture ${name} has ${picture.length} bytes`);
  writeFileSync(`${docs && SHOWN.includes(name) ? docs : folder}/${name}.png`, picture);
}

async function accessible(page, name) {
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document));
  const failed = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(" ")}`);
  assert.deepEqual(failed, [], name);
  return passes.length;
}

/** Checks the page on one screen, with and without details and help. */
async function looks(browser, pictures, { width, theme: colorScheme }) {
  const viewport = { width, height: HEIGHTS[width] };
  const { page, ...rest } = await open(browser, { viewport, colorScheme, bypassCSP: true, hasTouch: width === 400 });
  const name = `console-${width}-${colorScheme}`;
  await moves(page, 200);
  await page.addScriptTag({ content: readFileSync(require.resolve("axe-core/axe.min.js"), "utf8") });
  await page.locator("#flight tr").first().waitFor();
  await page.keyboard.press("p");
  const passed = await accessible(page, name);
  await page.keyboard.press("p");
  // The slow call, with enough of its time left for the picture.
  const slow = page.locator("#flight tr", { hasText: /after 503/ }).filter({ hasText: /(1\.[6-9]|2\.[0-3]) s$/ });
  await slow.first().waitFor({ timeout: 60_000 });
  await take(page, pictures, name);
  await page.locator("#filter-outcome").selectOption("failure");
  await page.locator(visible, { hasText: "temporarily_unavailable" }).first().click();
  await page.locator("#filter-outcome").selectOption("");
  await page.mouse.move(5, 5);
  await page.evaluate(() => document.activeElement.blur());
  await page.locator(`${visible}[aria-selected=true]`).waitFor();
  await accessible(page, `${name} with details`);
  await take(page, pictures, `${name}-details`);
  await page.keyboard.press("?");
  await accessible(page, `${name} with help`);
  await page.keyboard.press("Escape");
  await close(rest);
  report(`${name}: no horizontal scrolling, ${passed} rules of axe-core pass, none fails`);
}

module.exports = { looks };
