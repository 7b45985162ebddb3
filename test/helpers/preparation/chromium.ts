/** Finds the browser of the end-to-end tests. */
import { findProgram, firstExecutable } from './commands.ts';

const USUAL_PATHS = ['/usr/bin/chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
/** Chromium without a user interface. A page costs it a third of the time, but it has no cookie policies. */
const SHELL_NAMES = ['chromium-headless-shell', 'chrome-headless-shell'];
const USUAL_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** `CHROMIUM_PATH`, else the usual places; undefined when there is none. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  if (named) return firstExecutable([named]);
  return firstExecutable(USUAL_PATHS) ?? USUAL_NAMES.map(findProgram).find((path) => path !== undefined);
}

/** Replaces {@link findChromium} where browser settings do not matter; undefined when there is none. */
export function findHeadlessShell(): string | undefined {
  return SHELL_NAMES.map(findProgram).find((path) => path !== undefined);
}
