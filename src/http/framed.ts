/** Whether a browser asks for a page to show it inside another page. */
import type { Request } from 'express';
import { headerOf } from './request-values.ts';

const FRAMES = new Set(['iframe', 'frame', 'embed', 'object', 'fencedframe']);

/** @returns undefined when the browser does not say (Fetch Metadata, `Sec-Fetch-Dest`). */
export function isFramed(request: Request): boolean | undefined {
  const destination = headerOf(request, 'sec-fetch-dest');
  return destination === undefined ? undefined : FRAMES.has(destination);
}

/**
 * The origin of the page that shows this one in its frame, as the browser says (`Referer`); undefined where it does not
 * say, or there is no frame. Anyone can send another one: fit to be shown, never to be trusted.
 */
export function framingOrigin(request: Request): string | undefined {
  const page = isFramed(request) === true ? URL.parse(headerOf(request, 'referer') ?? '') : null;
  return page && /^https?:$/.test(page.protocol) ? page.origin.slice(0, 200) : undefined;
}
