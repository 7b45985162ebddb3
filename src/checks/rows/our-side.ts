/** Checks what the EHR needs from us, and whether both clocks agree (CAJ-17, JW-01, JW-10, REG-02, TL-03). */
import { isLoopbackHost } from '#src/adapters/ehr-http/loopback-host.ts';
import { ACCEPTED_SKEW_SECONDS, clockDifference, NOTEWORTHY_SKEW_SECONDS } from '#src/smart/clock-skew.ts';
import { documentOf } from '#src/smart/documents/fetched.ts';
import type { CheckContext } from './context.ts';
import { checksOf, shown } from './definition.ts';
import { describeFetched } from './describe-fetched.ts';
import { broken, doubted, failure, info, type Outcome, pass, skipped, warning } from './outcome.ts';

/** The leeway of most servers, and our own for id_tokens (CAJ-07). */
const HARMFUL_SKEW_SECONDS = ACCEPTED_SKEW_SECONDS;

export const ownChecks = checksOf('This app', 'VectorCare', [
  {
    id: 'public-url',
    title: 'Our own address is https',
    why: 'Launch URL, redirect URI and JWKS URL begin with it.',
    judge: async ({ publicUrl }) => {
      if (publicUrl.protocol === 'https:') return pass(publicUrl.origin);
      if (isLoopbackHost(publicUrl.hostname)) return info(`${publicUrl.origin}, for development on this machine only`);
      return failure(publicUrl.origin, 'Set PUBLIC_URL to the https address of this deployment.');
    },
  },
  {
    id: 'organization-enabled',
    title: 'The organization is switched on',
    why: 'While the organization is switched off, the app refuses all its launches, however good the connection is.',
    judge: async ({ settings: { enabled } }) => {
      if (enabled === undefined) return skipped('no organization was named');
      if (enabled) return pass('switched on');
      return doubted('launch.organization-disabled', '');
    },
  },
  {
    id: 'own-jwks',
    title: 'Our JWKS URL serves our keys',
    why: 'The EHR verifies our assertions with them (SMART App Launch 2.2.0, "Registering a client for asymmetric authentication").',
    judge: judgeOwnJwks,
  },
  {
    id: 'frame-ancestors',
    title: 'The EHR may show the app in its window',
    why: 'Browsers show the app inside the chart only for the origins set here (CSP frame-ancestors).',
    owner: 'Your administrator',
    judge: async ({ settings, hasOrganization }) => {
      if (!hasOrganization) return skipped('no organization was named');
      if (settings.frameAncestors.length > 0) return pass(shown(settings.frameAncestors.join(', '), 200));
      return warning(
        'none set',
        'Add the origins of the EHR windows that open the app, such as https://ehr.example.org.',
      );
    },
  },
  {
    id: 'clock',
    title: 'Both clocks agree',
    why: 'Assertions and id_tokens live for minutes. If a clock is wrong, they are expired or not yet valid (RFC 7523 §3).',
    owner: 'EHR team',
    judge: judgeClock,
  },
]);

async function judgeOwnJwks({ ownJwks, ownKids }: CheckContext): Promise<Outcome> {
  const fetched = await ownJwks;
  if (fetched.kind === 'none')
    return skipped(`${describeFetched(fetched)}, seen from here. Use the key proof to check that the EHR can reach it`);
  const keys = documentOf(fetched)?.['keys'];
  if (!Array.isArray(keys))
    return failure(
      describeFetched(fetched),
      'Correct PUBLIC_URL, which leads to something else, or the proxy before this service.',
    );
  const served = new Set(
    keys.map((key: unknown) => (typeof key === 'object' && key !== null && 'kid' in key ? key.kid : '')),
  );
  const missing = ownKids.filter((kid) => !served.has(kid));
  if (missing.length > 0)
    return failure(
      `not served: ${shown(missing.join(', '), 160)}`,
      'Correct PUBLIC_URL if it leads to another deployment. Otherwise empty the cache before this service, which is stale.',
    );
  return pass(keys.length === 1 ? '1 key, which is ours' : `${keys.length} keys, all of ours`);
}

async function judgeClock({ wellKnown, metadata, now, databaseTime }: CheckContext): Promise<Outcome> {
  const answers = await Promise.all([wellKnown, metadata]);
  const dated = answers.find((fetched) => fetched.kind === 'answer' && !Number.isNaN(Date.parse(fetched.date ?? '')));
  if (dated?.kind !== 'answer') return skipped('the server sends no Date');
  const skewSeconds = Math.round((Date.parse(dated.date ?? '') - dated.receivedAt.getTime()) / 1_000);
  const off = Math.abs(skewSeconds);
  if (off < NOTEWORTHY_SKEW_SECONDS) return pass(`within ${Math.max(off, 1)} s`);
  const clock = `${off} s ${skewSeconds > 0 ? 'ahead of' : 'behind'}`;
  const own = await ownClock(now(), databaseTime);
  return broken(
    own === undefined ? 'clock.ehr' : 'clock.ours',
    `the clock of the EHR is ${clock} ours`,
    { 'EHR clock': clock, 'our clock': own },
    off <= HARMFUL_SKEW_SECONDS ? 'warning' : 'failure',
  );
}

/** How far our clock is from that of our database, such as `12 s ahead of`; undefined if they agree or it is not known. */
export async function ownClock(now: Date, databaseTime: CheckContext['databaseTime']): Promise<string | undefined> {
  return clockDifference(now.getTime(), (await databaseTime?.().catch(() => undefined)) ?? Number.NaN);
}
