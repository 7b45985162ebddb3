/** One callback, from the claimed transaction to a stored launch record; everything that must happen exactly once. */
import { randomBytes } from 'node:crypto';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { type Audit, auditActor, auditPatient } from '#src/audit/audit.ts';
import type { LaunchTrace } from '#src/diagnostics/launch-trace.ts';
import { AppError } from '#src/errors.ts';
import type { Refusals } from '#src/organizations/learned-scopes.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationDirectory } from '#src/organizations/organization-directory.ts';
import type { CallbackParameters } from '#src/smart/step-4-authorization-code.ts';
import { isGrantUnused } from '#src/smart/step-5-access-token.ts';
import {
  type AskAgainDependencies,
  type AskedAgain,
  afterAskingAgain,
  askAgain,
  rememberWhatWorked,
} from './ask-again.ts';
import { type CompleteLaunchDependencies, completeLaunch } from './complete-launch.ts';
import { isSameUser, type Launch, type LaunchKind } from './launch.ts';
import { type LaunchCookie, launchesToEnd } from './launch-cookies.ts';
import type { LaunchStore } from './launch-store.ts';
import type { Claim, Completion, Transaction, TransactionKey, Transactions } from './transaction.ts';
import { admitUser, type UserAdmissionDependencies } from './user-admission.ts';

/** What finishing a launch needs. */
export interface FinishLaunchDependencies extends CompleteLaunchDependencies, AskAgainDependencies {
  directory: OrganizationDirectory;
  clinicians: UserAdmissionDependencies['clinicians'];
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
  /** Its launch cookies, oldest first. */
  cookies: readonly LaunchCookie[];
  supportCode: string;
  /** As `request.ip` tells, for the audit trail. */
  address: string | undefined;
  trace: LaunchTrace;
  /** For this browser's next launch of the organization. */
  onRefused(organization: Organization, refusals: Refusals): void;
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
  const completion = await completionOf(dependencies, visit.key, claim);
  if (completion) {
    visit.trace.discard();
    return { kind: 'finished', ...completion, ended: [], isFirst: false };
  }
  if (claim?.kind !== 'transaction') {
    throw new AppError('callback.invalid', 'state is unknown, expired, used or from another browser');
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
    await forget(dependencies.transactions, visit.key, transaction, error).catch(() => undefined);
    throw error;
  }
}

/** A code that was not sent is still good: the same callback may come again (TK-08). */
async function forget(
  transactions: Transactions,
  key: TransactionKey,
  transaction: Transaction,
  error: unknown,
): Promise<void> {
  if (isGrantUnused(error)) await transactions.begin(key, transaction);
  else await transactions.abandon(key);
}

async function completeOrAskAgain(
  dependencies: FinishLaunchDependencies,
  visit: CallbackVisit,
  transaction: Transaction,
): Promise<FinishedLaunch | AskedAgain> {
  const organization = await dependencies.directory.find(transaction.organizationId);
  if (!organization) throw new AppError('callback.invalid', 'the organization is gone');
  try {
    const finished = await complete(dependencies, visit, transaction, organization);
    const by = { actor: 'system', address: visit.address, launchId: finished.launchId } as const;
    await rememberWhatWorked(dependencies, organization, transaction, by);
    return finished;
  } catch (error) {
    const again = await askAgain(dependencies, organization, transaction, error, visit);
    if (!again) throw afterAskingAgain(transaction, error);
    await dependencies.transactions.abandon(visit.key).catch(() => undefined);
    return again;
  }
}

/** The launch another callback has made of this transaction, or another instance is about to make. */
async function completionOf(
  { transactions }: FinishLaunchDependencies,
  key: TransactionKey,
  claim: Claim | undefined,
): Promise<Completion | undefined> {
  if (claim?.kind === 'completed') return claim.completion;
  return claim?.kind === 'taken' ? transactions.untilCompleted(key) : undefined;
}

async function complete(
  dependencies: FinishLaunchDependencies,
  visit: CallbackVisit,
  transaction: Transaction,
  organization: Organization,
): Promise<FinishedLaunch> {
  const { launches, transactions, audit, sealer, clock } = dependencies;
  const { trace } = visit;
  const proven = await completeLaunch(dependencies, organization, transaction, visit, trace);
  trace.know({
    userHash: auditActor(sealer, proven.user),
    patientHash: auditPatient(sealer, proven.organizationId, `Patient/${proven.context.patient}`),
  });
  const { launch, isAdmitted } = await admitUser(dependencies, organization, proven, visit);
  const secret = randomBytes(32).toString('base64url');
  const lasts = { 'lasts minutes': Math.round((Date.parse(launch.endsAt) - clock().getTime()) / 60_000) };
  await trace.step('launch-record', () => launches.save(launch, secret, clock()), lasts);
  // FU-07: of somebody who is not known yet nothing is read, the patient least of all.
  if (isAdmitted) dependencies.onCompleted(launch, organization);
  const [ended] = await Promise.all([
    endOthers(dependencies, launch, visit.cookies),
    transactions.complete(visit.key, { launchId: launch.id, secret }),
  ]);
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

/**
 * A launch by another user or organization ends this browser's older ones; so does one too many of its kind. Only launches whose
 * cookie secret is right are looked at, so a forged cookie ends nothing.
 */
async function endOthers(
  { launches, directory, revoker }: FinishLaunchDependencies,
  launch: Launch,
  cookies: readonly LaunchCookie[],
): Promise<LaunchCookie[]> {
  if (cookies.length === 0) return [];
  const others = await launches.peek(cookies);
  const ofItsKind = cookies.filter(({ kind }) => kind === launch.kind);
  const tooMany = new Set(launchesToEnd(ofItsKind).map(({ id }) => id));
  const ended = others.filter((other) => tooMany.has(other.id) || !isSameUser(other, launch));
  await launches.end(
    ended.map(({ id }) => id),
    'replaced',
  );
  for (const one of ended) {
    // oxlint-disable-next-line no-await-in-loop -- from memory; rarely more than one
    const organization = await directory.find(one.organizationId).catch(() => undefined);
    revoker.revoke(one, organization ?? { id: one.organizationId, privateNetworks: [], requestsPerMinute: 0 });
  }
  const gone = new Set([...ended.map(({ id }) => id), ...tooMany]);
  return cookies.filter(({ id }) => gone.has(id));
}
