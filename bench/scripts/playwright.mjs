// Logs in as users of Playwright do: a new browser context for each login, the storage state at its end.
//
//   node playwright.mjs BROWSER warm    one browser for all logins
//   node playwright.mjs BROWSER launch  a browser for each login
import { chromium } from 'playwright-core';
import { serve, site } from './protocol.mjs';

const [executablePath, mode] = process.argv.slice(2);
const launch = () => chromium.launch({ executablePath });

async function logIn(browser, job, code, done) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(job.loginUrl);
  await page.fill(site.user, job.user);
  await page.fill(site.password, job.password);
  await page.click(site.submit);
  await page.waitForSelector(site.code);
  await page.fill(site.code, await code());
  await page.click(site.submit);
  await page.waitForSelector(site.code, { state: 'detached' });
  await page.waitForSelector(site.loggedIn);
  await context.storageState();
  done();
  await context.close();
}

if (mode === 'warm') {
  const browser = await launch();
  await serve((job, code, done) => logIn(browser, job, code, done));
  await browser.close();
} else {
  await serve(async (job, code, done) => {
    const browser = await launch();
    try {
      await logIn(browser, job, code, done);
    } finally {
      await browser.close();
    }
  });
}
