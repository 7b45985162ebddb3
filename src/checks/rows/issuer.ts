/** Do the three names of the issuer agree, and can its keys be used (DI-12, ID-02..06)? */

import { listMember, textMember } from '#src/checks/parsed/configuration.ts';
import type { FoundKey } from '#src/checks/parsed/keys.ts';
import { idTokenAlgorithms } from '#src/smart/id-token/key-set.ts';
import { isSameFhirBase } from '#src/smart/step-2-launch-ehr.ts';
import type { Study } from './context.ts';
import { type CheckDefinition, failure, info, type Opinion, pass, shown, skipped, warning } from './definition.ts';

const group = 'Issuer and keys';

export const issuerChecks: CheckDefinition[] = [
  {
    id: 'issuer-fhir-url',
    title: 'FHIR URL and issuer',
    group,
    // DI-12, ID-02
    why: 'An id_token must name exactly the expected issuer; many EHRs have another one than their FHIR URL.',
    owner: 'EHR team',
    judge: judgeFhirUrl,
  },
  {
    id: 'issuer-documents',
    title: 'smart-configuration and the OpenID Connect document agree',
    group,
    // ID-04
    why: "Or another issuer's keys would vouch for this one (OpenID Connect Discovery 1.0 §4.3).",
    owner: 'our administrator',
    judge: judgeDocuments,
  },
  {
    id: 'jwks-keys',
    title: 'The key set has keys that can verify an id_token',
    group,
    // ID-06, ID-10
    why: `RS256 must work; ${idTokenAlgorithms.slice(1).join(', ')} are accepted as well (OpenID Connect Core 1.0 §3.1.3.7).`,
    owner: 'EHR team',
    hard: true,
    judge: judgeKeys,
  },
];

async function judgeFhirUrl({ configuration, fhirUrl, settings }: Study): Promise<Opinion> {
  const found = await configuration;
  if (!found) return skipped('there is no smart-configuration');
  if (settings.issuers.length > 0) return info(`set by an administrator: ${shown(settings.issuers.join(', '), 200)}`);
  const issuer = textMember(found.document, 'issuer');
  if (issuer === undefined) {
    const signsIn = listMember(found.document, 'capabilities')?.includes('sso-openid-connect') ?? false;
    const seen = 'smart-configuration names no issuer; the FHIR URL is taken';
    return signsIn ? warning(seen, 'Name the issuer: it is required of servers with sso-openid-connect.') : info(seen);
  }
  if (isSameFhirBase(issuer, fhirUrl)) return pass('the same');
  return info(`issuer differs from FHIR URL, normal: ${shown(issuer, 200)}`);
}

async function judgeDocuments({ configuration, issuers }: Study): Promise<Opinion> {
  const [found, findings] = await Promise.all([configuration, issuers]);
  if (!found) return skipped('there is no smart-configuration');
  const alternative = findings.flatMap(({ alternatives }) => alternatives)[0];
  const mismatch = findings.find(({ state }) => state === 'mismatch');
  const asked = shown(findings[0]?.issuer ?? '', 120);
  if (mismatch || alternative) {
    const other = mismatch?.named ?? alternative?.issuer ?? '';
    return warning(
      `smart-configuration says ${shown(mismatch?.issuer ?? asked, 120)}, the OpenID Connect document says ${shown(other, 120)}`,
      'Ask the EHR team which one stands as "iss" in its id_tokens, and choose it as issuer.',
    );
  }
  if (findings.every(({ state }) => state === 'absent')) {
    return warning(
      `no OpenID Connect document at ${asked}`,
      'Nothing to compare with: the first launch shows whether the issuer is right.',
    );
  }
  if (!findings.some(({ state }) => state === 'valid')) return skipped('the OpenID Connect document could not be read');
  const [inConfiguration, inOpenid] = [textMember(found.document, 'jwks_uri'), findings[0]?.jwksUri];
  if (inConfiguration !== undefined && inOpenid !== undefined && inConfiguration !== inOpenid) {
    return info(
      `the same issuer, but two key sets: ${shown(inConfiguration, 100)} and ${shown(inOpenid, 100)}; launches use the second`,
    );
  }
  return pass(asked);
}

async function judgeKeys({ keys }: Study): Promise<Opinion> {
  const { keys: entries } = await keys;
  if (!entries) return skipped('there is no key set');
  const usable = entries.filter((key) => key.usable);
  const seen = `${usable.length} of ${entries.length} keys usable`;
  if (usable.length === 0) {
    return failure(
      seen,
      `Publish a public signing key for one of ${idTokenAlgorithms.join(', ')}, not marked for encryption.`,
    );
  }
  const kids = shown([...new Set(usable.map(({ kid }) => kid))].join(', '), 160);
  const ambiguity = ambiguityOf(usable);
  if (ambiguity === undefined) return pass(`${seen}: ${kids}`);
  return warning(
    `${seen}: ${kids}; ${ambiguity}`,
    'Publish each key once, with a kid of its own: launches try the keys in turn, other apps may fail.',
  );
}

/** A key that is listed twice, or different keys that nothing tells apart; undefined when every key has its own kid. */
function ambiguityOf(keys: readonly FoundKey[]): string | undefined {
  const repeated = keys.filter(({ thumbprint }, at) => keys.findIndex((key) => key.thumbprint === thumbprint) < at);
  if (repeated.length > 0) {
    const names = [...new Set(repeated.map(({ kid }) => kid))].join(', ');
    return `the same key is listed more than once: ${shown(names, 100)}`;
  }
  const shared = keys.filter(({ kid }, at) => keys.findIndex((key) => key.kid === kid) < at);
  const names = [...new Set(shared.map(({ kid }) => kid))].join(', ');
  return shared.length > 0 ? `different keys have the same kid: ${shown(names, 100)}` : undefined;
}
