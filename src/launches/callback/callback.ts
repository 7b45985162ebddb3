/** One callback, from the claimed transaction to a stored launch record; everything that must happen exactly once. */
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { type Audit, auditActor, auditPatient } from '#src/audit/audit.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/launch-trace.ts';
import { AppError } from '#src/errors.ts';
import type { LaunchCookie } from '#src/launches/session/cookies.ts';
import type { Launch, LaunchKind } from '#src/launches/session/launch.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { Completion, Transaction, TransactionKey } from '#src/launches/session/transaction.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { CallbackParameters } from '#src/smart/step-4-authorization-code.ts';
import { isGrantUnused } from '#src/smart/step-5-access-token.ts';
import { admitUser, type UserAdmissionDependencies } from './admit-clinician.ts';
import { type CompleteLaunchDependencies, completeLaunch } from './prove-launch.ts';
import { type RecordLaunchDependencies, recordLaunch } from './record-launch.ts';
import { type AskAgainDependencies, type AskedAgain, afterAskingAgain, askAgain } from './retry-scopes.ts';

/** What finishing a launch needs. */
export interface FinishLaunchDependencies
  extends CompleteLaunchDependencies,
    AskAgainDependencies,
    RecordLaunchDependencies {
  clinicians: UserAdmissionDependencies['clinicians'];
  audit: Audit;
  metrics: Metrics;
  retries: Pick<StoreRetries, 'insist'>;
  /** For keyed hashes in the trace. */
  sealer: Sealer;
  /** Lets the pages start reading while the browser follows the redirect. */
  onCompleted(launch: Launch, organization: Organization): void;
}

/** A finished launch as the browser needs to know it. */
export interface FinishedLaunch extends Completion {
  kind: 'finished';
  /** Cookies of launches of this browser that this one ended; they go. */
  ended: LaunchCookie[];
  /** False for a callback that was answered before and came again (CB-19). */
  isFirst: boolean;
}

/** What the route knows of the browser. */
export interface CallbackVisit {
  callback: CallbackParameters;
  /** The address of ours it came to. */
  redirectUri: string;
  key: TransactionKey;
  /** As its transaction cookie says. */
  kind: LaunchKind;
  /** As the browser says; undefined when it does not. */
  isInFrame: boolean | undefined;
  /** Its launch cookies, oldest first. */
  cookies: readonly LaunchCookie[];
  supportCode: string;
  /** As `request.ip` tells, for the audit trail. */
  address: string | undefined;
  trace: LaunchTrace;
  /** Noted here when the code leaves: from then on it is spent. */
  isCodeSent?: boolean;
}

/**
 * Claims the transaction and completes the launch. A transaction completed a moment ago leads to its launch again
 * (CB-19), and one that another instance holds is waited for; one that nobody knows leads nowhere (CB-02, CB-04..06). One
 * that was refused for its scopes leads back to the authorization server, once.
 *
 * @throws AppError; then the transaction is gone and no launch exists.
 */
export async function finishLaunch(
  dependencies: FinishLaunchDependencies,
  visit: CallbackVisit,
): Promise<FinishedLaunch | AskedAgain> {
  const claim = await dependencies.transactions.claim(visit.key);
  if (!claim) throw new AppError('callback.invalid', 'state is unknown, expired, used or from another browser');
  if (claim.kind === 'completed') {
    visit.trace.discard();
    return { kind: 'finished', ...claim.completion, ended: [], isFirst: false };
  }
  const { transaction } = claim;
  visit.trace.joins(transaction.traceId);
  visit.trace.know({ organizationId: transaction.organizationId });
  try {
    if (transaction.kind !== visit.kind)
      throw new AppError('callback.invalid', 'the cookie is of another kind of launch');
    const end = await completeOrAskAgain(dependencies, visit, transaction);
    if (end.kind === 'finished')
      dependencies.metrics.launches.inc({ outcome: 'completed', organization: transaction.organizationId });
    return end;
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'server.unexpected';
    const { organizationId } = transaction;
    dependencies.metrics.launches.inc({ outcome: code, organization: organizationId });
    const { supportCode, address } = visit;
    const denial = { organizationId, actor: 'unknown', supportCode, address, detail: { code } } as const;
    dependencies.audit.record({ event: 'denial', ...denial });
    await release(dependencies, visit, transaction, error);
    throw error;
  }
}

/** A code that was not sent is still good, where nothing speaks against it: the same callback may come again (TK-08). */
async function release(
  { transactions, retries }: FinishLaunchDependencies,
  { key, isCodeSent }: CallbackVisit,
  transaction: Transaction,
  error: unknown,
): Promise<void> {
  const isStoreAway = error instanceof AppError && error.code === 'store.unavailable';
  const mayComeAgain = isGrantUnused(error) || (isStoreAway && isCodeSent !== true);
  const work = () => (mayComeAgain ? transactions.begin(key, transaction) : transactions.abandon(key));
  // Nobody waits a second time for a store that has just not answered.
  if (isStoreAway) retries.insist(work);
  else await work().catch(() => retries.insist(work));
}

async function completeOrAskAgain(
  dependencies: FinishLaunchDependencies,
  visit: CallbackVisit,
  transaction: Transaction,
): Promise<FinishedLaunch | AskedAgain> {
  const organization = await dependencies.directory.find(transaction.organizationId);
  if (!organization) throw new AppError('callback.invalid', 'the organization is gone');
  try {
    return await complete(dependencies, visit, transaction, organization);
  } catch (error) {
    const again = await askAgain(dependencies, organization, transaction, error, visit.trace);
    if (!again) throw afterAskingAgain(transaction, error);
    await dependencies.transactions.abandon(visit.key).catch(() => undefined);
    return again;
  }
}

async function complete(
  dependencies: FinishLaunchDependencies,
  visit: CallbackVisit,
  transaction: Transaction,
  organization: Organization,
): Promise<FinishedLaunch> {
  const { audit, sealer } = dependencies;
  const { trace } = visit;
  const proven = await completeLaunch(dependencies, organization, transaction, visit, trace);
  trace.know({
    userHash: auditActor(sealer, proven.user),
    patientHash: auditPatient(sealer, proven.organizationId, `Patient/${proven.context.patient}`),
  });
  const { launch, isAdmitted } = await admitUser(dependencies, organization, proven, visit);
  // FU-07: of somebody who is not known yet nothing is read, the patient least of all.
  const onSaved = () => isAdmitted && dependencies.onCompleted(launch, organization);
  const { secret, ended } = await recordLaunch(dependencies, visit, launch, onSaved).catch((error: unknown) => {
    // Nobody gets its cookie, and a store that has not answered may keep the record all the same (CB-22).
    dependencies.revoker.revoke(launch, organization);
    dependencies.retries.insist(() => dependencies.launches.end([launch.id]));
    throw error;
  });
  const { id: launchId, organizationId, user } = launch;
  const { supportCode, address } = visit;
  const event = { organizationId, actor: user, address, launchId, supportCode } as const;
  const detail = {
    ...(launch.kind === 'standalone' ? { kind: launch.kind } : {}),
    ...(isAdmitted ? {} : { association: 'awaited' }),
  };
  audit.record({ event: 'launch', ...event, ...(Object.keys(detail).length > 0 ? { detail } : {}) });
  return { kind: 'finished', launchId, secret, ended, isFirst: true };
}
