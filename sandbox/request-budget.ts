/** A vendor's request limit, like that of eClinicalWorks: per minute, sign-in included, without Retry-After. */
import type { RequestHandler } from 'express';

const MINUTE_MS = 60_000;

/** Counts FHIR, token and authorization requests; documents and the chart are not counted. */
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
