/** The key proof: does the EHR accept our client ID, key, algorithm and audience? It needs no patient and no user. */
import { randomBytes } from 'node:crypto';
import type { OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { parseJsonObject, textMember } from '#src/adapters/json-object.ts';
import type { Adapters } from '#src/adapters.ts';
import { LOOK_INTO_LOG, shown } from '#src/checks/rows/definition.ts';
import type { Verdict } from '#src/checks/rows/result.ts';
import { filled } from '#src/errors/rules/fill.ts';
import type { Owner } from '#src/errors/rules/rule-row.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import { AppError } from '#src/errors.ts';
import type { KeyRing } from '#src/keys/key-ring.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { redirectUriOf } from '#src/organizations/registration.ts';
import { issuersOf, type SmartConnections } from '#src/organizations/smart-connections.ts';
import type { AssertionType } from '#src/smart/client-authentication.ts';
import { ruleAtAddress } from '#src/smart/documents/given-endpoints.ts';
import { chooseAssertionAlg, type SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { ruleOfSetting, settingNamed } from '#src/smart/refused-assertion.ts';
import { inventedCallback } from '#src/smart/step-4-authorization-code.ts';
import { exchangeCode } from '#src/smart/step-5-access-token.ts';
import { type KeyProofOutcome, usualCauses, verdicts } from './key-proof-words.ts';
import type { CheckDependencies } from './rows/context.ts';
import { ownClock } from './rows/our-side.ts';

export interface KeyProofDependencies extends Pick<Adapters, 'clock' | 'outbound'> {
  checks: CheckDependencies;
  connections: SmartConnections;
  keyRing: KeyRing;
  publicUrl: URL;
}

/** What one attempt showed. Holds no assertion and no code. */
export interface KeyProof {
  outcome: KeyProofOutcome;
  verdict: Verdict;
  /** Status and OAuth error, and the server's own words, shortened. */
  found: string;
  owner: Owner;
  /** What to do; for `invalid_client` the usual causes, the likeliest first. */
  remedy: string[];
  /** What the attempt used; undefined when it ended before that was known. */
  used: { clientId: string; kid: string; alg: string; audience: string; tokenEndpoint: string } | undefined;
  at: string;
}

interface Attempt {
  response?: OutboundResponse;
  used?: KeyProof['used'];
  assertionType?: AssertionType;
  source?: SmartConfiguration['source'];
}

/**
 * Sends one token request with an invented code and our real assertion: `invalid_grant` means that the assertion was
 * accepted. One attempt, as some servers count failures; the caller decides who may ask. @returns always a proof.
 */
export async function proveKey(organization: Organization, dependencies: KeyProofDependencies): Promise<KeyProof> {
  const at = dependencies.clock().toISOString();
  const seen: Attempt = {};
  const proof = (outcome: KeyProofOutcome, found: string, toDo: Pick<KeyProof, 'owner' | 'remedy'>): KeyProof => {
    return { outcome, verdict: verdicts[outcome], found, ...toDo, used: seen.used, at };
  };
  try {
    await attempt(organization, dependencies, seen);
    const remedy = ['A server must refuse a code it never gave out. Tell the EHR team before this server is used.'];
    return proof('accepted', 'the server accepted an invented code', { owner: 'EHR team', remedy });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const outcome = outcomeOf(error, seen.response);
    const found = `${shown(error.message, 160)}${wordsOf(seen.response)}`;
    const rule = await exactRule(error.rule, dependencies);
    return proof(outcome, found, explain(outcome, rule, error, seen, dependencies));
  }
}

/** Where the clocks differ, the database's clock says whether it is ours that is off. */
async function exactRule(rule: Rule | undefined, { clock, checks }: KeyProofDependencies): Promise<Rule | undefined> {
  if (rule !== 'clock.ehr') return rule;
  return (await ownClock(clock(), checks.databaseTime)) === undefined ? rule : 'clock.ours';
}

/** Takes owner and remedy from the table of causes; for a key refused without a reason, the list of usual causes. */
function explain(
  outcome: KeyProofOutcome,
  refused: Rule | undefined,
  { seen }: AppError,
  { used, source, assertionType = 'JWT' }: Attempt,
  { publicUrl }: KeyProofDependencies,
): Pick<KeyProof, 'owner' | 'remedy'> {
  if (outcome === 'proven') return { owner: 'EHR team', remedy: [] };
  if (refused === undefined) return { owner: 'EHR team', remedy: [LOOK_INTO_LOG] };
  const sent = used && { ...used, assertionType };
  const ofSetting = sent && (refused === 'client.key' ? ruleOfSetting(sent) : settingNamed(refused, sent));
  const rule = ofSetting ?? refused;
  if (rule === 'client.key' && used) return { owner: 'EHR team', remedy: usualCauses(used, publicUrl) };
  const row = ruleRows[ruleAtAddress(rule, source)];
  const facts = {
    ...seen,
    'client id': used?.clientId,
    kid: used?.kid,
    'assertion algorithm': used?.alg,
    'assertion audience': used?.audience,
    host: used && new URL(used.tokenEndpoint).host,
  };
  return { owner: row.owner, remedy: [filled(row.remedy, facts)] };
}

async function attempt(
  organization: Organization,
  { connections, outbound, keyRing, clock, publicUrl }: KeyProofDependencies,
  seen: Attempt,
): Promise<void> {
  const configuration = await connections.configurationOf(organization);
  const key = keyRing.signingKey(chooseAssertionAlg(configuration, organization.assertionAlg));
  const { tokenEndpoint } = configuration;
  const issuer = issuersOf(organization, configuration)[0]?.issuer ?? tokenEndpoint;
  const audience = organization.assertionAudience === 'issuer' ? issuer : tokenEndpoint;
  const { clientId, assertionType } = organization;
  const used = { clientId, kid: key.kid, alg: key.alg, audience, tokenEndpoint };
  Object.assign(seen, { used, assertionType, source: configuration.source });
  await exchangeCode(
    inventedCallback(),
    {
      tokenEndpoint,
      clientId,
      redirectUri: redirectUriOf(publicUrl, organization),
      codeVerifier: randomBytes(32).toString('base64url'),
      audience,
      key,
      assertionType,
      clientIdInBody: organization.clientIdInTokenBody,
      now: clock(),
    },
    // The request is a launch's, but it is sent even while the circuit is open, and its answer is recorded.
    {
      ...outbound,
      request: async (url, request) => {
        seen.response = await outbound.request(url, { ...request, allowPrivate: organization.privateNetworks });
        return seen.response;
      },
    },
  );
}

function outcomeOf(error: AppError, response: OutboundResponse | undefined): KeyProofOutcome {
  if (error.code.startsWith('discovery.')) return 'not asked';
  if (!response) return 'no answer';
  const named = textMember(parseJsonObject(response.text), 'error');
  switch (named) {
    case 'invalid_grant':
      // Only a refused code proves the key: some servers send the same error for a tenant or client that may not sign in.
      return response.status === 200 || !error.rule?.startsWith('grant.') ? 'unclear' : 'proven';
    case 'invalid_client':
    case 'unauthorized_client':
    case 'invalid_request':
      return named;
    case undefined:
    default:
      return response.status >= 500 || response.status === 429 ? 'no answer' : 'unclear';
  }
}

/** The server's own description, which helps most where there is one: at most one line, with tokens removed. */
function wordsOf(response: OutboundResponse | undefined): string {
  const description = response && textMember(parseJsonObject(response.text), 'error_description');
  return description ? `: "${shown(description, 200)}"` : '';
}
