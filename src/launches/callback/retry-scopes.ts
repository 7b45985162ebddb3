/** One more authorization request, with other scopes, in a launch whose first was refused for its scopes. */
import type { Clock } from '#src/adapters/clock.ts';
import { redirectFacts } from '#src/diagnostics/traces/facts.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/launch-trace.ts';
import { AppError } from '#src/errors.ts';
import { type CookieValue, createCookieValue } from '#src/launches/session/cookies.ts';
import type { Transaction, Transactions } from '#src/launches/session/transaction.ts';
import { type Refusals, refusalBasis, scopeAfter } from '#src/organizations/learned-scopes.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { ScopeLearning, ScopeLesson } from '#src/organizations/scope-learning.ts';
import type { FailedScope } from '#src/smart/scopes/fallback.ts';
import {
  type AuthorizationRedirect,
  authorizationRedirect,
  createAttemptSecrets,
} from '#src/smart/step-4-authorization-code.ts';

/** What asking once more needs. */
export interface AskAgainDependencies {
  transactions: Transactions;
  scopeLearning: ScopeLearning;
  clock: Clock;
}

/** The browser goes back to the authorization server, with a transaction and a cookie of its own. */
export interface AskedAgain {
  kind: 'asked-again';
  redirect: AuthorizationRedirect;
  state: string;
  cookie: CookieValue;
  organization: Organization;
}

/**
 * Was this a refusal of scopes, and may the launch ask once more? Then it does: fresh state, nonce, verifier and browser
 * secret, and of the old transaction what was pinned, with the same `launch` and `aud`.
 *
 * Once per launch, so that nothing ever goes round in circles (ER-03).
 *
 * @param organization as it is now.
 * @param onRefused hears of every refusal, for this browser's next launch: it may not come back from the second request,
 *   because the EHR has spent its launch value.
 * @returns undefined when the error is to be shown.
 */
export async function askAgain(
  { transactions, clock }: AskAgainDependencies,
  organization: Organization,
  transaction: Transaction,
  error: unknown,
  { trace, onRefused }: { trace: LaunchTrace; onRefused: (organization: Organization, refusals: Refusals) => void },
): Promise<AskedAgain | undefined> {
  const failure = failureOf(error);
  const { configuration, clientId, redirectUri, fhirBaseUrl: aud, launch } = transaction;
  if (!failure || transaction.scopeBasis === undefined) return undefined;
  const scopeBasis = refusalBasis(organization);
  // Another launch has taught us something meanwhile: that is what this one asks for next.
  const isOutdated = transaction.scopeBasis !== scopeBasis;
  const shown = error instanceof AppError ? error.shown : undefined;
  const refusals = isOutdated ? [] : [...(transaction.refusals ?? []), failure];
  if (!isOutdated) onRefused(organization, refusals);
  const scope = scopeAfter(organization, configuration.capabilities, refusals)?.scope;
  // Only a launch by the EHR: it is the one that proved to work without `launch/patient`.
  if (transaction.answerTo || launch === undefined || scope === undefined || scope === transaction.scope)
    return undefined;
  const send = async (): Promise<AskedAgain> => {
    const secrets = createAttemptSecrets();
    const cookie = createCookieValue({ kind: 'ehr', organizationId: organization.id }, clock());
    const { state, nonce, codeVerifier } = secrets;
    const answerTo = { failure, shown };
    const next = { ...transaction, scope, scopeBasis, refusals, nonce, codeVerifier, traceId: trace.id, answerTo };
    await transactions.begin({ state, binding: cookie.secret }, next);
    const redirect = authorizationRedirect(configuration, { clientId, redirectUri, scope, aud, launch }, secrets);
    return { kind: 'asked-again', redirect, state, cookie, organization };
  };
  return trace.step('authorization-redirect', send, {}, ({ redirect }) => ({
    ...redirectFacts(redirect, { scope, alg: transaction.assertionAlg }),
    'asked again because': failure === 'invalid-scope' ? 'the EHR refused the scopes' : 'nothing was granted',
  }));
}

function failureOf(error: unknown): FailedScope['failure'] | undefined {
  if (!(error instanceof AppError)) return undefined;
  if (error.code === 'authorization.scope-refused') return 'invalid-scope';
  return error.code === 'scope.none-granted' ? 'empty-grant' : undefined;
}

/** A launch was completed after a refusal: its scopes are what the next one begins with, in every browser. */
export async function rememberWhatWorked(
  { scopeLearning }: Pick<AskAgainDependencies, 'scopeLearning'>,
  organization: Organization,
  { scope, scopeBasis: basis, refusals = [], configuration: { capabilities } }: Transaction,
  by: ScopeLesson['by'],
): Promise<void> {
  if (basis === undefined || refusals.length === 0) return;
  const failed = scopeAfter(organization, capabilities, refusals)?.failed ?? [];
  await scopeLearning.worked({ organizationId: organization.id, basis, scope, failed, by });
}

/**
 * What the visitor reads when the second request fails as well. An EHR that has spent its launch value answers
 * `invalid_request` or the like: that says nothing about the scopes, and the next launch asks for them at once. What
 * was missing from an empty grant is still named (SCO-20).
 */
export function afterAskingAgain(transaction: Transaction, error: unknown): unknown {
  const isUnjudged = error instanceof AppError && error.code === 'authorization.refused';
  const { answerTo } = transaction;
  if (!answerTo || !isUnjudged) return error;
  const detail = `asked again with other scopes, and ${error.message}`;
  const { failure, shown } = answerTo;
  return failure === 'empty-grant' && shown !== undefined
    ? new AppError('scope.none-granted', detail, { cause: error, shown })
    : new AppError('scope.open-again', detail, { cause: error });
}
