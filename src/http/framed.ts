/** Detects whether a browser requests a page for a frame. */
import type { Request } from 'express';
import { headerOf } from './request-values.ts';

const FRAMES = new Set(['iframe', 'frame', 'embed', 'object', 'fencedframe']);

/** @returns undefined when the browser does not say (Fetch Metadata, `Sec-Fetch-Dest`). */
export function isFramed(request: Request): boolean | undefined {
  const destination = headerOf(request, 'sec-fetch-dest');
  return destination === undefined ? undefined : FRAMES.has(destination);
}

/** The origin of the framing page (`Referer`), if any. Anyone can forge it: for display, never for trust. */
export function framingOrigin(request: Request): string | undefined {
  const page = isFramed(request) === true ? URL.parse(headerOf(request, 'referer') ?? '') : null;
  return page && /^https?:$/.test(page.protocol) ? page.origin.slice(0, 200) : undefined;
}
