/** Facts about a request, set by middleware and guards and read by the code that answers it. */
import type { Request } from 'express';
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

/** A value made at its first use in a request. It is kept in the request: a WeakMap would cost twenty times as much. */
export function oncePerRequest<Value>(make: (request: Request) => Value): (request: Request) => Value {
  const key = Symbol();
  return (request) => ((request as Request & { [key]?: Value })[key] ??= make(request));
}

export const contextOf = oncePerRequest<RequestContext>((request) => ({
  supportCode: lettersInGroups(2, 4),
  address: request.ip,
  facts: {},
}));
