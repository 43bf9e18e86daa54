"use strict";
// Functions that the checks of scripts/page share.

const assert = require("node:assert/strict");

const url = process.argv[3];

const report = (text) => console.log(`   ${text}`);
/** Reads a number as the page writes it. */
const number = (text) => Number(text.replaceAll(",", "").match(/\d+(\.\d+)?/)?.[0]);

const visible = "#stream .row:not([hidden])";

/** Opens the page and collects everything that goes wrong in it. */
async function open(browser, options = {}, address = url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const trouble = [];
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) trouble.push(message.text()); });
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("dialog", (dialog) => { trouble.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (!["data:", "blob:"].includes(asked.protocol) && asked.origin !== new URL(address).origin) trouble.push(`requests ${asked}`);
  });
  await page.goto(address);
  await page.locator(visible).first().waitFor();
  return { page, trouble, context };
}

/** Closes a page in which nothing may have gone wrong. */
async function close({ trouble, context }) {
  assert.deepEqual(trouble, []);
  await context.close();
}

/** Lets one more message through and waits until it is on the screen; `thaw` lets the next ones through. */
async function freeze(page) {
  let message;
  const held = [];
  const answer = async (route) => {
    if (message) {
      held.push(route);
      return;
    }
    const response = await route.fetch();
    message ??= await response.json();
    await route.fulfill({ response, json: message });
  };
  await page.route("**/news/**", answer);
  await page.waitForFunction(() => document.body.dataset.version !== undefined);
  while (!message || (await page.locator("body").getAttribute("data-version")) !== String(message.version)) {
    await page.waitForTimeout(50);
  }
  const thaw = async () => {
    await page.unroute("**/news/**", answer);
    await Promise.all(held.map((route) => route.continue().catch(() => {})));
  };
  return { message, thaw };
}

/** Returns the numbers of the rows on the screen, from top to bottom. */
const listed = (page) => page.evaluate((selector) => [...document.querySelectorAll(selector)]
  .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
  .map((row) => Number(row.dataset.number)), visible);

const newest = async (page) => Math.max(...await listed(page));

/** Waits until the list shows an acquisition with a higher number. */
async function moves(page, than) {
  await page.waitForFunction(([selector, old]) =>
    [...document.querySelectorAll(selector)].some((row) => Number(row.dataset.number) > old), [visible, than]);
}

module.exports = { close, freeze, listed, moves, newest, number, open, report, url, visible };
