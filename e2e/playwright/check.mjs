// Loads a storage state into a new browser context, as a user of Playwright does, and looks for a mark on a page; then
// does the same without the state. Prints {"loggedIn": …, "anonymous": …}.
//
//   node check.mjs BROWSER STATE_FILE URL MARK        MARK is a selector; Playwright knows "text=…" as well
import { chromium } from 'playwright-core';

const [executablePath, storageState, url, mark] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath });
try {
  const sees = async (options, timeout) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(url);
    return page
      .waitForSelector(mark, { state: 'attached', timeout })
      .then(() => true, () => false);
  };
  const loggedIn = await sees({ storageState }, 20_000);
  const anonymous = await sees({}, 3_000);
  console.log(JSON.stringify({ loggedIn, anonymous }));
} finally {
  await browser.close();
}
