/** Sends a second authorization request with other scopes if the EHR refused those of the first. */
import type { Clock } from '#src/adapters/clock.ts';
import { redirectFacts } from '#src/diagnostics/traces/redacted-facts.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/trace-of-request.ts';
import { AppError } from '#src/errors.ts';
import { type CookieValue, createCookieValue } from '#src/launches/session/cookies.ts';
import type { Transaction } from '#src/launches/session/transaction.ts';
import type { Transactions } from '#src/launches/session/transaction-store.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { neededTypes } from '#src/organizations/scope-purposes.ts';
import { type FailedScope, nextScope } from '#src/smart/scopes/after-refusal.ts';
import {
  type AuthorizationRedirect,
  authorizationRedirect,
  createAttemptSecrets,
} from '#src/smart/step-4-authorization-code.ts';

/** The browser returns to the authorization server, with a new transaction and cookie. */
export interface AskedAgain {
  kind: 'asked-again';
  redirect: AuthorizationRedirect;
  state: string;
  cookie: CookieValue;
  organization: Organization;
}

/** At most once per launch (ER-03), with fresh secrets and the same pinned data. @returns undefined otherwise. */
export async function askAgain(
  { transactions, clock }: { transactions: Transactions; clock: Clock },
  organization: Organization,
  transaction: Transaction,
  error: unknown,
  trace: LaunchTrace,
): Promise<AskedAgain | undefined> {
  const failure = failureOf(error);
  const { configuration, clientId, redirectUri, fhirBase: aud, launch } = transaction;
  // Only an EHR launch: it is the one that works without `launch/patient`.
  if (!failure || transaction.answerTo || launch === undefined) return undefined;
  const { scopes: setting, scopeVersion: version } = organization;
  const base = { setting, version, capabilities: configuration.capabilities, types: neededTypes(organization) };
  const scope = nextScope(base, { scope: transaction.scope, failure });
  if (scope === undefined) return undefined;
  const send = async (): Promise<AskedAgain> => {
    const secrets = createAttemptSecrets();
    const cookie = createCookieValue({ kind: 'ehr', organizationId: organization.id }, clock());
    const { state, nonce, codeVerifier } = secrets;
    const answerTo = { failure, shown: error instanceof AppError ? error.shown : undefined };
    const next = { ...transaction, scope, nonce, codeVerifier, traceId: trace.id, answerTo };
    await transactions.begin({ state, secret: cookie.secret }, next);
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

/** If the second request fails too, the first error: a spent launch value gives only `invalid_request` (SCO-20). */
export function errorToShow({ answerTo }: Transaction, error: unknown): unknown {
  if (!answerTo || !(error instanceof AppError) || error.code !== 'authorization.refused') return error;
  const { failure, shown } = answerTo;
  const code = failure === 'empty-grant' ? 'scope.none-granted' : 'authorization.scope-refused';
  const detail = `asked again with other scopes, and ${error.message}`;
  const rule = failure === 'empty-grant' ? 'scope.nothing' : 'scope.refused';
  return new AppError(code, detail, { rule, cause: error, ...(shown === undefined ? {} : { shown }) });
}
