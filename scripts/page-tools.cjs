"use strict";
// Functions that the checks of scripts/page share.

const assert = require("node:assert/strict");

const url = process.argv[3];

const report = (text) => console.log(`   ${text}`);
const figure = (page, name) => page.locator(`[data-figure="${name}"]`).textContent();
const number = async (page, name) => Number(await figure(page, name));
const totals = async () => (await fetch(new URL("/totals", url))).json();

/** Opens the page and collects everything that goes wrong in it. */
async function open(browser, options, address = url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const trouble = [];
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) trouble.push(message.text()); });
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== "data:" && asked.origin !== new URL(address).origin) trouble.push(`requests ${asked}`);
  });
  await page.goto(address);
  await page.locator("#list > li").first().waitFor();
  return { page, trouble, context };
}

async function acquisitions(page, least) {
  for (let waited = 0; (await number(page, "acquisitions")) < least; waited += 1) {
    assert.ok(waited < 600, `${await figure(page, "acquisitions")} acquisitions, ${await page.locator("#state").textContent()}`);
    await page.waitForTimeout(100);
  }
}

module.exports = { acquisitions, figure, number, open, report, totals, url };
