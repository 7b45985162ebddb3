/** Checks that the EHR can be reached and its server trusted: host name, port and certificate (TL-01, TL-04). */
import { isIPv6 } from 'node:net';
import { ruleOfCodes } from '#src/adapters/ehr-http/failure-rule.ts';
import type { Handshake } from '#src/adapters/ehr-http/tls-probe.ts';
import type { CheckContext } from './context.ts';
import { type CheckDefinition, checksOf, shown } from './definition.ts';
import { judgeHostName } from './host-name.ts';
import { broken, failure, info, type Outcome, pass, seeRow, skipped, warning } from './outcome.ts';

const DAY_MS = 86_400_000;
export const EXPIRES_SOON_DAYS = 21;

/** Titles of the rows that can say why a server is not reached, in the order of a connection. */
const TITLES = {
  dns: 'The host name leads to an address this service may call',
  port: 'The EHR listens on the port of the FHIR URL',
  chain: 'The certificate is trusted, with its whole chain',
  name: 'The certificate is for this host name',
  version: 'TLS 1.2 or newer',
} as const;

export const networkChecks = checksOf('Network', 'EHR team', [
  {
    id: 'dns',
    title: TITLES.dns,
    why: 'This service calls public addresses only, unless the operator has allowed a private network (RFC 9700 §4.9.1).',
    hard: true,
    judge: judgeName,
  },
  {
    id: 'port',
    title: TITLES.port,
    why: 'The guide asks networks to open port 443. If the EHR uses another port, they must open that port instead.',
    hard: true,
    judge: judgePort,
  },
  {
    id: 'tls-chain',
    title: TITLES.chain,
    why: 'Every call carries codes, assertions or patient data (SMART App Launch 2.2.0, "App protection").',
    hard: true,
    judge: async (context) => onHandshake((handshake) => judgeChain(handshake, context.now()))(context),
  },
  {
    id: 'tls-name',
    title: TITLES.name,
    why: 'A certificate for another name proves nothing about this server (RFC 9110 §4.3.4).',
    hard: true,
    judge: onHandshake(({ nameMatches, names }, host) =>
      nameMatches ? pass(`for ${names}`) : broken('tls.wrong-name', `${host}: the certificate is for ${names}`),
    ),
  },
  {
    id: 'tls-version',
    title: TITLES.version,
    why: 'Older versions of TLS can be broken (SMART App Launch 2.2.0, "App protection"; RFC 8996).',
    hard: true,
    judge: judgeVersion,
  },
  {
    id: 'tls-expiry',
    title: 'The certificate does not expire soon',
    why: 'When the certificate expires, every launch stops.',
    judge: async (context) => onHandshake((handshake) => judgeExpiry(handshake, context.now()))(context),
  },
]);

/** The title of the network row that says why nothing came back from the FHIR URL; undefined when none does. */
export async function networkRowInTheWay(context: CheckContext): Promise<string | undefined> {
  if (await judgeHostName(context)) return TITLES.dns;
  const probed = await context.handshake;
  if (!probed) return undefined;
  if (!probed.ok) return probed.failure === 'tls' ? TITLES.version : TITLES.port;
  if (probed.found.chainProblem !== undefined) return TITLES.chain;
  if (!probed.found.nameMatches) return TITLES.name;
  return isSafe(probed.found) ? undefined : TITLES.version;
}

async function judgeName(context: CheckContext): Promise<Outcome> {
  const problem = await judgeHostName(context);
  if (problem) return problem;
  const resolved = await context.addresses;
  const count = resolved.ok ? resolved.found.length : 0;
  if (resolved.ok && count > 0 && resolved.found.every(isIPv6) && !isIPv6(context.fhirBase.hostname.slice(1, -1)))
    return warning(
      `${context.fhirBase.hostname}: IPv6 addresses only`,
      'Publish an IPv4 address (an A record) as well, unless the operator of this service calls by IPv6.',
    );
  return pass(`${context.fhirBase.hostname}: ${count} ${count === 1 ? 'address' : 'addresses'}`);
}

const PLAIN_HTTP = 'plain http on this machine, for development';

async function judgePort(context: CheckContext): Promise<Outcome> {
  const { fhirBase, handshake } = context;
  const probed = await handshake;
  if (!probed) return skipped(PLAIN_HTTP);
  // A server that does not speak TLS still listens.
  if (!probed.ok && probed.failure !== 'tls') {
    if (await judgeHostName(context)) return seeRow(TITLES.dns);
    const rule = ruleOfCodes([probed.detail], probed.failure, 'FHIR URL');
    // A handshake is not a request: a server that is late with it counts as not reached.
    return broken(rule === 'network.late' ? 'network.no-connection' : rule, fhirBase.host);
  }
  if (fhirBase.port === '') return pass('443');
  const remedy = `Open port ${fhirBase.port} between this service and the EHR on purpose, or use 443.`;
  return warning(fhirBase.port, remedy, 'Network team');
}

function onHandshake(judge: (handshake: Handshake, host: string) => Outcome): CheckDefinition['judge'] {
  return async (context) => {
    const probed = await context.handshake;
    if (!probed) return skipped(PLAIN_HTTP);
    if (probed.ok) return judge(probed.found, context.fhirBase.hostname);
    return seeRow((await networkRowInTheWay(context)) ?? TITLES.port);
  };
}

async function judgeVersion(context: CheckContext): Promise<Outcome> {
  const probed = await context.handshake;
  if (probed?.ok === false && probed.failure === 'tls')
    return broken(
      ruleOfCodes([probed.detail], 'tls', 'FHIR URL'),
      `${context.fhirBase.host}: ${shown(probed.detail, 60)}`,
    );
  return onHandshake((handshake) =>
    isSafe(handshake)
      ? pass(handshake.protocol)
      : broken('tls.version', `the server offers ${handshake.protocol} at best`),
  )(context);
}

function isSafe({ protocol }: Handshake): boolean {
  return ['TLSv1.2', 'TLSv1.3'].includes(protocol);
}

function judgeChain({ chainProblem, issuer, expiresAt }: Handshake, now: Date): Outcome {
  if (chainProblem === undefined) return pass(`issued by ${shown(issuer, 80)}`);
  const ofCode = ruleOfCodes([chainProblem], 'tls', 'FHIR URL');
  const rule = ofCode === 'tls.no-known-authority' ? 'tls.unknown-authority' : ofCode;
  const found = `issued by ${shown(issuer, 80)}`;
  if (rule === 'tls.expired') {
    const isOwn = !(expiresAt > now);
    return broken(rule, isOwn ? `${found}, expired on ${dayOf(expiresAt)}` : `${found}, an intermediate certificate`);
  }
  return rule === 'tls.handshake'
    ? failure(
        `${found}: ${shown(chainProblem, 80)}`,
        'Install a current certificate of a public authority, with its whole chain.',
      )
    : broken(rule, found);
}

const dayCount = (days: number): string => (days === 1 ? '1 day' : `${days} days`);

function judgeExpiry({ expiresAt }: Handshake, now: Date): Outcome {
  const days = Math.floor((expiresAt.getTime() - now.getTime()) / DAY_MS);
  if (Number.isNaN(days)) return info('the certificate names no readable date');
  if (days < 0) return seeRow(TITLES.chain);
  if (days < EXPIRES_SOON_DAYS)
    return warning(`expires on ${dayOf(expiresAt)}, in ${dayCount(days)}`, 'Renew the certificate before that day.');
  return pass(`until ${dayOf(expiresAt)}, ${dayCount(days)}`);
}

function dayOf(instant: Date): string {
  return Number.isNaN(instant.getTime()) ? 'an unreadable date' : instant.toISOString().slice(0, 10);
}
