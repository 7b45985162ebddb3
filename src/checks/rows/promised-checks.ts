/** The three checks that the implementation guide promises, under its names (DI-01, DI-02, ID-03..05, REG-06). */
import { ruleOfFailure } from '#src/adapters/ehr-http/failure-rule.ts';
import { listMember, textMember } from '#src/adapters/json-object.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { isFhirBase, ruleOfConfiguration } from '#src/smart/documents/configuration-rule.ts';
import { endpointProblem } from '#src/smart/documents/endpoint.ts';
import { documentOf, type Fetched } from '#src/smart/documents/fetched.ts';
import { ruleAtAddress } from '#src/smart/documents/given-endpoints.ts';
import { ruleOfIssuerDocument, ruleOfKeySet } from '#src/smart/documents/issuer-keys.ts';
import type { ParsedConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { isSameFhirBase } from '#src/smart/step-2-launch-ehr.ts';
import type { CheckContext } from './context.ts';
import { checksOf, GIVEN_BY_YOU, shown } from './definition.ts';
import { describeFetched } from './describe-fetched.ts';
import type { FoundIssuer } from './issuer-triangle.ts';
import { networkRowInTheWay } from './network.ts';
import { broken, type Outcome, pass, seeRow, skipped, warning } from './outcome.ts';

/** Titles of the rows that others refer to for the cause. */
export const GUIDE_TITLES = {
  configuration: '1. {FHIR URL}/.well-known/smart-configuration is reachable',
  issuer: '2. The issuer serves a valid OpenID Connect document',
  jwks: '3. The jwks_uri resolves',
  fields: 'The required fields are there',
  https: 'Every endpoint is https',
} as const;

export const guideChecks = checksOf('The checks of the implementation guide', 'EHR team', [
  {
    id: 'guide-smart-configuration',
    title: GUIDE_TITLES.configuration,
    why: 'This document says where clinicians sign in. Without it no launch can begin (SMART App Launch 2.2.0, "Retrieve .well-known/smart-configuration").',
    hard: true,
    judge: judgeConfiguration,
  },
  {
    id: 'guide-issuer',
    title: GUIDE_TITLES.issuer,
    why: 'This document vouches for who signed in (SMART App Launch 2.2.0, "Scopes for requesting identity data"; OpenID Connect Discovery 1.0 §4).',
    hard: true,
    judge: judgeIssuer,
  },
  {
    id: 'guide-jwks',
    title: GUIDE_TITLES.jwks,
    why: "The EHR's public keys prove that an id_token is genuine (OpenID Connect Core 1.0 §10.1).",
    hard: true,
    judge: judgeJwks,
  },
]);

async function judgeConfiguration(context: CheckContext): Promise<Outcome> {
  const [fetched, found] = await Promise.all([context.wellKnown, context.configuration]);
  if (found?.source === 'settings') return pass(`the sign-in addresses are ${GIVEN_BY_YOU}: no document is read`);
  const seen = describeFetched(fetched);
  if (documentOf(fetched) && found) return pass(seen);
  if (found) {
    const verdict = (await isWithoutIssuer(context)) ? 'failure' : 'warning';
    return broken('discovery.older-way', seen, { 'FHIR URL': context.fhirUrl }, verdict);
  }
  const inTheWay = fetched.kind === 'none' ? await networkRowInTheWay(context) : undefined;
  if (inTheWay !== undefined) return seeRow(inTheWay);
  const isBase = context.settings.discovered !== undefined || isFhirBase(await context.metadata);
  return broken(ruleOfConfiguration(fetched, isBase), seen, { 'FHIR URL': context.fhirUrl });
}

/** The outcome of a row that needs the document: it refers to the row that says why there is none. */
export async function withoutConfiguration(context: CheckContext): Promise<Outcome> {
  const { kind } = await context.wellKnown;
  return seeRow((kind === 'none' ? await networkRowInTheWay(context) : undefined) ?? GUIDE_TITLES.configuration);
}

/** A host that is down, or that keeps us out, has one row: the first that was asked of it. */
export async function rowOfHost({ issuers, keys }: CheckContext, address: string): Promise<Outcome | undefined> {
  const isClosed = (fetched: Fetched | undefined) =>
    fetched?.url.host === new URL(address).host && (fetched.kind === 'none' || KEPT_OUT.test(`${fetched.status}`));
  if ((await issuers).some(({ fetched }) => isClosed(fetched))) return seeRow(GUIDE_TITLES.issuer);
  return isClosed((await keys).fetched) ? seeRow(GUIDE_TITLES.jwks) : undefined;
}

const KEPT_OUT = /^(?:40[137]|429|5)/;

/** SMART's older way names no issuer. Without a setting and a document at the FHIR URL nothing leads to keys. */
async function isWithoutIssuer({ configuration, issuers, settings }: CheckContext): Promise<boolean> {
  if ((await configuration)?.source !== 'CapabilityStatement' || settings.issuers.length > 0) return false;
  return (await issuers).every(({ state }) => state === 'absent');
}

async function judgeIssuer(context: CheckContext): Promise<Outcome> {
  const [configuration, issuers] = await Promise.all([context.configuration, context.issuers]);
  if (!configuration) return withoutConfiguration(context);
  if (await isWithoutIssuer(context)) return seeRow(GUIDE_TITLES.configuration);
  const named = textMember(configuration.document, 'issuer');
  const unusable = issuers.find(({ state, fetched }) => state === 'broken' && !fetched);
  if (unusable && isOfEndpoints(unusable, context, configuration)) return seeRow(GUIDE_TITLES.https);
  const isSetting =
    context.settings.issuers.length > 0 && named !== undefined && !context.settings.issuers.includes(named);
  const jwksUri = textMember(configuration.document, 'jwks_uri');
  const signsIn = listMember(configuration.document, 'capabilities')?.includes('sso-openid-connect') ?? false;
  const isUnnamed = named === undefined && signsIn && context.settings.issuers.length === 0;
  if (isUnnamed && issuers.every(({ state }) => state === 'absent')) return warning(NO_ISSUER, NAME_THE_ISSUER);
  const outcome = issuers.map((issuer) => judgeOneIssuer(issuer, { jwksUri, named: isSetting ? named : undefined }));
  // A launch trusts all of the issuers, so the worst outcome decides.
  return (
    outcome.find(({ verdict }) => verdict === 'failure') ??
    outcome.find(({ verdict }) => verdict === 'warning') ??
    outcome[0] ??
    skipped('no issuer')
  );
}

/** A server that names itself by plain http, or by its name inside, names its endpoints so as well. */
function isOfEndpoints({ issuer }: FoundIssuer, { rules }: CheckContext, { document }: ParsedConfiguration): boolean {
  const text = textMember(document, 'token_endpoint') ?? '';
  return endpointProblem(text, rules) === 'is not https' && URL.parse(text)?.origin === URL.parse(issuer)?.origin;
}

const NO_ISSUER = 'smart-configuration names no issuer, and no OpenID Connect document is at the FHIR URL';
const NAME_THE_ISSUER = 'Add the issuer to smart-configuration: it is required of servers that sign users in.';

/** @param of.named the issuer of smart-configuration, when the setting names another. */
function judgeOneIssuer(parsed: FoundIssuer, of: { jwksUri: string | undefined; named: string | undefined }): Outcome {
  const { issuer, state, fetched, named, alternatives } = parsed;
  const seen = fetched ? describeFetched(fetched) : `the issuer is ${shown(issuer, 160)}`;
  if (state === 'given') return pass(`${shown(issuer, 160)}: ${GIVEN_BY_YOU}, so its documents are not read`);
  if (state === 'valid') return pass(`${shown(issuer, 160)}: status 200, the same issuer`);
  if (of.named !== undefined && !(state === 'absent' && of.jwksUri !== undefined)) {
    const facts = { 'expected issuers': shown(issuer, 120), iss: shown(of.named, 120) };
    return broken('issuer.setting-differs', seen, facts);
  }
  const elsewhere = alternatives
    .map((found) => `; another document was found for ${shown(found.issuer, 120)}`)
    .join('');
  switch (state) {
    case 'mismatch': {
      const slash = isSameFhirBase(issuer, named ?? '') ? ' (they differ by the slash at the end)' : '';
      const found = `asked for ${shown(issuer, 120)}, the document says ${shown(named ?? 'no issuer', 120)}`;
      return broken('keys.document-other-issuer', `${found}${slash}${elsewhere}`);
    }
    case 'absent':
      return judgeAbsent(`${seen}${elsewhere}`, { issuer, ...of, hasAlternative: alternatives.length > 0 });
    case 'no jwks_uri':
      return broken('keys.no-jwks-uri', seen);
    case 'broken':
      return broken(ruleOfDocument(fetched), seen, { issuer: shown(issuer, 160) });
  }
}

function ruleOfDocument(fetched: Fetched | undefined): Rule {
  if (!fetched) return 'keys.address-unusable';
  return fetched.kind === 'none' ? ruleOfFailure(fetched.error, 'endpoint') : ruleOfIssuerDocument(fetched);
}

function judgeAbsent(
  seen: string,
  { issuer, jwksUri, hasAlternative }: { issuer: string; jwksUri: string | undefined; hasAlternative: boolean },
): Outcome {
  if (jwksUri === undefined) return broken('keys.no-document', seen, { issuer: shown(issuer, 160) });
  return warning(
    `${seen}; the keys are taken from smart-configuration`,
    hasAlternative
      ? 'Choose the issuer that is the "iss" in the EHR\'s id_tokens: the suggested one if the EHR team agrees.'
      : 'Nothing to do while launches work: the jwks_uri of smart-configuration is used. If the first launch is refused for its issuer, ask the EHR team for the "iss" of its id_tokens and set it as issuer.',
    'Your administrator',
  );
}

const LEADS_TO_KEYS: ReadonlySet<FoundIssuer['state']> = new Set(['valid', 'absent', 'given']);

async function judgeJwks(context: CheckContext): Promise<Outcome> {
  const [parsed, document, issuers] = await Promise.all([context.keys, context.configuration, context.issuers]);
  if (!document) return withoutConfiguration(context);
  if (document.source === 'settings' && !document.configuration)
    return skipped('not asked: no launch would use this address, see the rows about endpoints');
  // The row above reports a missing document and a missing jwks_uri.
  if (parsed.jwksUri === undefined || issuers.every(({ state }) => !LEADS_TO_KEYS.has(state)))
    return seeRow(GUIDE_TITLES.issuer);
  if (!parsed.fetched) return broken('keys.address-unusable', `jwks_uri is ${shown(parsed.jwksUri, 160)}`);
  const named = parsed.source === 'settings' ? GIVEN_BY_YOU : `named by ${parsed.source ?? ''}`;
  const seen = `${describeFetched(parsed.fetched)}, ${named}`;
  if (parsed.keys) return pass(seen);
  const { fetched } = parsed;
  const found = documentOf(fetched) === undefined ? seen : `${seen}, without a list of keys`;
  const rule = fetched.kind === 'none' ? ruleOfFailure(fetched.error, 'endpoint') : ruleOfKeySet(fetched);
  return broken(ruleAtAddress(rule, document.source), found, { jwks_uri: shown(parsed.jwksUri, 160) });
}
