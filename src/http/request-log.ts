/** One log line per request, found by its support code; no query string, no header, no body (ST-07, ER-04). */
import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Log } from '#src/adapters/log.ts';
import type { Metrics } from '#src/adapters/metrics.ts';

/** What the parts of one request tell its log line. */
export interface RequestFacts {
  supportCode: string;
  organizationId?: string;
  /** Keyed hash, so that lines of one launch can be put together. Not `launch`: that name is removed from the log. */
  launchHash?: string;
  errorCode?: string;
  /** The page was sent, but the EHR did not let it show everything. */
  pageProblem?: string;
  error?: unknown;
  [fact: string]: unknown;
}

const facts = new WeakMap<Request, RequestFacts>();

/** The facts of this request; add to them freely, but never a secret or clinical value. */
export function factsOf(request: Request): RequestFacts {
  const known = facts.get(request) ?? { supportCode: createSupportCode() };
  facts.set(request, known);
  return known;
}

/** Without 0/O and 1/I, because people read it out on the telephone. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

function createSupportCode(): string {
  const letters = [...randomBytes(8)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/**
 * Logs each request when it ends: warn for refusals, error for our own failures.
 *
 * Not pino-http: it binds the request, with its cookies and the query of launch and callback, to a logger first and
 * leaves it to serializers to take them out again.
 */
export function requestLog(log: Log, metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    // The link of a report is its key.
    // And where a query was encoded into the path, it is still a query.
    const path = request.path
      .replace(/^\/reports\/.*[\w-]{40}.*/, '/reports/[removed]')
      .replace(/(?:%3f|[=&;]).*/is, '…');
    response.once('close', () => {
      const durationMs = Math.round(performance.now() - startedAt);
      const { error, ...known } = factsOf(request);
      const line = { ...known, method: request.method, path, status: response.statusCode, durationMs };
      log[levelOf(response, known)]({ ...line, ...(error === undefined ? {} : { err: error }) }, 'request');
      if (known.errorCode) metrics.failures.inc({ code: known.errorCode });
    });
    next();
  };
}

function levelOf(response: Response, known: { errorCode?: string; pageProblem?: string }): 'info' | 'warn' | 'error' {
  const { statusCode } = response;
  // A page that was under way when something failed had its 200 long before.
  if (statusCode >= 500 || (statusCode < 400 && known.errorCode !== undefined)) return 'error';
  return statusCode >= 400 || known.pageProblem !== undefined ? 'warn' : 'info';
}
