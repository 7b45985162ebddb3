/** A proven launch becomes a record: stored, found again by its callback, and the older ones of its browser that must go ended. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '#src/adapters/clock.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/launch-trace.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import { type LaunchCookie, launchesToEnd } from '#src/launches/session/cookies.ts';
import { isSameUser, type Launch } from '#src/launches/session/launch.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import type { TransactionKey, Transactions } from '#src/launches/session/transaction.ts';
import type { Organization } from '#src/organizations/organization.ts';

/** What recording needs. */
export interface RecordLaunchDependencies {
  launches: LaunchStore;
  transactions: Transactions;
  endings: LaunchEndings;
  clock: Clock;
}

/** The callback as its browser made it. */
interface LaunchVisit {
  key: TransactionKey;
  cookies: readonly LaunchCookie[];
  supportCode: string;
  address: string | undefined;
  trace: LaunchTrace;
}

/** How a browser comes to it. */
export interface RecordedLaunch {
  secret: string;
  /** Cookies of launches of this browser that this one ended; they go. */
  ended: LaunchCookie[];
}

/**
 * Stores the launch under a new secret, in place of those of this browser that it ends, and lets a repeated callback find
 * it.
 *
 * @param onSaved called as soon as there is a record.
 * @throws AppError 'store.unavailable'; whether there is a record, nobody knows then.
 */
export async function recordLaunch(
  dependencies: RecordLaunchDependencies,
  visit: LaunchVisit,
  launch: Launch,
  organization: Organization,
  onSaved: () => void,
): Promise<RecordedLaunch> {
  const { launches, transactions, clock } = dependencies;
  const { key, trace } = visit;
  const secret = randomBytes(32).toString('base64url');
  const lasts = { 'lasts minutes': Math.round((Date.parse(launch.endsAt) - clock().getTime()) / 60_000) };
  await trace.step('launch-record', () => launches.save(launch, secret, clock()), lasts);
  onSaved();
  const [ended] = await Promise.all([
    endOthers(dependencies, visit, launch, organization),
    transactions.complete(key, { launchId: launch.id, secret }),
  ]);
  return { secret, ended };
}

/**
 * A launch by another user of its organization ends this browser's older ones; so does one too many of its kind. Only
 * launches whose cookie secret is right are looked at, so a forged cookie ends nothing, and none of another organization:
 * its EHR can begin a launch in any browser that follows a link, and would end those of others by it (MT-06).
 */
async function endOthers(
  { launches, endings }: RecordLaunchDependencies,
  { cookies, supportCode, address }: LaunchVisit,
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
