/**
 * Runs a real Chromium, set up like a hospital's workstation. Starting one takes seconds, so a worker keeps what it has
 * started. In the headless shell, which has no cookie policies, each visitor gets a context. Another Chromium has one
 * profile per kind of workstation, and its windows, cookies and permissions are cleared between visitors.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { atExit } from './at-exit.ts';
import { findChromium, findHeadlessShell } from './preparation/chromium.ts';
import { siteCertificate } from './servers/site-certificate.ts';

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
  /** The browser is not shared: for changes that cannot be undone, such as init scripts. */
  isOwn?: boolean;
  /** As on a workstation: pages that were left are kept in memory for Back. Playwright switches that off. */
  keepsLeftPages?: boolean;
}

/** An open browser; `close` returns it to the worker. */
export interface Chromium {
  context: BrowserContext;
  close(): Promise<void>;
}

const ALLOW = 1;
const BLOCK = 2;

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Pages live for a second, and axe for five runs: compiling them for speed costs more than it saves.
  '--js-flags=--no-opt --no-maglev',
];

let shell: Promise<Browser> | undefined;
const idle = new Map<string, BrowserContext[]>();

/** @throws Error when there is no Chromium. */
export async function openChromium(options: ChromiumOptions): Promise<Chromium> {
  const isShared = options.cookies === 'all allowed' && !options.keepsLeftPages;
  const executablePath = isShared ? findHeadlessShell() : undefined;
  if (executablePath) {
    shell ??= chromium.launch({ executablePath, ...launchOptions() });
    const context = await (await shell).newContext(contextOptions(options));
    return { context: withDeadline(context), close: () => context.close() };
  }
  if (options.isOwn || options.keepsLeftPages) {
    const own = await start(options);
    return { context: own, close: () => own.close() };
  }
  const kind = JSON.stringify([options.cookies, options.javaScript ?? true]);
  const context = idle.get(kind)?.pop() ?? (await start(options));
  const close = async () => {
    await clear(context);
    idle.set(kind, [...(idle.get(kind) ?? []), context]);
  };
  return { context, close };
}

const launchOptions = () => ({
  // Only the certificate of the worker's own servers is accepted without a known authority.
  args: [...ARGUMENTS, `--ignore-certificate-errors-spki-list=${siteCertificate().spki}`],
  handleSIGTERM: false,
});

const contextOptions = ({ javaScript }: ChromiumOptions) => ({
  javaScriptEnabled: javaScript ?? true,
  viewport: { width: 1280, height: 800 },
});

/** Shorter than a test's timeout, so that a failure names what was waited for. */
function withDeadline(context: BrowserContext): BrowserContext {
  context.setDefaultTimeout(30_000);
  return context;
}

const LISTENED_TO = ['weberror', 'console', 'request', 'response', 'dialog', 'page'] as const;

async function clear(context: BrowserContext): Promise<void> {
  for (const event of LISTENED_TO) await context.removeAllListeners(event, { behavior: 'ignoreErrors' });
  const pages = context.pages();
  // The browser would exit without a window.
  await context.newPage();
  await Promise.all(pages.map((page) => page.close()));
  await context.clearCookies();
  await context.clearPermissions();
}

async function start(options: ChromiumOptions): Promise<BrowserContext> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('There is no Chromium: install one, or name it in CHROMIUM_PATH.');
  const profile = mkdtempSync(join(tmpdir(), 'vectorcare-chromium-'));
  atExit(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
  mkdirSync(join(profile, 'Default'));
  writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify({ profile: preferences(options.cookies) }));
  const ignoreDefaultArgs = options.keepsLeftPages ? ['--disable-back-forward-cache'] : [];
  const all = { executablePath, ignoreDefaultArgs, ...launchOptions(), ...contextOptions(options) };
  return withDeadline(await chromium.launchPersistentContext(profile, all));
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
