/** An operator's actions on signing keys: list, rotate, retire, export. All but listing are audited. */
import { exportSPKI, importJWK } from 'jose';
import { CommandError } from '#src/adapters/command-line.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { serverTimeZone } from '#src/adapters/time-zone.ts';
import type { Adapters } from '#src/adapters.ts';
import type { Audit, AuditEvent } from '#src/audit/audit.ts';
import { instantText } from '#views/date-text.ts';
import {
  activationOfNewKey,
  emergencyInstant,
  isInState,
  JWKS_MAX_AGE_SECONDS,
  keyState,
  newKeyDates,
  publishedUntil,
} from './key-life.ts';
import { makeKey, readPublicJwk, signingAlgorithms } from './key-pair.ts';
import { changeKeys, type KeyRow, listKeyRows, listKeyUses } from './key-store.ts';

export interface KeyDependencies extends Pick<Adapters, 'clock' | 'db' | 'sealer'> {
  audit: Audit;
  by?: Pick<AuditEvent, 'actor' | 'address' | 'supportCode'>;
}

/** Why a key was not retired. The message is for the command line; Settings has its own texts. */
export class KeyRefusal extends CommandError {
  readonly reason: 'unknown' | 'retired' | 'only-one' | 'in-use';

  constructor(reason: KeyRefusal['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export type KeyReport = ReturnType<typeof reportsOf>[number];

/** Every key that is not gone, oldest first. */
export async function listKeys({ db, clock }: KeyDependencies): Promise<KeyReport[]> {
  return reportsOf(await listKeyRows(db), clock()).filter(({ state }) => state !== 'gone');
}

/** They sign once cached JWKS have expired; active ones then retire (JW-09). @throws CommandError if one is pending. */
export function rotateKeys(dependencies: KeyDependencies): Promise<KeyReport[]> {
  return change(dependencies, { action: 'rotate' }, async (rows, now) => {
    assertNoneWaits(rows, now);
    const retiring = rows.filter(isInState('active', now));
    // Without an active key no EHR can have cached one.
    const activatesAt = retiring.length > 0 ? activationOfNewKey(now) : now;
    const made = signingAlgorithms.map((alg) => makeKey(alg, newKeyDates(now, activatesAt), dependencies.sealer));
    return [...retiring.map((row) => ({ ...row, retiresAt: activatesAt })), ...(await Promise.all(made))];
  });
}

/** @throws CommandError while a key is pending: with a second one the order of succession would be unclear. */
export function assertNoneWaits(rows: readonly KeyRow[], now: Date): void {
  const pending = rows.find(isInState('pending', now));
  if (!pending) return;
  const until = instantText(pending.activatesAt, serverTimeZone);
  throw new CommandError(`A rotation is under way: key ${pending.kid} becomes active at ${until}. Wait until then.`);
}

/** The public half, as served and as PEM (REG-04). @throws CommandError for an unknown key; KeyError for a bad one. */
export async function exportKey(dependencies: KeyDependencies, kid: string) {
  const { audit, by, db, clock } = dependencies;
  const jwk = await readPublicJwk(present(await listKeyRows(db), kid, clock()));
  const key = await importJWK(jwk, jwk.alg, { extractable: true });
  if (key instanceof Uint8Array) throw new CommandError(`Key ${kid} has no public half.`);
  audit.record({ event: 'key-action', ...(by ?? { actor: 'cli' }), detail: { action: 'export', kid } });
  return { jwks: { keys: [jwk] }, pem: await exportSPKI(key) };
}

/** @throws KeyRefusal 'unknown' when there is no such key, or it is gone. */
function present(rows: readonly KeyRow[], kid: string, now: Date): KeyRow {
  const row = rows.find((candidate) => candidate.kid === kid && keyState(candidate, now) !== 'gone');
  if (!row) throw new KeyRefusal('unknown', `There is no key ${kid}. See: npm run admin -- keys list`);
  return row;
}

/** Changes keys, one instance at a time, and writes one audit row. The reports of the changed hold nothing private. */
export async function change(
  { audit, by, clock, db }: KeyDependencies,
  detail: object,
  make: (rows: KeyRow[], now: Date) => Promise<KeyRow[]>,
): Promise<KeyReport[]> {
  const now = clock();
  const changed = await changeKeys(db, (rows) => make(rows, now));
  const keys = reportsOf(changed, now);
  audit.record({ event: 'key-action', ...(by ?? { actor: 'cli' }), detail: { ...detail, keys } });
  return keys;
}

/** @param now decides the states. */
function reportsOf(rows: readonly KeyRow[], now: Date) {
  return rows.map((row) => {
    const { kid, alg, createdAt, activatesAt, retiresAt, revokedAt } = row;
    const until = revokedAt ?? (retiresAt && publishedUntil(retiresAt));
    return { kid, alg, state: keyState(row, now), createdAt, activatesAt, retiresAt, publishedUntil: until };
  });
}

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
  const users = force || evenIfUsed ? [] : await recentUsers(db, kid, clock());
  return change(dependencies, { action: force ? 'remove' : 'retire', kid, evenIfUsed }, async (rows, now) => {
    const row = present(rows, kid, now);
    const others = rows.filter((other) => other.alg === row.alg && other.kid !== kid);
    if (force) return remove(row, others, now, sealer);
    const retired = retireGently(row, others, now);
    assertUnused(kid, users);
    return retired;
  });
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
