/** `/sign-in/sso` and its callback: to the administrators' identity provider and back. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { SealError, type Sealer } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import { createCookies } from '#src/http/cookies.ts';
import type { KnownBrowsers } from '#src/http/limits/known-browsers.ts';
import { contextOf } from '#src/http/request-context.ts';
import { queryOf } from '#src/http/request-values.ts';
import { readReturnPath } from '#src/http/return-path.ts';
import { endSession } from '#src/http/sessions/begin-session.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { eventOf, openSession } from './sign-in.ts';
import { type SsoDependencies, userOfPerson } from './sso-user.ts';

export interface SsoRouteDependencies extends SsoDependencies {
  publicUrl: URL;
  provider: IdentityProvider;
  sealer: Sealer;
  knownBrowsers: KnownBrowsers;
}

const COOKIE = 'sso';
const SEAL_NAME = 'sso-transaction';
const LIFETIME_MS = 10 * 60_000;

const transactionSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  next: z.string(),
  expiresAt: z.number(),
});

/** `GET /sign-in/sso?next=…`. The sealed cookie of this browser refuses the response to another browser's sign-in. */
export function ssoStartRoute({ publicUrl, provider, sealer, clock }: SsoRouteDependencies): RequestHandler {
  const cookies = createCookies(publicUrl, 'first-party');
  return async (request, response) => {
    const next = readReturnPath(queryOf(request).get('next'), publicUrl);
    const { url, transaction } = await provider.begin();
    const expiresAt = clock().getTime() + LIFETIME_MS;
    const sealed = await sealer.seal(SEAL_NAME, { ...transaction, next, expiresAt });
    cookies.set(response, COOKIE, sealed, LIFETIME_MS);
    response.redirect(303, url.href);
  };
}

/** Takes the transaction once. A refusal ends this browser's session, and without groups all of the user's. */
export function ssoCallbackRoute(deps: SsoRouteDependencies): RequestHandler {
  const { publicUrl, provider, sealer, clock, audit, users, knownBrowsers } = deps;
  const cookies = createCookies(publicUrl, 'first-party');
  return async (request, response) => {
    const sealed = cookies.read(request).get(COOKIE);
    cookies.clear(response, COOKIE);
    const transaction = await openTransaction(sealer, sealed, clock());
    const answer = new URL(`/sign-in/sso/callback?${queryOf(request)}`, publicUrl);
    const person = await provider.complete(answer, transaction);
    if (!person) return response.redirect(303, '/sign-in');
    const { address, supportCode } = contextOf(request);
    const outcome = await userOfPerson(deps, person, { actor: 'system', address, supportCode });
    if (!outcome.ok) {
      const detail = { reason: outcome.reason, via: 'sso', account: sealer.fingerprint(person.subject).slice(0, 12) };
      audit.record({ event: 'denial', ...eventOf(request, outcome.user), detail });
      if (outcome.reason === 'no group' && outcome.user?.ssoSubject === person.subject)
        await users.endSessions(outcome.user.id);
      await endSession(request, response, publicUrl);
      throw new AppError('admin.sso-refused', `single sign-on: ${outcome.reason}`);
    }
    await openSession(deps, request, outcome.user, 'sso');
    knownBrowsers.remember(request, response, outcome.user.email);
    response.redirect(303, readReturnPath(transaction.next, publicUrl));
  };
}

async function openTransaction(sealer: Sealer, sealed: string | undefined, now: Date) {
  try {
    if (sealed === undefined) throw new SealError('no transaction in this browser');
    const transaction = transactionSchema.parse(await sealer.open(SEAL_NAME, sealed));
    if (transaction.expiresAt <= now.getTime()) throw new SealError('the transaction has expired');
    return transaction;
  } catch (error) {
    throw new AppError('admin.sso-failed', 'not begun in this browser, or too long ago', { cause: error });
  }
}
