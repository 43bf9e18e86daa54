"use strict";
// The checks of scripts/page: node page.cjs CHROMIUM URL FOLDER [--screenshots | --long]

const { chromium } = require("playwright-core");
const checks = require("./page-checks.cjs");
const reading = require("./page-reading.cjs");
const { hostile, links, load, verdicts } = require("./page-load.cjs");
const { looks } = require("./page-looks.cjs");
const { report } = require("./page-tools.cjs");

const [executablePath, , folder, flag] = process.argv.slice(2);
const pictures = { folder, docs: flag === "--screenshots" ? "docs" : null };
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-lcd-text", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

async function main() {
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    if (flag === "--long") {
      await load(browser, 600);
      return;
    }
    await Promise.all([reading.slow(browser), checks.hanging(browser), checks.numbers(browser), checks.pausing(browser)]);
    await Promise.all([checks.keyboard(browser), checks.filters(browser), checks.decoded(browser), hostile(browser), verdicts(browser), links(browser)]);
    await Promise.all([reading.reconnect(browser), reading.restart(browser), reading.scrolling(browser)]);
    await reading.mouse(browser, { viewport: { width: 1280, height: 900 } });
    await reading.mouse(browser, { viewport: { width: 400, height: 900 } });
    for (const width of [400, 1280, 1920]) {
      await Promise.all(["light", "dark"].map((theme) => looks(browser, pictures, { width, theme })));
    }
    await load(browser, 20);
  } finally {
    await browser.close();
  }
  report("page: all checks passed");
}

main().catch((error) => {
  console.error(error);
  process.exit(1); // even if something is still open
});
