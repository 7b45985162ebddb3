/** Takes a signing key out of use: gradually, or at once when it is compromised (JW-09, JW-13). */
import type { Queries } from '#src/adapters/database/index.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { type KeyDependencies, KeyRefusal, type KeyReport, present, recorded, reportsOf } from './key-actions.ts';
import { emergencyInstant, isInState, JWKS_MAX_AGE_SECONDS, keyState, newKeyDates } from './key-life.ts';
import { makeKey, signingAlgorithms } from './key-pair.ts';
import { changeKeys, type KeyRow, listKeyUses } from './key-store.ts';

/**
 * Takes one key out of use; it stays published for what is in transit, and a pending one is dropped. With `force`
 * (compromise) it leaves the JWKS at once, and the pending one or a new one takes over (JW-13). @param options.evenIfUsed
 * although an EHR accepted it within the JWKS's max-age. @throws CommandError if unknown, in use, or the last that signs.
 */
export async function retireKey(
  dependencies: KeyDependencies,
  kid: string,
  { force, evenIfUsed = false }: { force: boolean; evenIfUsed?: boolean },
): Promise<KeyReport[]> {
  const { db, sealer, clock } = dependencies;
  const now = clock();
  const users = force || evenIfUsed ? [] : await recentUsers(db, kid, now);
  const changed = await changeKeys(db, async (rows) => {
    const row = present(rows, kid, now);
    const others = rows.filter((other) => other.alg === row.alg && other.kid !== kid);
    if (force) return remove(row, others, now, sealer);
    const retired = retireGently(row, others, now);
    assertUnused(kid, users);
    return retired;
  });
  return recorded(dependencies, { action: force ? 'remove' : 'retire', kid, evenIfUsed }, reportsOf(changed, now));
}

/** Organizations whose EHR accepted the key within the JWKS's max-age, and so may not know another one yet. */
async function recentUsers(db: Queries, kid: string, now: Date): Promise<string[]> {
  const since = now.getTime() - JWKS_MAX_AGE_SECONDS * 1_000;
  const uses = await listKeyUses(db);
  return uses.filter((use) => use.kid === kid && use.at.getTime() > since).map(({ organizationId }) => organizationId);
}

function assertUnused(kid: string, users: readonly string[]): void {
  if (users.length === 0) return;
  const use = `the EHR of ${users.join(', ')} accepted it within the last ${JWKS_MAX_AGE_SECONDS} seconds`;
  throw new KeyRefusal('in-use', `Key ${kid} is in use: ${use}. Wait, or use --force if it is compromised.`);
}

function retireGently(row: KeyRow, others: KeyRow[], now: Date): KeyRow[] {
  const state = keyState(row, now);
  if (state === 'retired')
    throw new KeyRefusal('retired', `Key ${row.kid} is retired already; --force removes it at once.`);
  if (state === 'pending') return [{ ...row, revokedAt: now }, ...unretired(row, others, now)];
  if (others.some(isInState('active', now))) return [{ ...row, retiresAt: now }];
  throw new KeyRefusal(
    'only-one',
    `Key ${row.kid} is the only ${row.alg} key that signs. Run "keys rotate": it retires this key when the next one is ` +
      'known to every EHR. If this key is compromised, use --force: the next key then signs at once.',
  );
}

/** Keys that would have retired in favour of a pending one stay active instead. */
function unretired(pending: KeyRow, others: KeyRow[], now: Date): KeyRow[] {
  return others
    .filter(isInState('active', now))
    .filter(({ retiresAt }) => retiresAt?.getTime() === pending.activatesAt.getTime())
    .map((other) => ({ ...other, retiresAt: null }));
}

/** If no other key signs, the next one starts when this one goes, as all instances then publish it (JW-10, JW-13). */
async function remove(removed: KeyRow, others: KeyRow[], now: Date, sealer: Sealer): Promise<KeyRow[]> {
  const state = keyState(removed, now);
  if (state === 'pending') return [{ ...removed, revokedAt: now }, ...unretired(removed, others, now)];
  if (state !== 'active' || others.some(isInState('active', now))) return [{ ...removed, revokedAt: now }];
  const at = emergencyInstant(now);
  const pending = others.filter(isInState('pending', now));
  const alg = signingAlgorithms.find((candidate) => candidate === removed.alg);
  const made = alg && pending.length === 0 ? [await makeKey(alg, newKeyDates(now, at), sealer)] : [];
  return [{ ...removed, revokedAt: at }, ...pending.map((next) => ({ ...next, activatesAt: at })), ...made];
}
