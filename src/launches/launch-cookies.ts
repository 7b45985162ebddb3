/** Our three kinds of cookie: a probe, one per launch under way, and one per completed launch. */
import { createHash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Cookies } from '#src/http/cookies.ts';
import { ABSOLUTE_LIMIT_MS, MOST_LAUNCHES_PER_BROWSER } from './launch.ts';
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
  clearLaunch(response: Response, launchId: string): void;
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
    clearLaunch: (response, launchId) => cookies.clear(response, `launch-${launchId}`),
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
