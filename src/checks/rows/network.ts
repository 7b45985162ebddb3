/** Can the EHR be reached at all, and can its server be trusted: name, port and certificate (TL-01, TL-04). */
import type { Handshake, Probed } from '#src/adapters/ehr-http/tls-probe.ts';
import type { CheckContext } from './context.ts';
import {
  type CheckDefinition,
  checksOf,
  failure,
  info,
  type Outcome,
  pass,
  shown,
  skipped,
  warning,
} from './definition.ts';
import { judgeHostName } from './host-name.ts';

const DAY_MS = 86_400_000;
export const EXPIRES_SOON_DAYS = 21;

export const networkChecks = checksOf('Network', 'network team', [
  {
    id: 'dns',
    title: 'The host name leads to an address this service may call',
    why: 'Calls go to public addresses only, unless the operator allowed a private network (RFC 9700 §4.9.1).',
    hard: true,
    judge: judgeName,
  },
  {
    id: 'port',
    title: 'The EHR listens on port 443',
    why: 'The guide asks networks to open port 443 only.',
    judge: judgePort,
  },
  {
    id: 'tls-chain',
    title: 'The certificate is trusted, with its whole chain',
    why: 'Every call carries codes, assertions or patient data (SMART App Launch 2.2.0, "App protection").',
    hard: true,
    judge: onHandshake(judgeChain),
  },
  {
    id: 'tls-name',
    title: 'The certificate is for this host name',
    why: 'A certificate for another name proves nothing about this server (RFC 9110 §4.3.4).',
    hard: true,
    judge: onHandshake(({ nameMatches, names }, host) =>
      nameMatches
        ? pass(`for ${names}`)
        : failure(`the certificate is for ${names}`, `Install a certificate that names ${host}.`),
    ),
  },
  {
    id: 'tls-version',
    title: 'TLS 1.2 or newer',
    why: 'Older versions can be broken (SMART App Launch 2.2.0, "App protection"; RFC 8996).',
    hard: true,
    judge: onHandshake(({ protocol }) =>
      ['TLSv1.2', 'TLSv1.3'].includes(protocol)
        ? pass(protocol)
        : failure(
            `the server offers ${protocol} at best`,
            'Switch on TLS 1.2 or 1.3 on the server or the load balancer before it.',
          ),
    ),
  },
  {
    id: 'tls-expiry',
    title: 'The certificate does not expire soon',
    why: 'On that day every launch stops.',
    judge: async (context) => onHandshake((handshake) => judgeExpiry(handshake, context.now()))(context),
  },
]);

async function judgeName(context: CheckContext): Promise<Outcome> {
  const problem = await judgeHostName(context);
  if (problem) return problem;
  const resolved = await context.addresses;
  const count = resolved.ok ? resolved.found.length : 0;
  return pass(`${context.fhirBase.hostname}: ${count} ${count === 1 ? 'address' : 'addresses'}`);
}

async function judgePort({ fhirBase, handshake }: CheckContext): Promise<Outcome> {
  const probed = await handshake;
  if (!probed) return skipped('plain http on this machine, for development');
  if (fhirBase.port !== '') {
    const remedy = `Open port ${fhirBase.port} between this service and the EHR on purpose, or use 443.`;
    return warning(fhirBase.port, remedy);
  }
  // A server that does not speak TLS still listens.
  return probed.ok || probed.failure === 'tls' ? pass('443') : withoutHandshake(probed, fhirBase.host);
}

function onHandshake(judge: (handshake: Handshake, host: string) => Outcome): CheckDefinition['judge'] {
  return async ({ handshake, fhirBase }) => {
    const probed = await handshake;
    if (!probed) return skipped('plain http on this machine, for development');
    return probed.ok ? judge(probed.found, fhirBase.hostname) : withoutHandshake(probed, fhirBase.host);
  };
}

function withoutHandshake(probed: Extract<Probed<Handshake>, { ok: false }>, host: string): Outcome {
  if (probed.failure === 'tls') {
    return failure(
      `${host}: the TLS handshake failed (${shown(probed.detail, 60)})`,
      'Offer TLS 1.2 or 1.3 with a usual cipher on this port; plain http is never used.',
    );
  }
  return skipped(`no connection to ${host}, see the row about the host name and the three checks above`);
}

const CHAIN_PROBLEMS = new Map([
  ['CERT_HAS_EXPIRED', 'the certificate has expired'],
  ['CERT_NOT_YET_VALID', 'the certificate is not valid yet'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the chain ends in an authority this service does not know'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the server does not send its intermediate certificate'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the chain is incomplete, or ends in an authority this service does not know'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'the chain is incomplete'],
]);

function judgeChain({ chainProblem, issuer }: Handshake): Outcome {
  if (chainProblem === undefined) return pass(`issued by ${shown(issuer, 80)}`);
  return failure(
    `${CHAIN_PROBLEMS.get(chainProblem) ?? shown(chainProblem, 80)} (issued by ${shown(issuer, 80)})`,
    'Install a current certificate of a public authority together with all intermediate certificates. For an authority of your own, the operator can add it (NODE_EXTRA_CA_CERTS).',
  );
}

function judgeExpiry({ expiresAt }: Handshake, now: Date): Outcome {
  const days = Math.floor((expiresAt.getTime() - now.getTime()) / DAY_MS);
  if (Number.isNaN(days)) return info('the certificate names no readable date');
  const until = expiresAt.toISOString().slice(0, 10);
  if (days < 0) return failure(`expired on ${until}`, 'Renew the certificate now.');
  if (days < EXPIRES_SOON_DAYS)
    return warning(`expires on ${until}, in ${days} days`, 'Renew the certificate before that day.');
  return pass(`until ${until}, ${days} days`);
}
