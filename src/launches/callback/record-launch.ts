/** A proven launch becomes a record: stored, found again by its callback, and the older ones of its browser that must go ended. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '#src/adapters/clock.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/launch-trace.ts';
import type { Revoker } from '#src/launches/ending/revoker.ts';
import { type LaunchCookie, launchesToEnd } from '#src/launches/session/cookies.ts';
import { isSameUser, type Launch } from '#src/launches/session/launch.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import type { TransactionKey, Transactions } from '#src/launches/session/transaction.ts';
import type { OrganizationDirectory } from '#src/organizations/directory.ts';

/** What recording needs. */
export interface RecordLaunchDependencies {
  directory: OrganizationDirectory;
  launches: LaunchStore;
  transactions: Transactions;
  revoker: Pick<Revoker, 'revoke'>;
  clock: Clock;
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
  { key, cookies, trace }: { key: TransactionKey; cookies: readonly LaunchCookie[]; trace: LaunchTrace },
  launch: Launch,
  onSaved: () => void,
): Promise<RecordedLaunch> {
  const { launches, transactions, clock } = dependencies;
  const secret = randomBytes(32).toString('base64url');
  const lasts = { 'lasts minutes': Math.round((Date.parse(launch.endsAt) - clock().getTime()) / 60_000) };
  await trace.step('launch-record', () => launches.save(launch, secret, clock()), lasts);
  onSaved();
  const [ended] = await Promise.all([
    endOthers(dependencies, launch, cookies),
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
  { launches, directory, revoker }: RecordLaunchDependencies,
  launch: Launch,
  cookies: readonly LaunchCookie[],
): Promise<LaunchCookie[]> {
  if (cookies.length === 0) return [];
  const { kind, organizationId } = launch;
  const others = await launches.peek(cookies);
  const ofItsKind = cookies.filter((one) => one.kind === kind && one.organizationId === organizationId);
  const tooMany = new Set(launchesToEnd(ofItsKind).map(({ id }) => id));
  const ofItsOwn = others.filter((other) => other.organizationId === organizationId);
  const ended = ofItsOwn.filter((other) => tooMany.has(other.id) || !isSameUser(other, launch));
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
