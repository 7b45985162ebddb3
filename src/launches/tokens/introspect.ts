/** Introspects a launch's token before a page is shown, for organizations that want it (RV-06, RV-07). */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Adapters } from '#src/adapters.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError } from '#src/errors.ts';
import type { KeyRing } from '#src/keys/key-ring.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import { audienceAt, type Launch } from '#src/launches/session/launch.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { patientIdOf } from '#src/smart/fhir/reference.ts';
import { type IntrospectionAnswer, introspectToken } from '#src/smart/introspection.ts';
import type { CurrentTokens } from './current-token.ts';

export type TokenConfirmations = ReturnType<typeof createTokenConfirmations>;

/** The answer in words, without anything of the token. */
export interface Introspected {
  answer: string;
  isUnusable?: true;
}

const PAUSE_MS = 60_000;

/** One per process. */
export function createTokenConfirmations(
  dependencies: Pick<Adapters, 'clock' | 'log' | 'outbound'> & {
    redis: Pick<KeyStore, 'setIfAbsent'>;
    launches: Pick<LaunchStore, 'reopen'>;
    endings: LaunchEndings;
    currentTokens: Pick<CurrentTokens, 'renew'>;
    keyRing: KeyRing;
  },
) {
  const { redis, launches, endings, currentTokens, keyRing, outbound, clock, log } = dependencies;

  const end = async (launch: Launch, organization: Organization, rule: Rule, detail: string): Promise<never> => {
    await endings.end([launch.id], 'token-inactive', organization, { actor: 'system' });
    throw new AppError('session.expired', detail, rule);
  };
  const renewOrEnd = async (launch: Launch, organization: Organization): Promise<Launch> => {
    const isRenewed = (await currentTokens.renew(launch.id, organization, launch.tokens.accessToken)) !== undefined;
    const latest = isRenewed ? await launches.reopen(launch.id) : undefined;
    return latest?.launch ?? end(launch, organization, 'refresh.inactive', 'the EHR says that the token is not active');
  };
  const ask = (launch: Launch, organization: Organization, introspectionEndpoint: string) => {
    const { clientId, assertionAlg, assertionType } = launch.authorizationServer;
    const key = keyRing.signingKey(assertionAlg);
    const { accessToken } = launch.tokens;
    const audience = audienceAt(introspectionEndpoint, launch.authorizationServer);
    const question = { introspectionEndpoint, clientId, key, assertionType, audience, accessToken, now: clock() };
    return introspectToken(question, outbound.forOrganization(organization));
  };

  return {
    /**
     * Confirms the token, or renews an inactive one: at most once a minute per launch, and only for a page. A failing
     * endpoint ends nothing. @returns beside the launch, what the EHR said when it was asked. @throws AppError
     * 'session.expired' and the launch has ended; 'refresh.unavailable' if it may be renewed later (RF-07).
     */
    confirm: async (
      launch: Launch,
      organization: Organization,
    ): Promise<{ launch: Launch; introspected?: Introspected }> => {
      const { introspectionEndpoint } = launch.authorizationServer;
      if (organization.introspection === 'off' || introspectionEndpoint === undefined) return { launch };
      // A full store keeps no mark of the minute. The EHR is asked more often then, and the open launch goes on.
      const isDue = await redis.setIfAbsent(`introspected:${launch.id}`, '1', PAUSE_MS).catch(() => true);
      if (!isDue) return { launch };
      const answer = await ask(launch, organization, introspectionEndpoint);
      if (answer.kind === 'inactive') {
        const renewed = await renewOrEnd(launch, organization);
        return { launch: renewed, introspected: { answer: 'not active, so the token was renewed' } };
      }
      if (answer.kind === 'unknown') {
        log.warn({ organizationId: organization.id, reason: answer.reason }, 'introspection.failed');
        return { launch, introspected: { answer: answer.reason, isUnusable: true } };
      }
      const foreign = foreignMember(launch, answer);
      if (foreign === undefined) return { launch, introspected: { answer: 'active' } };
      return end(launch, organization, 'refresh.other-launch', `introspection names another ${foreign}`);
    },
  };
}

/** RV-07: an absent member is not checked; a patient that cannot be identified for certain counts as another one. */
function foreignMember(
  { authorizationServer, context, fhirBase }: Launch,
  { clientId, patient }: Extract<IntrospectionAnswer, { kind: 'active' }>,
): string | undefined {
  if (clientId !== undefined && clientId !== authorizationServer.clientId) return 'client_id';
  if (patient !== undefined && patientIdOf(patient, new URL(fhirBase)) !== context.patient) return 'patient';
  return undefined;
}
