/** Where a launch outside the EHR starts again, for the pages that say why it failed. */
import type { Request } from 'express';

const offers = new WeakMap<Request, string>();

/** The error page of this request links there. */
export function offerStartAgain(request: Request, path: string): void {
  offers.set(request, path);
}

/** Where to start again, when that is known. */
export function startAgainOf(request: Request): string | undefined {
  return offers.get(request);
}
