/** A person at a workstation: opens charts, clicks, and records everything that the browser complains about. */
import type { BrowserContext, FrameLocator, Page } from 'playwright-core';
import { type ChromiumOptions, openChromium, VIEWPORT } from '#test/helpers/chromium.ts';
import type { Deployment } from './deployment.ts';

/** A browser for one deployment. */
export interface Visitor {
  newTab(): Promise<Page>;
  /** One tab for all tests, without cookies and in its first size: a new one costs a third of a second of CPU time. */
  sameTab(): Promise<Page>;
  /** Opens the EHR, or that of another deployment, picks the patient from its list, and returns the app's frame. */
  openChart(page: Page, chartName: string, at?: Deployment): Promise<FrameLocator>;
  /** Opens the chart and, from there, the app in its own window. */
  openInWindow(page: Page, chartName: string): Promise<Page>;
  /** Waits for the window that a click opens. */
  windowOpenedBy(click: () => Promise<void>): Promise<Page>;
  /** Console errors, script errors and CSP violations in any window so far. */
  complaints: string[];
  close(): Promise<void>;
}

/** Opens a browser with its own profile. */
export async function createVisitor(deployment: Deployment, options: Partial<ChromiumOptions> = {}): Promise<Visitor> {
  const { context, newTab, close } = await openChromium({ cookies: 'all allowed', ...options });
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('console', (message) => {
    const text = message.text();
    // Chromium complains about every page with such a status, and our refusals have one on purpose.
    const isStatusOfAPage =
      /^Failed to load resource: .* status of 4\d\d/.test(text) && !isAsset(message.location().url);
    if (message.type() === 'error' && !isStatusOfAPage) complaints.push(`${text} (${message.location().url})`);
  });
  context.on('response', (response) => {
    if (response.status() < 500 || !response.url().startsWith(deployment.appUrl)) return;
    // A page that never comes fails by a timeout; this log line says why it did not come.
    console.error(deployment.logLines.findLast((line) => line.includes('"level":"error"')));
  });
  let tab: Page | undefined;
  const sameTab = async () => {
    // Before the page is left, so that it cannot store what was typed in it.
    await context.clearCookies();
    tab ??= await newTab();
    await Promise.all(context.pages().flatMap((one) => (one === tab ? [] : [one.close()])));
    await tab.setViewportSize(VIEWPORT);
    await tab.emulateMedia({ media: null, colorScheme: null, reducedMotion: null });
    return tab;
  };
  const openChart: Visitor['openChart'] = async (page, chartName, at = deployment) => {
    await page.goto(at.ehr.chartUrl);
    await page.getByRole('link', { name: chartName }).click();
    await page.getByRole('heading', { name: `Chart of ${chartName}` }).waitFor();
    return page.frameLocator('iframe');
  };
  const windowOpenedBy: Visitor['windowOpenedBy'] = async (click) => {
    const [opened] = await Promise.all([context.waitForEvent('page'), click()]);
    return opened;
  };
  return {
    newTab,
    sameTab,
    openChart,
    openInWindow: async (page, chartName) => {
      await openChart(page, chartName);
      return windowOpenedBy(() => page.getByRole('link', { name: 'Open in a new window' }).click());
    },
    windowOpenedBy,
    complaints,
    close: async () => {
      await forgetStored(context, deployment.appUrl);
      await close();
    },
  };
}

/** Empties the page's local storage, because the worker's next visitor comes to the same address. */
async function forgetStored(context: BrowserContext, origin: string): Promise<void> {
  const session = await context.newCDPSession(context.pages()[0] ?? (await context.newPage()));
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'local_storage' });
  await session.detach();
}

function isAsset(url: string): boolean {
  return /\/assets\/|\/theme\.css$/.test(url);
}
