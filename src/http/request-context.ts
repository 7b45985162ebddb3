/** What is known of one request beside what it says itself: set by middleware and guards, read wherever it is answered. */
import type { Request } from 'express';
import { readableLetters } from '#src/adapters/readable-letters.ts';
import type { HelpDesk } from '#views/support-line.ts';

/** Facts for the request's log line: codes, counts and ids of ours, never a secret or a clinical value (ST-07). */
export interface RequestFacts {
  organizationId?: string;
  /** Keyed hash, so that lines of one launch can be put together. Not `launch`: that name is removed from the log. */
  launchHash?: string;
  errorCode?: string;
  /** The page was sent, but the EHR did not let it show everything. */
  pageProblem?: string;
  error?: unknown;
  [fact: string]: unknown;
}

/** A guard adds its own slot where it proves what it holds (`declare module`): the administrator, the launch. */
export interface RequestContext {
  /** On the error page, in the log, the audit trail and the trace: one code finds them all. */
  readonly supportCode: string;
  /** The visitor's, as far as TRUST_PROXY lets a proxy say it. */
  readonly address: string | undefined;
  readonly facts: RequestFacts;
  /** Where a launch outside the EHR starts again: the error page of this request links there. */
  startAgain?: string;
  /** Of the organization that the request is about: the error page names it. */
  helpDesk?: HelpDesk | undefined;
  /** A stylesheet of ours with the colours of the chart that the visitor sees. */
  themeUrl?: string | undefined;
}

const contexts = new WeakMap<Request, RequestContext>();

/** The context of this request, made at the first call. */
export function contextOf(request: Request): RequestContext {
  const known = contexts.get(request) ?? { supportCode: createSupportCode(), address: request.ip, facts: {} };
  contexts.set(request, known);
  return known;
}

function createSupportCode(): string {
  const letters = readableLetters(8);
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
