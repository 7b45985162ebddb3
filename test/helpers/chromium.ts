/** A real Chromium with a profile of its own, set up as some hospital's workstation would be. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { findChromium } from './preparation/chromium.ts';

/** What a workstation's policy does with cookies; Debian's Chromium blocks third-party ones unless told. */
export type CookiePolicy =
  | 'all allowed'
  | 'third-party blocked'
  /** Nothing is kept for `app` in a frame of `ehr`, partitioned or not, as Safari or a locked-down policy has it. */
  | { blockedInFrame: { app: string; ehr: string } }
  | 'all blocked';

/** How this visitor's browser differs. */
export interface ChromiumOptions {
  cookies: CookiePolicy;
  /** Public key (base64 SHA-256) that is accepted without a known authority. */
  spki: string;
  javaScript?: boolean;
}

/** An open browser window; `close` also throws its profile away. */
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
];

/** @throws Error when there is no Chromium. */
export async function openChromium(options: ChromiumOptions): Promise<Chromium> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('There is no Chromium: install one, or name it in CHROMIUM_PATH.');
  const profile = mkdtempSync(join(tmpdir(), 'vectorcare-chromium-'));
  mkdirSync(join(profile, 'Default'));
  writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify({ profile: preferences(options.cookies) }));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: [...ARGUMENTS, `--ignore-certificate-errors-spki-list=${options.spki}`],
    javaScriptEnabled: options.javaScript ?? true,
    viewport: { width: 1280, height: 800 },
  });
  // Shorter than a test's time, so that a failure names what was waited for.
  context.setDefaultTimeout(10_000);
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
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
    // "whose cookies, inside which site": third-party blocking alone leaves partitioned cookies alone.
    content_settings: { exceptions: { cookies: { [`${app},${ehr}`]: { setting: BLOCK } } } },
  };
}
