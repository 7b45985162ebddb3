/** Checks that the three names of the issuer agree and that its keys can be used (DI-12, ID-02..06, ID-10). */
import { type JsonObject, listMember, textMember } from '#src/adapters/json-object.ts';
import { documentOf } from '#src/smart/documents/fetched.ts';
import { ruleAtAddress } from '#src/smart/documents/given-endpoints.ts';
import type { ParsedKey } from '#src/smart/documents/key-set.ts';
import { idTokenAlgorithms } from '#src/smart/documents/key-set.ts';
import { isSameFhirBase } from '#src/smart/step-2-launch-ehr.ts';
import type { CheckContext } from './context.ts';
import { checksOf, shown } from './definition.ts';
import type { FoundIssuer } from './issuer-triangle.ts';
import { broken, info, type Outcome, pass, seeRow, warning } from './outcome.ts';
import { GUIDE_TITLES, withoutConfiguration } from './promised-checks.ts';

export const issuerChecks = checksOf('Issuer and keys', 'EHR team', [
  {
    id: 'issuer-fhir-url',
    title: 'FHIR URL and issuer',
    why: 'An id_token must name exactly the expected issuer. In many EHRs that is not the FHIR URL.',
    judge: judgeFhirUrl,
  },
  {
    id: 'jwks-keys',
    title: 'The key set has keys that can verify an id_token',
    why: `RS256 must work. The app accepts ${idTokenAlgorithms.slice(1).join(', ')} as well (OpenID Connect Core 1.0 §3.1.3.7).`,
    hard: true,
    judge: judgeKeys,
  },
]);

async function judgeFhirUrl(context: CheckContext): Promise<Outcome> {
  const { configuration, fhirUrl, settings, issuers } = context;
  const found = await configuration;
  if (!found) return withoutConfiguration(context);
  const issuer = textMember(found.document, 'issuer');
  if (settings.issuers.length > 0) return judgeSetting(settings.issuers, issuer, await issuers, found.document);
  if (issuer === undefined) {
    const signsIn = listMember(found.document, 'capabilities')?.includes('sso-openid-connect') ?? false;
    if (signsIn && (await issuers).every(({ state }) => state === 'absent')) return seeRow(GUIDE_TITLES.issuer);
    const seen = 'smart-configuration names no issuer; the FHIR URL is used instead';
    return signsIn ? warning(seen, 'Name the issuer, which servers with sso-openid-connect have to do.') : info(seen);
  }
  if (isSameFhirBase(issuer, fhirUrl)) return pass('the same');
  return info(`issuer differs from FHIR URL, normal: ${shown(issuer, 200)}`);
}

/** The setting decides which issuer an id_token may name; if the EHR names another, the setting is doubted first. */
function judgeSetting(
  settings: readonly string[],
  issuer: string | undefined,
  found: readonly FoundIssuer[],
  document: JsonObject,
): Outcome {
  const set = shown(settings.join(', '), 200);
  if (issuer === undefined || settings.includes(issuer)) return info(`set by an administrator: ${set}`);
  // Without a document to compare with, the guide's second check says so.
  if (!found.some(({ state }) => state === 'valid' || state === 'absent')) return seeRow(GUIDE_TITLES.issuer);
  const isPromised = document['authorization_response_iss_parameter_supported'] === true;
  const facts = { 'expected issuers': set, iss: shown(issuer, 200) };
  return broken('issuer.setting-differs', '', facts, isPromised ? 'failure' : 'warning');
}

async function judgeKeys(context: CheckContext): Promise<Outcome> {
  const { keys: entries } = await context.keys;
  if (!entries) return (await context.configuration) ? seeRow(GUIDE_TITLES.jwks) : withoutConfiguration(context);
  const usable = entries.filter(({ thumbprint }) => thumbprint !== undefined);
  const seen = `${usable.length} of ${entries.length} ${entries.length === 1 ? 'key' : 'keys'} usable`;
  if (usable.length === 0)
    return broken(ruleAtAddress('keys.none-usable', (await context.configuration)?.source), seen);
  const [first] = await context.issuers;
  const algorithms = listMember(documentOf(first?.fetched), 'id_token_signing_alg_values_supported');
  if (algorithms && !algorithms.some((alg) => (idTokenAlgorithms as readonly string[]).includes(alg)))
    return warning(
      `id_token_signing_alg_values_supported: only ${shown(algorithms.join(', ') || 'none', 80)}`,
      'Sign id_tokens for this client with RS256, and list it.',
    );
  const kids = shown([...new Set(usable.map(({ kid }) => kid))].join(', '), 160);
  const ambiguity = ambiguityOf(usable);
  if (ambiguity === undefined) return pass(`${seen}: ${kids}`);
  return warning(
    `${seen}: ${kids}; ${ambiguity}`,
    'Publish each key once, with its own kid. Launches of this app try the keys in turn, but other apps may fail.',
  );
}

/** Names a key that is listed twice, or different keys with the same kid; undefined when every key has its own kid. */
function ambiguityOf(keys: readonly ParsedKey[]): string | undefined {
  const repeated = keys.filter(({ thumbprint }, at) => keys.findIndex((key) => key.thumbprint === thumbprint) < at);
  if (repeated.length > 0) {
    const names = [...new Set(repeated.map(({ kid }) => kid))].join(', ');
    return `the same key is listed more than once: ${shown(names, 100)}`;
  }
  const shared = keys.filter(({ kid }, at) => keys.findIndex((key) => key.kid === kid) < at);
  const names = [...new Set(shared.map(({ kid }) => kid))].join(', ');
  return shared.length > 0 ? `different keys have the same kid: ${shown(names, 100)}` : undefined;
}
