/** Our kinds of cookie: a probe, one per launch under way, one per completed launch, and a note of why one ended. */
import { createHash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Cookies } from '#src/http/cookies.ts';
import { ABSOLUTE_LIMIT_MS, MOST_LAUNCHES_PER_BROWSER } from './launch.ts';
import { type ToldReason, toldReasons } from './launch-end.ts';
import { TRANSACTION_LIFETIME_MS } from './transaction.ts';

/**
 * What a cookie says. The secret authenticates; the organization is only for the frame policy of an error page, when the
 * record that would know it is gone.
 */
export interface CookieValue {
  issuedAt: number;
  secret: string;
  organizationId: string;
}

/** A launch cookie with the launch it is for. */
export interface LaunchCookie extends CookieValue {
  id: string;
}

const PROBE = 'probe';
const PROBE_LIFETIME_MS = 24 * 60 * 60_000;
const MOST_TRANSACTIONS_PER_BROWSER = 10;
/** A browser keeps few cookies for a framed site, and the open launches need them. */
const MOST_ENDED_PER_BROWSER = 5;
const ENDED_LIFETIME_MS = 60 * 60_000;

/** Reads and writes them on one deployment. */
export interface LaunchCookies {
  /** Did the browser bring any cookie of ours? */
  arrived(request: Request): boolean;
  setProbe(response: Response, organizationId: string): void;
  /**
   * The organization this browser last launched for. Proves nothing: it only chooses where an error page may be framed,
   * when the cookie that would know better is gone (ER-01).
   */
  lastOrganization(request: Request): string | undefined;
  ofTransaction(request: Request, state: string): CookieValue | undefined;
  setTransaction(request: Request, response: Response, state: string, cookie: CookieValue): void;
  clearTransaction(response: Response, state: string): void;
  ofLaunch(request: Request, launchId: string): LaunchCookie | undefined;
  /** Every launch cookie of this browser, oldest first. */
  launches(request: Request): LaunchCookie[];
  setLaunch(response: Response, cookie: LaunchCookie): void;
  /**
   * Takes launches' cookies away and, where it is known, notes why they ended: another tab of the same launch would
   * otherwise have nothing to say. Proves nothing and chooses nothing but words and who may frame them.
   */
  retireLaunches(request: Request, response: Response, ids: readonly string[], reason: ToldReason | undefined): void;
  endedLaunch(request: Request, launchId: string): { reason: ToldReason; organizationId: string } | undefined;
}

/** A fresh cookie with a secret of 256 bits. */
export function createCookieValue(organizationId: string, now: Date): CookieValue {
  return { issuedAt: now.getTime(), secret: randomBytes(32).toString('base64url'), organizationId };
}

/** How many of a browser's launches must end before another begins, oldest first. */
export function launchesToEnd(open: readonly LaunchCookie[]): LaunchCookie[] {
  return open.slice(0, Math.max(0, open.length - MOST_LAUNCHES_PER_BROWSER + 1));
}

/** See {@link LaunchCookies}. */
export function createLaunchCookies(cookies: Cookies): LaunchCookies {
  const named = (request: Request, prefix: string) =>
    [...cookies.read(request)]
      .filter(([name]) => name.startsWith(prefix))
      .flatMap(([name, value]) => {
        const parsed = parse(value);
        return parsed ? [{ id: name.slice(prefix.length), ...parsed }] : [];
      })
      .toSorted((a, b) => a.issuedAt - b.issuedAt);
  const transactionId = (state: string) => createHash('sha256').update(state).digest('base64url').slice(0, 16);
  return {
    arrived: (request) => [...cookies.read(request).keys()].some((name) => /^(probe$|tx-|launch-)/.test(name)),
    setProbe: (response, organizationId) => cookies.set(response, PROBE, organizationId, PROBE_LIFETIME_MS),
    lastOrganization: (request) => cookies.read(request).get(PROBE),
    ofTransaction: (request, state) => parse(cookies.read(request).get(`tx-${transactionId(state)}`)),
    setTransaction: (request, response, state, cookie) => {
      const underWay = named(request, 'tx-');
      const stale = underWay.slice(0, Math.max(0, underWay.length - MOST_TRANSACTIONS_PER_BROWSER + 1));
      for (const { id } of stale) cookies.clear(response, `tx-${id}`);
      cookies.set(response, `tx-${transactionId(state)}`, format(cookie), TRANSACTION_LIFETIME_MS);
    },
    clearTransaction: (response, state) => cookies.clear(response, `tx-${transactionId(state)}`),
    ofLaunch: (request, launchId) => named(request, 'launch-').find(({ id }) => id === launchId),
    launches: (request) => named(request, 'launch-'),
    setLaunch: (response, cookie) => cookies.set(response, `launch-${cookie.id}`, format(cookie), ABSOLUTE_LIMIT_MS),
    retireLaunches: (request, response, ids, reason) => {
      const held = named(request, 'launch-').filter(({ id }) => ids.includes(id));
      for (const id of ids) cookies.clear(response, `launch-${id}`);
      if (reason === undefined) return;
      const notes = held.slice(-MOST_ENDED_PER_BROWSER);
      const older = [...cookies.read(request).keys()].filter((name) => name.startsWith('ended-'));
      const room = MOST_ENDED_PER_BROWSER - notes.length;
      for (const name of older.slice(0, Math.max(0, older.length - room))) cookies.clear(response, name);
      for (const { id, organizationId } of notes)
        cookies.set(response, `ended-${id}`, `${reason}:${organizationId}`, ENDED_LIFETIME_MS);
    },
    endedLaunch: (request, launchId) => {
      const [told, organizationId] = (cookies.read(request).get(`ended-${launchId}`) ?? '').split(':');
      const reason = toldReasons.find((one) => one === told);
      return reason && organizationId ? { reason, organizationId } : undefined;
    },
  };
}

function format({ issuedAt, secret, organizationId }: CookieValue): string {
  return [issuedAt.toString(36), secret, organizationId].join('~');
}

function parse(value: string | undefined): CookieValue | undefined {
  const [time, secret, organizationId] = (value ?? '').split('~');
  const issuedAt = Number.parseInt(time ?? '', 36);
  if (!Number.isSafeInteger(issuedAt) || !secret || !organizationId) return undefined;
  return { issuedAt, secret, organizationId };
}
