/** Whether a browser asks for a page to show it inside another page. */
import type { Request } from 'express';
import { headerOf } from './request-values.ts';

const FRAMES = new Set(['iframe', 'frame', 'embed', 'object', 'fencedframe']);

/** @returns undefined when the browser does not say (Fetch Metadata, `Sec-Fetch-Dest`). */
export function isFramed(request: Request): boolean | undefined {
  const destination = headerOf(request, 'sec-fetch-dest');
  return destination === undefined ? undefined : FRAMES.has(destination);
}
