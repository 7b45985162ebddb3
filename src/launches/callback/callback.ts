/** Processes one callback, from the transaction to the launch, and makes sure that each step happens only once. */
import type { Metrics } from '#src/adapters/metrics.ts';
import { AppError } from '#src/errors.ts';
import type { Transaction } from '#src/launches/session/transaction.ts';
import type { OrganizationDirectory } from '#src/organizations/organization-directory.ts';
import type { SmartConnections } from '#src/organizations/smart-connections.ts';
import { isGrantUnused } from '#src/smart/step-5-access-token.ts';
import { type CompleteLaunchDependencies, completeLaunch, type LaunchDone } from './complete-launch.ts';
import type { CallbackVisit } from './prove-launch.ts';
import { type AskedAgain, askAgain, errorToShow } from './retry-scopes.ts';

export interface CallbackDependencies extends CompleteLaunchDependencies {
  directory: OrganizationDirectory;
  metrics: Metrics;
  connections: Pick<SmartConnections, 'renew' | 'cameBack'>;
}

/** The rules that fail where an endpoint or the issuer may have moved since discovery. */
const MOVED = /^(?:token\.(?:not-there|redirect|web-page)$|id-token\.issuer$|network\.|tls\.)/;

/**
 * Claims the transaction and completes the launch. A transaction completed a moment ago leads to the same launch
 * (CB-19). If another instance holds it, this call waits. An unknown one is refused (CB-02, CB-04..06). If the EHR
 * refused the scopes, the browser goes back to the authorization server once.
 * @throws AppError; then the transaction is gone and no launch exists.
 */
export async function answerCallback(
  dependencies: CallbackDependencies,
  visit: CallbackVisit,
): Promise<LaunchDone | AskedAgain> {
  const { transactions, metrics, audit } = dependencies;
  const { trace, supportCode, address } = visit;
  const claim = await transactions.claim(visit.key);
  if (!claim) {
    const detail = 'state is unknown, expired, used or from another browser';
    throw new AppError('callback.invalid', detail, 'callback.used');
  }
  if (claim.kind === 'completed') {
    trace.discard();
    return { kind: 'finished', ...claim.completion, ended: [], isFirst: false };
  }
  const { transaction } = claim;
  const { organizationId, traceId } = transaction;
  trace.joins(traceId);
  trace.know({ organizationId });
  dependencies.connections.cameBack({ id: organizationId });
  let isCodeSent = false;
  const onCodeSent = () => void (isCodeSent = true);
  try {
    if (transaction.kind !== visit.kind)
      throw new AppError('callback.invalid', 'the cookie is of another kind of launch');
    const end = await completeOrAskAgain(dependencies, { ...visit, onCodeSent }, transaction);
    if (end.kind === 'finished') metrics.launches.inc({ outcome: 'completed', organization: organizationId });
    return end;
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'server.unexpected';
    metrics.launches.inc({ outcome: code, organization: organizationId });
    audit.record({ event: 'denial', organizationId, actor: 'unknown', supportCode, address, detail: { code } });
    await release(dependencies, visit, transaction, error, isCodeSent);
    throw error;
  }
}

/** Puts the transaction back if its code was not sent, so that the same callback can be repeated (TK-08). */
async function release(
  { transactions, retries }: CallbackDependencies,
  { key }: CallbackVisit,
  transaction: Transaction,
  error: unknown,
  isCodeSent: boolean,
): Promise<void> {
  const isStoreUnavailable = error instanceof AppError && error.code === 'store.unavailable';
  const mayComeAgain = isGrantUnused(error) || (isStoreUnavailable && !isCodeSent);
  const work = () => (mayComeAgain ? transactions.begin(key, transaction) : transactions.abandon(key));
  // The store has just failed, so the visitor does not wait for it a second time.
  if (isStoreUnavailable) retries.insist(work);
  else await work().catch(() => retries.insist(work));
}

async function completeOrAskAgain(
  dependencies: CallbackDependencies,
  visit: CallbackVisit & { onCodeSent(): void },
  transaction: Transaction,
): Promise<LaunchDone | AskedAgain> {
  const organization = await dependencies.directory.find(transaction.organizationId);
  if (!organization) throw new AppError('callback.invalid', 'the organization is gone');
  try {
    return await completeLaunch(dependencies, visit, transaction, organization);
  } catch (error) {
    const isMoved = error instanceof AppError && MOVED.test(error.rule ?? '');
    if (isMoved && transaction.configuration.source !== 'settings') dependencies.connections.renew(organization);
    const again = await askAgain(dependencies, organization, transaction, error, visit.trace);
    if (!again) throw errorToShow(transaction, error);
    await dependencies.transactions.abandon(visit.key).catch(() => undefined);
    return again;
  }
}
