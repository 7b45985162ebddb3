/** A vendor's limit on requests, as eClinicalWorks has it: per minute, sign-in included, and no word on when to return. */
import type { RequestHandler } from 'express';

const MINUTE_MS = 60_000;

/** Counts what an app costs an EHR: FHIR, token and authorization requests; documents and the chart are free. */
export function requestBudget(requestsPerMinute: number, now: () => Date): RequestHandler {
  let minute = 0;
  let count = 0;
  return (request, response, next) => {
    if (!/^\/(?:fhir\/r4|auth\/(?:token|authorize))(?:\/|$)/.test(request.path)) return next();
    if (request.path.includes('/.well-known/')) return next();
    const current = Math.floor(now().getTime() / MINUTE_MS);
    if (current !== minute) {
      minute = current;
      count = 0;
    }
    count += 1;
    if (count <= requestsPerMinute) return next();
    response.status(429).json({ error: 'too many requests' });
  };
}
