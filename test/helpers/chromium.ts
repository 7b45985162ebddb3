/**
 * Runs a real Chromium, set up like a hospital's workstation. Starting one takes seconds, so a worker keeps a headless
 * one, in which each visitor gets a context. Where a setting exists only with a user interface, a visitor gets a Chromium
 * of its own, which ends with the visit: it costs CPU time even while it does nothing.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium, findHeadlessShell } from './preparation/chromium.ts';
import { siteCertificate } from './servers/site-certificate.ts';
import { atExit } from './vitest/at-exit.ts';

/** The cookie policy of a workstation; Debian's Chromium blocks third-party cookies by default. */
export type CookiePolicy =
  | 'all allowed'
  | 'third-party blocked'
  /** Blocks all cookies of `app` in a frame of `ehr`, partitioned or not, like Safari or a locked-down policy. */
  | { blockedInFrame: { app: string; ehr: string } }
  | 'all blocked';

/** Options of this visitor's browser. */
export interface ChromiumOptions {
  cookies: CookiePolicy;
  javaScript?: boolean;
  /** As on a workstation: pages that were left are kept in memory for Back. Playwright switches that off. */
  keepsLeftPages?: boolean;
}

/** An open browser of one visitor. */
export interface Chromium {
  context: BrowserContext;
  /** A tab under the visitor's cookie policy. */
  newTab(): Promise<Page>;
  close(): Promise<void>;
}

/** Of every new tab. */
export const VIEWPORT = { width: 1280, height: 800 };

const ALLOW = 1;
const BLOCK = 2;

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  // Nothing is drawn by a GPU, and a process for it costs a fifth of the CPU time of a page.
  '--in-process-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Pages live for a second, and axe for five runs: compiling them for speed costs more than it saves.
  '--js-flags=--no-opt --no-maglev',
];

let shared: Promise<Browser> | undefined;

/** @throws Error when there is no Chromium. */
export async function openChromium(options: ChromiumOptions): Promise<Chromium> {
  const isUsual = options.cookies === 'all allowed' || options.cookies === 'third-party blocked';
  if (!isUsual || options.keepsLeftPages) {
    const own = withDeadline(await start(options));
    return { context: own, newTab: () => own.newPage(), close: () => own.close() };
  }
  shared ??= chromium.launch({ executablePath: findHeadlessShell() ?? anyChromium(), ...launchOptions() });
  const context = withDeadline(await (await shared).newContext(contextOptions(options)));
  const newTab = async () => {
    const page = await context.newPage();
    if (options.cookies === 'third-party blocked') await blockThirdPartyCookies(context, page);
    return page;
  };
  return { context, newTab, close: () => context.close() };
}

/** Blocks them in the frames of this tab, as the setting of a workstation does. Partitioned ones stay allowed. */
async function blockThirdPartyCookies(context: BrowserContext, page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCookieControls', { enableThirdPartyCookieRestriction: true });
}

const launchOptions = () => ({
  // Only the certificate of the worker's own servers is accepted without a known authority.
  args: [...ARGUMENTS, `--ignore-certificate-errors-spki-list=${siteCertificate().spki}`],
  handleSIGTERM: false,
});

const contextOptions = ({ javaScript }: ChromiumOptions) => ({
  javaScriptEnabled: javaScript ?? true,
  viewport: VIEWPORT,
});

/** Shorter than a test's timeout, so that a failure names what was waited for. */
function withDeadline(context: BrowserContext): BrowserContext {
  context.setDefaultTimeout(30_000);
  return context;
}

function anyChromium(): string {
  const found = findChromium();
  if (!found) throw new Error('There is no Chromium: install one, or name it in CHROMIUM_PATH.');
  return found;
}

async function start(options: ChromiumOptions): Promise<BrowserContext> {
  const profile = mkdtempSync(join(tmpdir(), 'vectorcare-chromium-'));
  atExit(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
  mkdirSync(join(profile, 'Default'));
  writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify({ profile: preferences(options.cookies) }));
  const ignoreDefaultArgs = options.keepsLeftPages ? ['--disable-back-forward-cache'] : [];
  const all = { executablePath: anyChromium(), ignoreDefaultArgs, ...launchOptions(), ...contextOptions(options) };
  return chromium.launchPersistentContext(profile, all);
}

function preferences(policy: CookiePolicy): Record<string, unknown> {
  const thirdParty = (isBlocked: boolean) => ({
    cookie_controls_mode: isBlocked ? 1 : 0,
    block_third_party_cookies: isBlocked,
  });
  if (policy === 'all allowed') return thirdParty(false);
  if (policy === 'third-party blocked') return thirdParty(true);
  if (policy === 'all blocked') return { ...thirdParty(true), default_content_setting_values: { cookies: BLOCK } };
  const { app, ehr } = policy.blockedInFrame;
  return {
    ...thirdParty(true),
    default_content_setting_values: { cookies: ALLOW },
    // The key is "whose cookies, inside which site". Third-party blocking alone does not affect partitioned cookies.
    content_settings: { exceptions: { cookies: { [`${app},${ehr}`]: { setting: BLOCK } } } },
  };
}
