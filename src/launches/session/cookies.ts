/** The cookies of launches: a probe, one per transaction, one per launch, and notes of ended launches. */
import { hash } from 'node:crypto';
import type { Request, Response } from 'express';
import { randomSecret } from '#src/adapters/random.ts';
import type { Cookies } from '#src/http/cookies.ts';
import { KNOWN_LIFETIME_MS, type NoteCookie } from '#src/http/limits/known-browsers.ts';
import { oncePerRequest } from '#src/http/request-context.ts';
import type { EndReason } from './end-reasons.ts';
import { createEndedNotes } from './ended-launches.ts';
import type { LaunchOrigin } from './fit-page.ts';
import type { LaunchKind } from './launch.ts';
import { ABSOLUTE_LIMIT_MS, TRANSACTION_LIFETIME_MS } from './launch-life.ts';

/** A cookie's content. The secret authenticates; the origin only decides policy and text of an error page. */
export interface CookieValue extends LaunchOrigin {
  issuedAt: number;
  secret: string;
}

export interface LaunchCookie extends CookieValue {
  id: string;
}

/** One browser may hold cookies of both kinds, with different attributes; neither may replace or clear the other. */
const NAMES = {
  ehr: { probe: 'probe', tx: 'tx-', launch: 'launch-' },
  standalone: { probe: 'standalone-probe', tx: 'standalone-tx-', launch: 'standalone-launch-' },
} as const satisfies Record<LaunchKind, unknown>;
const KINDS = ['ehr', 'standalone'] as const;
/** More open charts than a user needs; beyond it, the oldest launch ends. */
const MOST_LAUNCHES_PER_BROWSER = 20;
const MOST_TRANSACTIONS_PER_BROWSER = 10;

export type LaunchCookies = ReturnType<typeof createLaunchCookies>;

/** A fresh cookie with a secret of 256 bits. */
export function createCookieValue({ kind, organizationId }: LaunchOrigin, now: Date): CookieValue {
  return { issuedAt: now.getTime(), secret: randomSecret(), kind, organizationId };
}

/** The browser's oldest launches, which must end before another begins. */
export function launchesToEnd(open: readonly LaunchCookie[]): LaunchCookie[] {
  return open.slice(0, Math.max(0, open.length - MOST_LAUNCHES_PER_BROWSER + 1));
}

/** @param cookies where each kind of launch is shown: in the EHR's frame, or in a window. */
export function createLaunchCookies(cookies: Record<LaunchKind, Cookies>) {
  const endedNotes = createEndedNotes(cookies);
  const named = (request: Request, what: 'tx' | 'launch', kind: LaunchKind) => {
    const prefix = NAMES[kind][what];
    const found: LaunchCookie[] = [];
    for (const [name, value] of cookies[kind].read(request)) {
      const parsed = name.startsWith(prefix) ? parse(value, kind) : undefined;
      if (parsed) found.push({ id: name.slice(prefix.length), ...parsed });
    }
    return found;
  };
  const ofBothKinds = (what: 'tx' | 'launch') =>
    oncePerRequest((request): readonly LaunchCookie[] =>
      KINDS.flatMap((kind) => named(request, what, kind)).toSorted((a, b) => a.issuedAt - b.issuedAt),
    );
  /** Oldest first. */
  const [transactions, launches] = [ofBothKinds('tx'), ofBothKinds('launch')];
  /** The value is the organization and, after the first `~`, the note. */
  const probeOf = (request: Request, kind: LaunchKind) => {
    const [, organizationId, note] =
      /^([^~]*)(?:~(.*))?$/.exec(cookies[kind].read(request).get(NAMES[kind].probe) ?? '') ?? [];
    return organizationId === undefined ? undefined : { organizationId, note };
  };
  const setProbe = (response: Response, { kind, organizationId }: LaunchOrigin, note: string | undefined) => {
    const value = note === undefined ? organizationId : `${organizationId}~${note}`;
    cookies[kind].set(response, NAMES[kind].probe, value, KNOWN_LIFETIME_MS);
  };
  const transactionName = (state: string, kind: LaunchKind) => `${NAMES[kind].tx}${shortHash(state)}`;
  return {
    arrived: (request: Request, kind: LaunchKind): boolean => {
      const { probe, tx, launch } = NAMES[kind];
      const isOurs = (name: string) => name === probe || name.startsWith(tx) || name.startsWith(launch);
      return [...cookies[kind].read(request).keys()].some(isOurs);
    },
    setProbe: (request: Request, response: Response, origin: LaunchOrigin): void =>
      setProbe(response, origin, probeOf(request, origin.kind)?.note),
    /** The note of a known browser. It is in the probe cookie, because browsers keep few cookies for a framed site. */
    knownNote: (kind: LaunchKind): NoteCookie => ({
      read: (request) => probeOf(request, kind)?.note,
      write: (request, response, note) => {
        const organizationId = probeOf(request, kind)?.organizationId ?? '';
        setProbe(response, { kind, organizationId }, note);
      },
    }),
    /** Of the launch that began last, the EHR's before a standalone one. It proves nothing: for error pages (ER-01). */
    lastOrigin: (request: Request): LaunchOrigin | undefined => {
      const began = KINDS.map((kind) => ({ kind, organizationId: probeOf(request, kind)?.organizationId ?? '' }));
      return began.find(({ organizationId }) => organizationId !== '');
    },
    ofTransaction: (request: Request, state: string): CookieValue | undefined =>
      transactions(request).find(({ id }) => id === shortHash(state)),
    isUnderWay: (request: Request): boolean => transactions(request).length > 0,
    setTransaction: (request: Request, response: Response, state: string, cookie: CookieValue): void => {
      const { kind } = cookie;
      const underWay = transactions(request).filter((one) => one.kind === kind);
      const stale = underWay.slice(0, Math.max(0, underWay.length - MOST_TRANSACTIONS_PER_BROWSER + 1));
      for (const { id } of stale) cookies[kind].clear(response, `${NAMES[kind].tx}${id}`);
      cookies[kind].set(response, transactionName(state, kind), format(cookie), TRANSACTION_LIFETIME_MS);
    },
    clearTransaction: (response: Response, state: string, kind: LaunchKind): void =>
      cookies[kind].clear(response, transactionName(state, kind)),
    ofLaunch: (request: Request, launchId: string) => launches(request).find(({ id }) => id === launchId),
    launches,
    setLaunch: (response: Response, cookie: LaunchCookie): void =>
      cookies[cookie.kind].set(response, `${NAMES[cookie.kind].launch}${cookie.id}`, format(cookie), ABSOLUTE_LIMIT_MS),
    /** Deletes the cookies of launches and notes why they ended, if known. */
    retireLaunches: (
      request: Request,
      response: Response,
      ids: readonly string[],
      reason: EndReason | undefined,
    ): void => {
      const held = launches(request).filter(({ id }) => ids.includes(id));
      for (const { id, kind } of held) cookies[kind].clear(response, `${NAMES[kind].launch}${id}`);
      if (reason !== undefined) endedNotes.leave(request, response, held, reason);
    },
    endedLaunch: endedNotes.read,
  };
}

function shortHash(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 16);
}

function format({ issuedAt, secret, organizationId }: CookieValue): string {
  return [issuedAt.toString(36), secret, organizationId].join('~');
}

function parse(value: string, kind: LaunchKind): CookieValue | undefined {
  const [time, secret, organizationId] = value.split('~');
  const issuedAt = Number.parseInt(time ?? '', 36);
  if (!Number.isSafeInteger(issuedAt) || !secret || !organizationId) return undefined;
  return { issuedAt, secret, kind, organizationId };
}
