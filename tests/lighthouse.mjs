// Prints, as JSON, the marks that Lighthouse gives to the addresses on the command line.
// One browser serves them all: to begin one for each would take longer than the looking.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const CATEGORIES = ["accessibility", "best-practices", "seo"];
const MOVING = "cumulative-layout-shift";
// These pages do nothing once they are loaded, so that there is nothing to wait for.
const AT_ONCE = {
  pauseAfterFcpMs: 0,
  pauseAfterLoadMs: 0,
  networkQuietThresholdMs: 0,
  cpuQuietThresholdMs: 0,
};

const chrome = await launch({
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
const marks = {};
try {
  for (const address of process.argv.slice(2)) {
    const { lhr } = await lighthouse(address, {
      port: chrome.port,
      onlyCategories: CATEGORIES,
      onlyAudits: [MOVING],
      disableFullPageScreenshot: true,
      ...AT_ONCE,
    });
    if (lhr.runtimeError) throw new Error(`${address}: ${lhr.runtimeError.message}`);
    marks[address] = Object.fromEntries(CATEGORIES.map((name) => [name, lhr.categories[name].score]));
    marks[address][MOVING] = lhr.audits[MOVING].numericValue;
  }
} finally {
  await chrome.kill();
}
console.log(JSON.stringify(marks));
