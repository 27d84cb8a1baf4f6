// Opens the link to an answer page on a narrow screen, as the person who got it, and answers by keyboard alone: each ANSWER is
// typed where the page has put the cursor. Prints what was seen, first and after each answer, once the page stands still:
// [{"url": …, "status": …, "text": …, "focused": …, "overflow": …}, …].
//
//   node answer.mjs BROWSER URL ANSWER…
import { chromium } from 'playwright-core';

const [executablePath, url, ...answers] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath });
try {
  const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
  let status;
  page.on('response', (r) => {
    if (r.request().isNavigationRequest()) status = r.status();
  });
  const look = async () => {
    // A page that loads itself again is still about something.
    await page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('meta[http-equiv=refresh]'), null, { timeout: 60_000 });
    const seen = await page.evaluate(() => ({
      text: document.querySelector('main').innerText.replace(/\s+/g, ' '),
      focused: document.activeElement?.getAttribute('name') ?? '',
      overflow: document.documentElement.scrollWidth - window.innerWidth,
    }));
    return { url: page.url(), status, ...seen };
  };
  await page.goto(url);
  const seen = [await look()];
  for (const answer of answers) {
    await page.keyboard.type(answer);
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    seen.push(await look());
  }
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}
