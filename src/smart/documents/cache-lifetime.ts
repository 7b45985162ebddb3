/** How long a document of the EHR, or its key set, is kept before it is fetched again. */

/** The lifetime without a max-age, and the longest accepted one. */
const DEFAULT_MS = 300_000;
const CAP_MS = 3_600_000;

/** @param cacheControl untrusted; undefined when absent. @returns milliseconds; 0 for no-store and no-cache. */
export function cacheLifetimeMs(cacheControl: string | undefined): number {
  if (/\b(no-store|no-cache)\b/i.test(cacheControl ?? '')) return 0;
  const maxAge = /\bmax-age="?(\d{1,10})\b/i.exec(cacheControl ?? '')?.[1];
  return Math.min(maxAge === undefined ? DEFAULT_MS : Number(maxAge) * 1_000, CAP_MS);
}
