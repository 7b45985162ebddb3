/** Revokes an ended launch's tokens at the EHR, in the background and within bounds (RV-02..04). */
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '#src/adapters/clock.ts';
import type { EhrClient, EhrOwner, Outbound } from '#src/adapters/ehr-http/client.ts';
import type { Log } from '#src/adapters/log.ts';
import type { KeyRing } from '#src/keys/key-ring.ts';
import { audienceAt, type Launch } from '#src/launches/session/launch.ts';
import { type Revocation, revokeToken } from '#src/smart/revocation.ts';

interface RevocableGrant {
  authorizationServer: Omit<Launch['authorizationServer'], 'jwksUri'>;
  tokens: Pick<Launch['tokens'], 'accessToken' | 'refreshToken'>;
}

export type Revoker = ReturnType<typeof createRevoker>;

/** The longest pause before a retry; tokens wait in memory meanwhile. */
const LONGEST_PAUSE_SECONDS = 60;
const MOST_TRIES = 3;
/** Limits the memory for tokens if an authorization server does not answer; a whole hospital may end at once. */
const MOST_UNDER_WAY = 20_000;

/** One per process. */
export function createRevoker(dependencies: { outbound: Outbound; keyRing: KeyRing; clock: Clock; log: Log }) {
  const { outbound, keyRing, clock, log } = dependencies;
  const underWay = new Set<Promise<unknown>>();
  const stopping = new AbortController();

  const revokeOne = async (client: EhrClient, make: () => Revocation): Promise<void> => {
    for (let attempt = 1; attempt <= MOST_TRIES; attempt += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      const answer = await revokeToken(make(), client);
      if (answer.kind === 'revoked') return;
      if (answer.kind === 'refused') {
        log.warn({ reason: answer.reason }, 'revocation.refused');
        return;
      }
      const pauseMs = Math.min(answer.afterSeconds, LONGEST_PAUSE_SECONDS) * 1_000;
      // oxlint-disable-next-line no-await-in-loop
      await setTimeout(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
    }
    log.warn('revocation.given-up');
  };

  return {
    /** Returns at once. Revokes the refresh token, then the access token; no-op if the EHR has no endpoint (RV-04). */
    revoke: ({ authorizationServer, tokens }: RevocableGrant, organization: EhrOwner): void => {
      const { revocationEndpoint, clientId, assertionAlg, assertionType } = authorizationServer;
      if (revocationEndpoint === undefined) return;
      if (underWay.size >= MOST_UNDER_WAY) return log.warn('revocation.given-up');
      const client = outbound.forOrganization(organization);
      const audience = audienceAt(revocationEndpoint, authorizationServer);
      const make = (token: string, hint: Revocation['hint']) => () => {
        const key = keyRing.signingKey(assertionAlg);
        return { revocationEndpoint, clientId, key, assertionType, audience, token, hint, now: clock() };
      };
      const { accessToken, refreshToken } = tokens;
      const work = (async () => {
        if (refreshToken !== undefined) await revokeOne(client, make(refreshToken, 'refresh_token'));
        await revokeOne(client, make(accessToken, 'access_token'));
      })()
        .catch((error: unknown) => log.error({ err: error }, 'revocation.failed'))
        .finally(() => underWay.delete(work));
      underWay.add(work);
    },
    /** Resolves when all pending revocations are done or given up, for shutdown and tests. */
    flush: async (): Promise<void> => {
      stopping.abort();
      await Promise.all(underWay);
    },
  };
}
