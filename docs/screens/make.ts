/**
 * `npm run screens`: starts the demo and photographs the clinician's pages into this folder: each at three widths, in our
 * own light and dark colours, and in the two looks of the mock EHR; and the chart of the mock EHR for the README and for
 * the guide. Needs Chromium (as the tests find it).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '#test/helpers/preparation/chromium.ts';

const README_PICTURE = fileURLToPath(new URL('../images/demo.png', import.meta.url));
const GUIDE_PICTURE = fileURLToPath(new URL('../../public/app-in-chart.jpg', import.meta.url));
const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WIDTHS = [1280, 700, 400] as const;
const LOOKS = {
  light: { colorScheme: 'light', style: undefined },
  dark: { colorScheme: 'dark', style: undefined },
  ehr: { colorScheme: 'light', style: 'day' },
  night: { colorScheme: 'light', style: 'night' },
} as const;
const PATIENT = 'pat-ada';

/** Where each page is, from the list of a launch. */
const PAGES: Record<string, (page: Page, list: string) => Promise<unknown>> = {
  list: (page, list) => page.goto(list),
  detail: async (page, list) => {
    await page.goto(list);
    await page.locator('.requests tbody a').first().click();
    await page.locator('h1').waitFor();
  },
  form: (page, list) => page.goto(`${list}/new`),
  review: async (page, list) => {
    await page.goto(`${list}/new`);
    await page.locator('#service').selectOption({ index: 1 });
    await page.getByLabel('What is needed').fill('Visit at home');
    await page.getByLabel('Needed on').fill(new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('heading', { name: 'Review the request' }).waitFor();
  },
};

const { PORT = '3480', SANDBOX_PORT = '4480' } = process.env;

/** Resolves with the chart's address once the demo runs. */
async function startDemo(): Promise<{ demo: ChildProcess; chart: string }> {
  const demo = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'sandbox/demo.ts'], {
    cwd: ROOT,
    env: { ...process.env, PORT, SANDBOX_PORT },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: demo.stdout })) {
    const chart = /^ +Open +(\S+)/.exec(line)?.[1];
    if (chart !== undefined) return { demo, chart };
  }
  throw new Error('the demo did not start');
}

/** Launches in a window of its own. @returns the address of the list. */
async function launch(page: Page, chart: string, style = 'day'): Promise<string> {
  const body = await (await fetch(`${chart}/${PATIENT}?user=prac-rivera&style=${style}`)).text();
  const url = /<iframe[^>]+src="([^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&');
  if (url === undefined) throw new Error('the chart has no launch');
  await page.goto(url);
  await page.locator('.requests').waitFor();
  return page.url().replace(/[?#].*/, '');
}

// oxlint-disable no-await-in-loop -- one window at a time, as a person would
async function photograph(browser: Browser, chart: string): Promise<void> {
  for (const [look, { colorScheme, style }] of Object.entries(LOOKS)) {
    for (const width of WIDTHS) {
      const context = await browser.newContext({
        viewport: { width, height: 900 },
        colorScheme,
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      if (style === undefined) await page.route('**/theme.css*', (route) => route.abort());
      const list = await launch(page, chart, style);
      for (const [name, open] of Object.entries(PAGES)) {
        await open(page, list);
        await page.screenshot({
          path: `${FOLDER}${name}-${width}-${look}.jpg`,
          type: 'jpeg',
          quality: 35,
          fullPage: true,
        });
      }
      // Else the next pictures would show the drafts of these.
      await page.goto(list);
      await page.locator('.discard summary').first().click();
      await page.getByRole('button', { name: 'Discard for good' }).click();
      await page.locator('.requests').waitFor();
      await context.close();
    }
  }
}

async function photographChart(browser: Browser, chart: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  await page.goto(`${chart}/${PATIENT}?user=prac-rivera`);
  await page.frameLocator('iframe').locator('.requests').waitFor();
  await page.screenshot({ path: README_PICTURE });
  await page.setViewportSize({ width: 1000, height: 800 });
  const clip = { x: 0, y: 40, width: 1000, height: 470 };
  await page.screenshot({ path: GUIDE_PICTURE, type: 'jpeg', quality: 60, clip });
}

const { demo, chart } = await startDemo();
try {
  const browser = await chromium.launch({ executablePath: findChromium() ?? '', args: ['--no-sandbox'] });
  await photographChart(browser, chart);
  await photograph(browser, chart);
  await browser.close();
} finally {
  demo.kill('SIGTERM');
}
