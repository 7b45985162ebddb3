/** One callback, from the claimed transaction to a stored launch record; everything that must happen exactly once. */
import { randomBytes } from 'node:crypto';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { type Audit, auditActor, auditPatient } from '#src/audit/audit.ts';
import type { LaunchTrace } from '#src/diagnostics/launch-trace.ts';
import { AppError } from '#src/errors.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationDirectory } from '#src/organizations/organization-directory.ts';
import type { CallbackParameters } from '#src/smart/step-4-authorization-code.ts';
import { type CompleteLaunchDependencies, completeLaunch } from './complete-launch.ts';
import { isSameUser, type Launch } from './launch.ts';
import { type LaunchCookie, launchesToEnd } from './launch-cookies.ts';
import type { LaunchStore } from './launch-store.ts';
import type { Completion, Transaction, TransactionKey, Transactions } from './transaction.ts';

/** What finishing a launch needs. */
export interface FinishLaunchDependencies extends CompleteLaunchDependencies {
  directory: OrganizationDirectory;
  launches: LaunchStore;
  transactions: Transactions;
  audit: Audit;
  metrics: Metrics;
  /** For keyed hashes in the trace. */
  sealer: Sealer;
  /** Lets the pages start reading while the browser follows the redirect. */
  onCompleted(launch: Launch, organization: Organization): void;
}

/** A finished launch as the browser needs to know it. */
export interface FinishedLaunch extends Completion {
  /** Launches of this browser that this one ended; their cookies go. */
  ended: string[];
  /** False for a callback that was answered before and came again (CB-19). */
  isFirst: boolean;
}

/** What the route knows of the browser. */
export interface CallbackVisit {
  callback: CallbackParameters;
  key: TransactionKey;
  /** Its launch cookies, oldest first. */
  cookies: readonly LaunchCookie[];
  supportCode: string;
  /** As `request.ip` tells, for the audit trail. */
  address: string | undefined;
  trace: LaunchTrace;
}

/**
 * Claims the transaction and completes the launch. A transaction completed a moment ago leads to its launch again
 * (CB-19); one that another request holds, or nobody knows, leads nowhere (CB-02, CB-04..06).
 *
 * @throws AppError; then the transaction is gone and no launch exists.
 */
export async function finishLaunch(
  dependencies: FinishLaunchDependencies,
  visit: CallbackVisit,
): Promise<FinishedLaunch> {
  const claim = await dependencies.transactions.claim(visit.key);
  if (claim?.kind === 'completed') {
    visit.trace.discard();
    return { ...claim.completion, ended: [], isFirst: false };
  }
  if (claim?.kind !== 'transaction') {
    throw new AppError('callback.invalid', 'state is unknown, expired, used or from another browser');
  }
  const { transaction } = claim;
  visit.trace.joins(transaction.traceId);
  visit.trace.know({ organizationId: transaction.organizationId });
  try {
    const finished = await complete(dependencies, visit, transaction);
    dependencies.metrics.launches.inc({ outcome: 'completed' });
    return finished;
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'server.unexpected';
    dependencies.metrics.launches.inc({ outcome: code });
    const { organizationId } = transaction;
    const { supportCode, address } = visit;
    const denial = { organizationId, actor: 'unknown', supportCode, address, detail: { code } } as const;
    dependencies.audit.record({ event: 'denial', ...denial });
    await dependencies.transactions.abandon(visit.key).catch(() => undefined);
    throw error;
  }
}

async function complete(
  dependencies: FinishLaunchDependencies,
  visit: CallbackVisit,
  transaction: Transaction,
): Promise<FinishedLaunch> {
  const { directory, launches, transactions, audit, sealer, clock } = dependencies;
  const { trace } = visit;
  const organization = await directory.find(transaction.organizationId);
  if (!organization) throw new AppError('callback.invalid', 'the organization is gone');
  const launch = await completeLaunch(dependencies, organization, transaction, visit.callback, trace);
  trace.know({
    userHash: auditActor(sealer, launch.user),
    patientHash: auditPatient(sealer, launch.organizationId, `Patient/${launch.context.patient}`),
  });
  const secret = randomBytes(32).toString('base64url');
  const lasts = { 'lasts minutes': Math.round((Date.parse(launch.endsAt) - clock().getTime()) / 60_000) };
  await trace.step('launch-record', () => launches.save(launch, secret, clock()), lasts);
  dependencies.onCompleted(launch, organization);
  const [ended] = await Promise.all([
    endOthers(dependencies, launch, visit.cookies),
    transactions.complete(visit.key, { launchId: launch.id, secret }),
  ]);
  const { id: launchId, organizationId, user } = launch;
  const { supportCode, address } = visit;
  audit.record({ event: 'launch', organizationId, actor: user, address, launchId, supportCode });
  return { launchId, secret, ended, isFirst: true };
}

/**
 * A launch by another user or organization ends this browser's older ones; so does one too many. Only launches whose
 * cookie secret is right are looked at, so a forged cookie ends nothing.
 */
async function endOthers(
  { launches, directory, revoker }: FinishLaunchDependencies,
  launch: Launch,
  cookies: readonly LaunchCookie[],
): Promise<string[]> {
  if (cookies.length === 0) return [];
  const others = await launches.peek(cookies);
  const tooMany = new Set(launchesToEnd(cookies).map(({ id }) => id));
  const ended = others.filter((other) => tooMany.has(other.id) || !isSameUser(other, launch));
  await launches.end(
    ended.map(({ id }) => id),
    'replaced',
  );
  for (const one of ended) {
    // oxlint-disable-next-line no-await-in-loop -- from memory; rarely more than one
    const organization = await directory.find(one.organizationId).catch(() => undefined);
    revoker.revoke(one, organization?.privateNetworks ?? []);
  }
  return [...new Set([...ended.map(({ id }) => id), ...tooMany])];
}
