// Logs in as a user of Playwright does: one warm browser, a new context for each line of standard input, which is
// {"loginUrl", "user", "password", "code"}. Prints {"ms": …} for each, up to the saved storage state.
//
//   node login.mjs BROWSER
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const browser = await chromium.launch({ executablePath: process.argv[2] });
console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  const { loginUrl, user, password, code } = JSON.parse(line);
  const began = performance.now();
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(loginUrl);
  await page.fill('input[name="username"]', user);
  await page.fill('input[name="password"]', password);
  await page.click('form button[type="submit"]');
  await page.fill('input[name="code"]', code);
  await page.click('form button[type="submit"]');
  await page.waitForSelector('input[name="code"]', { state: 'detached' });
  await page.waitForSelector('h1');
  await context.storageState();
  console.log(JSON.stringify({ ms: performance.now() - began }));
  await context.close();
}
await browser.close();
