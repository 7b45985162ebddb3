/** The browser of the end-to-end tests: where it usually is. */
import { findProgram, firstExecutable } from './commands.ts';

const USUAL_PATHS = ['/usr/bin/chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
const USUAL_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** `CHROMIUM_PATH`, else the usual places; undefined when there is none. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  if (named) return firstExecutable([named]);
  return firstExecutable(USUAL_PATHS) ?? USUAL_NAMES.map(findProgram).find((path) => path !== undefined);
}
