// Logs in as users of puppeteer-cluster do: it makes a new browser context of one browser for each task.
//
//   node puppeteer-cluster.mjs BROWSER AT_ONCE
import { Cluster } from 'puppeteer-cluster';
import { serve, site } from './protocol.mjs';

const [executablePath, atOnce] = process.argv.slice(2);
const cluster = await Cluster.launch({
  concurrency: Cluster.CONCURRENCY_CONTEXT,
  maxConcurrency: Number(atOnce),
  timeout: 3_600_000,
  puppeteerOptions: {
    executablePath,
    headless: 'shell',
    args: process.getuid() === 0 ? ['--no-sandbox'] : [],
  },
});

async function logIn(page, { job, code, done }) {
  await page.goto(job.loginUrl);
  await page.locator(site.user).fill(job.user);
  await page.locator(site.password).fill(job.password);
  await page.locator(site.submit).click();
  await page.waitForSelector(site.code, { visible: true });
  await page.locator(site.code).fill(await code());
  await page.locator(site.submit).click();
  await page.waitForSelector(site.code, { hidden: true });
  await page.waitForSelector(site.loggedIn);
  await page.browserContext().cookies();
  await page.evaluate(() => JSON.stringify(localStorage));
  done();
}

await serve((job, code, done) => cluster.execute({ job, code, done }, ({ page, data }) => logIn(page, data)));
await cluster.idle();
await cluster.close();
