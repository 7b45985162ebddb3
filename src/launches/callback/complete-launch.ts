/** Turns a callback into a launch: proves it, admits the user, stores it and ends the launches that it replaces. */
import type { Sealer } from '#src/adapters/seal.ts';
import { type Audit, auditActor, auditPatient } from '#src/audit/audit.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import { type LaunchCookie, launchesToEnd } from '#src/launches/session/cookies.ts';
import { isSameUser, type Launch } from '#src/launches/session/launch.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import { type Completion, completionsOf, type Transaction } from '#src/launches/session/transaction.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { admitUser, type UserAdmissionDependencies } from './admit-clinician.ts';
import { type CallbackVisit, type ProveLaunchDependencies, proveLaunch } from './prove-launch.ts';

export interface CompleteLaunchDependencies extends ProveLaunchDependencies {
  launches: LaunchStore;
  endings: LaunchEndings;
  clinicians: UserAdmissionDependencies['clinicians'];
  audit: Audit;
  retries: Pick<StoreRetries, 'insist' | 'outlast'>;
  sealer: Sealer;
  /** Starts the reads for the pages while the browser follows the redirect. */
  onCompleted(launch: Launch, organization: Organization): void;
}

export interface LaunchDone extends Completion {
  kind: 'finished';
  ended: LaunchCookie[];
  /** False for a repeated callback (CB-19). */
  isFirst: boolean;
}

/** @throws AppError; then no launch exists, and received tokens are revoked. */
export async function completeLaunch(
  dependencies: CompleteLaunchDependencies,
  visit: CallbackVisit & { onCodeSent(): void },
  transaction: Transaction,
  organization: Organization,
): Promise<LaunchDone> {
  const { audit, sealer, revoker, retries, endings } = dependencies;
  const { trace, supportCode, address } = visit;
  const [{ launchId, secret }] = completionsOf(visit.key, sealer);
  const proven = await proveLaunch(dependencies, organization, transaction, { ...visit, launchId });
  trace.know({
    userHash: auditActor(sealer, proven.user),
    patientHash: auditPatient(sealer, proven.organizationId, `Patient/${proven.context.patient}`),
  });
  const { launch, isAdmitted } = await admitUser(dependencies, organization, proven, visit);
  const by = { actor: launch.user, supportCode, address };
  const ended = await storeLaunch(dependencies, visit, { launch, isAdmitted, secret }, organization).catch(
    (error: unknown) => {
      // No browser gets the cookie, but the store may have saved the record although it did not answer (CB-22).
      revoker.revoke(launch, organization);
      retries.insist(() => endings.end([launch.id], 'not-stored', organization, by));
      throw error;
    },
  );
  const { organizationId, kind } = launch;
  const facts = { ...(kind === 'standalone' ? { kind } : {}), ...(isAdmitted ? {} : { association: 'awaited' }) };
  const detail = Object.keys(facts).length > 0 ? { detail: facts } : {};
  audit.record({ event: 'launch', organizationId, launchId, ...by, ...detail });
  return { kind: 'finished', launchId, secret, ended, isFirst: true };
}

/** It waits for a fail-over of the store, as the code cannot be sent again. A repeated callback finds the launch. */
async function storeLaunch(
  dependencies: CompleteLaunchDependencies,
  visit: CallbackVisit,
  { launch, isAdmitted, secret }: { launch: Launch; isAdmitted: boolean; secret: string },
  organization: Organization,
): Promise<LaunchCookie[]> {
  const { launches, transactions, retries, clock, onCompleted } = dependencies;
  const lasts = { 'lasts minutes': Math.round((Date.parse(launch.endsAt) - clock().getTime()) / 60_000) };
  const save = () => retries.outlast(() => launches.save(launch, secret, clock()));
  await visit.trace.step('launch-record', save, lasts);
  // FU-07: nothing is read, above all not the patient, before the user is admitted.
  if (isAdmitted) onCompleted(launch, organization);
  transactions.completed(visit.key);
  return retries.outlast(() => endOthers(dependencies, visit, launch, organization));
}

/**
 * Ends this browser's older launches if another user of the organization launches, or if there are too many of one
 * kind. Only launches whose cookie secret is right are considered, so a forged cookie ends nothing. Launches of other
 * organizations stay: any EHR can start a launch by a link, and must not end those of another by it (MT-06).
 */
async function endOthers(
  { launches, endings }: CompleteLaunchDependencies,
  { cookies, supportCode, address }: CallbackVisit,
  launch: Launch,
  organization: Organization,
): Promise<LaunchCookie[]> {
  if (cookies.length === 0) return [];
  const others = await launches.peek(cookies);
  const ofItsOwn = others.filter((other) => other.organizationId === organization.id);
  const ofItsKind = cookies.filter((one) => one.kind === launch.kind && one.organizationId === organization.id);
  const tooMany = new Set(launchesToEnd(ofItsKind).map(({ id }) => id));
  const ended = ofItsOwn.filter((other) => tooMany.has(other.id) || !isSameUser(other, launch)).map(({ id }) => id);
  await endings.end(ended, 'replaced', organization, { actor: launch.user, supportCode, address });
  const gone = new Set([...ended, ...tooMany]);
  return cookies.filter(({ id }) => gone.has(id));
}
