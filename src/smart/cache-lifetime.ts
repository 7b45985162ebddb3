/** How long a fetched document may be kept: the server's Cache-Control, within our bounds (DI-13, ID-22; RFC 9111). */

/**
 * @param cacheControl the response header, untrusted; undefined when absent.
 * @param bounds what to assume without a max-age, and the most we accept, in milliseconds.
 * @returns milliseconds; 0 for no-store and no-cache.
 */
export function cacheLifetimeMs(
  cacheControl: string | undefined,
  bounds: { defaultMs: number; capMs: number },
): number {
  if (/\b(no-store|no-cache)\b/i.test(cacheControl ?? '')) return 0;
  const maxAge = /\bmax-age="?(\d{1,10})\b/i.exec(cacheControl ?? '')?.[1];
  const lifetimeMs = maxAge === undefined ? bounds.defaultMs : Number(maxAge) * 1_000;
  return Math.min(lifetimeMs, bounds.capMs);
}
