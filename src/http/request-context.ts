/** Facts about a request, set by middleware and guards and read by the code that answers it. */
import type { Request } from 'express';
import { cached } from '#src/adapters/cache.ts';
import { lettersInGroups } from '#src/adapters/random.ts';
import type { HelpDesk } from '#views/support-line.ts';

/** Facts for the request's log line: our own codes, counts and ids, never a secret or a clinical value (ST-07). */
export interface RequestFacts {
  organizationId?: string;
  /** Keyed hash that connects the lines of one launch. Not `launch`: that name is removed from the log. */
  launchHash?: string;
  errorCode?: string;
  /** The page was sent, but the EHR did not let it show everything. */
  pageProblem?: string;
  error?: unknown;
  [fact: string]: unknown;
}

/** Each guard adds a property for what it proved (`declare module`): the administrator, the launch. */
export interface RequestContext {
  /** The code that finds a failure on the error page, in the log, the audit trail and the trace. */
  readonly supportCode: string;
  /** The visitor's address, from a proxy only if TRUST_PROXY allows it. */
  readonly address: string | undefined;
  readonly facts: RequestFacts;
  /** Where a standalone launch starts again; linked from this request's error page. */
  startAgain?: string;
  helpDesk?: HelpDesk | undefined;
  /** Our stylesheet with the colours of the visitor's chart. */
  themeUrl?: string | undefined;
}

const contexts = new WeakMap<Request, RequestContext>();

/** The context of this request, made at the first call. */
export function contextOf(request: Request): RequestContext {
  return cached(contexts, request, () => ({ supportCode: lettersInGroups(2, 4), address: request.ip, facts: {} }));
}
