/** What an operator does with signing keys: list, rotate, retire, export. Every action but listing is audited. */
import { exportSPKI, importJWK } from 'jose';
import type { Clock } from '#src/adapters/clock.ts';
import { CommandError } from '#src/adapters/command-line.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { serverTimeZone } from '#src/adapters/time-zone.ts';
import type { Audit, AuditEvent } from '#src/audit/audit.ts';
import { instantText } from '#views/zone.ts';
import {
  activationOfNewKey,
  emergencyInstant,
  isInState,
  JWKS_MAX_AGE_SECONDS,
  type KeyState,
  keyState,
  newKeyDates,
  publishedUntil,
} from './key-life.ts';
import { makeKey, type PublicJwk, readPublicJwk, signingAlgorithms } from './key-pair.ts';
import { changeKeys, type KeyRow, listKeyRows } from './key-store.ts';
import { listKeyUses } from './key-use-store.ts';

export interface KeyDependencies {
  db: Queries;
  sealer: Sealer;
  audit: Audit;
  clock: Clock;
  /** Who acts, for the audit trail; the command line unless given. */
  by?: Pick<AuditEvent, 'actor' | 'address' | 'supportCode'>;
}

/** Why a key was not retired; the message is the command line's, Settings has texts of its own. */
export class KeyRefusal extends CommandError {
  readonly reason: 'unknown' | 'retired' | 'only-one' | 'in-use';

  constructor(reason: KeyRefusal['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A key as an operator sees it; nothing private. */
export interface KeyReport {
  kid: string;
  alg: string;
  state: KeyState;
  createdAt: Date;
  activatesAt: Date;
  retiresAt: Date | null;
  publishedUntil: Date | null;
}

/** Every key that is not gone, oldest first. */
export async function listKeys({ db, clock }: KeyDependencies): Promise<KeyReport[]> {
  return reportsOf(await listKeyRows(db), clock()).filter(({ state }) => state !== 'gone');
}

/**
 * Publishes new keys now, which sign once every cached JWKS has expired; the present ones retire at that moment and
 * stay published until no assertion signed with them can be in transit (JW-09).
 *
 * @returns the keys that changed.
 * @throws CommandError while an earlier rotation is still pending.
 */
export async function rotateKeys(dependencies: KeyDependencies): Promise<KeyReport[]> {
  const { db, sealer, clock } = dependencies;
  const now = clock();
  const changed = await changeKeys(db, async (rows) => {
    assertNoneWaits(rows, now);
    const retiring = rows.filter(isInState('active', now));
    // Before the first start there is nothing an EHR could have cached.
    const activatesAt = retiring.length > 0 ? activationOfNewKey(now) : now;
    const made = signingAlgorithms.map((alg) => makeKey(alg, newKeyDates(now, activatesAt), sealer));
    return [...retiring.map((row) => ({ ...row, retiresAt: activatesAt })), ...(await Promise.all(made))];
  });
  return recorded(dependencies, { action: 'rotate' }, reportsOf(changed, now));
}

/** @throws CommandError while a key is pending: with a second one it would be unclear which follows which. */
export function assertNoneWaits(rows: readonly KeyRow[], now: Date): void {
  const pending = rows.find(isInState('pending', now));
  if (!pending) return;
  const until = instantText(pending.activatesAt, serverTimeZone);
  throw new CommandError(`A rotation is under way: key ${pending.kid} becomes active at ${until}. Wait until then.`);
}

/**
 * Takes one key out of use.
 *
 * Without `force` a key stops signing and stays published for what is in transit; a pending one is dropped and its
 * rotation cancelled. With `force` (compromise) it leaves the JWKS at once, and where it was the only one that could
 * sign, the pending one or a new one takes over at once (JW-13).
 *
 * @param options.evenIfUsed retires without `force` although an EHR accepted the key within the JWKS's max-age.
 * @returns the keys that changed.
 * @throws CommandError for an unknown key, for one still in use, or when no key would be left to sign with.
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

/**
 * The public half for EHRs that cannot fetch our JWKS URL: the same JWK as served, and PEM (REG-04).
 *
 * @throws CommandError for an unknown key; KeyError when the stored key is not valid.
 */
export async function exportKey(
  dependencies: KeyDependencies,
  kid: string,
): Promise<{ jwks: { keys: PublicJwk[] }; pem: string }> {
  const { audit, by, db, clock } = dependencies;
  const jwk = await readPublicJwk(present(await listKeyRows(db), kid, clock()));
  const key = await importJWK(jwk, jwk.alg, { extractable: true });
  if (key instanceof Uint8Array) throw new CommandError(`Key ${kid} has no public half.`);
  audit.record({ event: 'key-action', ...(by ?? { actor: 'cli' }), detail: { action: 'export', kid } });
  return { jwks: { keys: [jwk] }, pem: await exportSPKI(key) };
}

function present(rows: readonly KeyRow[], kid: string, now: Date): KeyRow {
  const row = rows.find((candidate) => candidate.kid === kid && keyState(candidate, now) !== 'gone');
  if (!row) throw new KeyRefusal('unknown', `There is no key ${kid}. See: npm run admin -- keys list`);
  return row;
}

/** Organizations whose EHR accepted the key within the JWKS's max-age: it may not know of another yet. */
async function recentUsers(db: Queries, kid: string, now: Date): Promise<string[]> {
  const since = now.getTime() - JWKS_MAX_AGE_SECONDS * 1_000;
  const uses = await listKeyUses(db);
  return uses.filter((use) => use.kid === kid && use.at.getTime() > since).map(({ organizationId }) => organizationId);
}

function assertUnused(kid: string, users: readonly string[]): void {
  if (users.length === 0) return;
  throw new KeyRefusal(
    'in-use',
    `Key ${kid} is in use: the EHR of ${users.join(', ')} accepted it within the last ${JWKS_MAX_AGE_SECONDS} seconds. ` +
      'Wait, or use --force if it is compromised.',
  );
}

/** One audit row per action; reports hold nothing private. */
export function recorded({ audit, by }: KeyDependencies, detail: object, keys: KeyReport[]): KeyReport[] {
  audit.record({ event: 'key-action', ...(by ?? { actor: 'cli' }), detail: { ...detail, keys } });
  return keys;
}

function retireGently(row: KeyRow, others: KeyRow[], now: Date): KeyRow[] {
  const state = keyState(row, now);
  if (state === 'retired')
    throw new KeyRefusal('retired', `Key ${row.kid} is retired already; --force removes it at once.`);
  if (state === 'pending') return [{ ...row, revokedAt: now }, ...unretired(row, others, now)];
  if (others.some(isInState('active', now))) return [{ ...row, retiresAt: now }];
  throw new KeyRefusal(
    'only-one',
    `Key ${row.kid} is the only ${row.alg} key that signs. Run "keys rotate", which retires it when the next one is ` +
      'known to every EHR, or use --force if it is compromised: the next key signs at once.',
  );
}

/** The keys that would have retired in favour of a pending one go on instead. */
function unretired(pending: KeyRow, others: KeyRow[], now: Date): KeyRow[] {
  return others
    .filter(isInState('active', now))
    .filter(({ retiresAt }) => retiresAt?.getTime() === pending.activatesAt.getTime())
    .map((other) => ({ ...other, retiresAt: null }));
}

/**
 * At once when another key signs already. Else the removed key goes and the next one signs at the same moment in every
 * instance, which is when all of them publish the next one: an EHR must not cache a set that lacks it (JW-10, JW-13).
 */
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

/** @param now decides the states. */
export function reportsOf(rows: readonly KeyRow[], now: Date): KeyReport[] {
  return rows.map((row) => {
    const { kid, alg, createdAt, activatesAt, retiresAt, revokedAt } = row;
    const until = revokedAt ?? (retiresAt && publishedUntil(retiresAt));
    return { kid, alg, state: keyState(row, now), createdAt, activatesAt, retiresAt, publishedUntil: until };
  });
}
