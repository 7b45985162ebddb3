/** Our own side: what the EHR needs of us, and the clock both sides judge each other by. */
import { isLoopbackHost } from '#src/adapters/ehr-http/address-policy.ts';
import { describeEvidence, documentOf } from '#src/checks/parsed/fetched.ts';
import type { Study } from './context.ts';
import { type CheckDefinition, failure, info, type Opinion, pass, shown, skipped, warning } from './definition.ts';

const group = 'This app';
/** The life of our assertions and the leeway of most servers (CAJ-07). */
const HARMFUL_SKEW_SECONDS = 120;
const NOTEWORTHY_SKEW_SECONDS = 30;

export const ownChecks: CheckDefinition[] = [
  {
    id: 'public-url',
    title: 'Our own address is https',
    group,
    // REG-02, TL-03
    why: 'Launch URL, redirect URI and JWKS URL are built from it.',
    owner: 'us',
    judge: async ({ publicUrl }) => {
      if (publicUrl.protocol === 'https:') return pass(publicUrl.origin);
      if (isLoopbackHost(publicUrl.hostname)) return info(`${publicUrl.origin}, for development on this machine only`);
      return failure(publicUrl.origin, 'Set PUBLIC_URL to the https address of this deployment.');
    },
  },
  {
    id: 'own-jwks',
    title: 'Our JWKS URL serves our keys',
    group,
    // JW-01, JW-10
    why: 'The EHR verifies our assertions with them (SMART App Launch 2.2.0, "Registering a client for asymmetric authentication").',
    owner: 'us',
    judge: judgeOwnJwks,
  },
  {
    id: 'frame-ancestors',
    title: 'The EHR may show the app in its window',
    group,
    why: 'Browsers show the app inside the chart only for the origins set here (CSP frame-ancestors).',
    owner: 'our administrator',
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
    group,
    // CAJ-17
    why: 'Assertions and id_tokens live for minutes: a clock that is off makes them expired or not yet valid (RFC 7523 §3).',
    owner: 'EHR team',
    judge: judgeClock,
  },
];

async function judgeOwnJwks({ ownJwks, ownKids }: Study): Promise<Opinion> {
  const evidence = await ownJwks;
  if (evidence.kind === 'none') {
    return skipped(`${describeEvidence(evidence)}, seen from here. Whether the EHR reaches it shows the key proof`);
  }
  const keys = documentOf(evidence)?.['keys'];
  if (!Array.isArray(keys)) {
    return failure(
      describeEvidence(evidence),
      'PUBLIC_URL leads to something else: mend it, or the proxy before this service.',
    );
  }
  const served = new Set(
    keys.map((key: unknown) => (typeof key === 'object' && key !== null && 'kid' in key ? key.kid : '')),
  );
  const missing = ownKids.filter((kid) => !served.has(kid));
  if (missing.length > 0) {
    return failure(
      `not served: ${shown(missing.join(', '), 160)}`,
      'PUBLIC_URL leads to another deployment, or a cache before this service is stale.',
    );
  }
  return pass(`${keys.length} keys, all of ours`);
}

async function judgeClock({ wellKnown, metadata }: Study): Promise<Opinion> {
  const answers = await Promise.all([wellKnown, metadata]);
  const dated = answers.find(
    (evidence) => evidence.kind === 'answer' && !Number.isNaN(Date.parse(evidence.date ?? '')),
  );
  if (dated?.kind !== 'answer') return skipped('the server sends no Date');
  const skewSeconds = Math.round((Date.parse(dated.date ?? '') - dated.receivedAt.getTime()) / 1_000);
  const off = Math.abs(skewSeconds);
  if (off < NOTEWORTHY_SKEW_SECONDS) return pass(`within ${Math.max(off, 1)} s`);
  const seen = `the clock of the EHR is ${off} s ${skewSeconds > 0 ? 'ahead of' : 'behind'} ours`;
  const mend = 'Set the clock of the server by a time server (NTP); ours is as well.';
  return off < HARMFUL_SKEW_SECONDS ? warning(seen, mend) : failure(seen, mend);
}
