/** What an operator does with signing keys: look, rotate, retire, export. Every action but looking is audited. */
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
  JWKS_MAX_AGE_SECONDS,
  type KeyState,
  keyState,
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
  /** Who acts, for the audit trail; the command line when nobody is named. */
  by?: Pick<AuditEvent, 'actor' | 'address'>;
}

/** Why a key was not retired, for callers with words of their own; the message is the command line's. */
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
  const now = clock();
  return (await listKeyRows(db)).map((row) => describeKey(row, now)).filter(({ state }) => state !== 'gone');
}

/**
 * Publishes a new pair now, which signs once every cached JWKS has expired; the present ones retire at that moment and
 * stay published until nothing signed with them can be under way (JW-09).
 *
 * @returns the keys that changed.
 * @throws CommandError while an earlier rotation is still pending.
 */
export async function rotateKeys(dependencies: KeyDependencies): Promise<KeyReport[]> {
  const { db, sealer, clock } = dependencies;
  const now = clock();
  const changed = await changeKeys(db, async (rows) => {
    assertNoneWaits(rows, now);
    const retiring = rows.filter((row) => keyState(row, now) === 'active');
    // Before the first start there is nothing an EHR could have cached.
    const activatesAt = retiring.length > 0 ? activationOfNewKey(now) : now;
    const dates = { createdAt: now, activatesAt, retiresAt: null, revokedAt: null };
    const fresh = await Promise.all(signingAlgorithms.map((alg) => makeKey(alg, dates, sealer)));
    return [...retiring.map((row) => ({ ...row, retiresAt: activatesAt })), ...fresh];
  });
  const reports = changed.map((row) => describeKey(row, now));
  recordKeyAction(dependencies, { action: 'rotate', keys: reports });
  return reports;
}

/**
 * @throws CommandError while a key is pending: a second one would make it unclear which follows which.
 */
export function assertNoneWaits(rows: readonly KeyRow[], now: Date): void {
  const pending = rows.find((row) => keyState(row, now) === 'pending');
  if (!pending) return;
  const until = instantText(pending.activatesAt, serverTimeZone);
  throw new CommandError(`A rotation is under way: key ${pending.kid} becomes active at ${until}. Wait until then.`);
}

/**
 * Takes one key out of use.
 *
 * Without `force` a key stops signing and stays published for what is under way; a pending one is dropped and the
 * rotation it belonged to is called off. With `force` (compromise) it leaves the JWKS at once, and where it was the
 * only one that could sign, the next one takes over at once: the pending one, or a new one (JW-13).
 *
 * @param options.evenIfUsed retires without `force` although an EHR accepted the key within the JWKS's max-age.
 * @returns the keys that changed.
 * @throws CommandError for an unknown key, for one still in use, or when nothing would be left to sign with.
 */
export async function retireKey(
  dependencies: KeyDependencies,
  kid: string,
  options: { force: boolean; evenIfUsed?: boolean },
): Promise<KeyReport[]> {
  const { db, sealer, clock } = dependencies;
  const now = clock();
  const users = options.force || options.evenIfUsed === true ? [] : await recentUsers(db, kid, now);
  const changed = await changeKeys(db, async (rows) => {
    const row = rows.find((candidate) => candidate.kid === kid && keyState(candidate, now) !== 'gone');
    if (!row) throw new KeyRefusal('unknown', `There is no key ${kid}. See: npm run admin -- keys list`);
    const others = rows.filter((other) => other.alg === row.alg && other.kid !== kid);
    if (options.force) return remove(row, others, now, sealer);
    const retired = retireGently(row, others, now);
    assertUnused(kid, users);
    return retired;
  });
  const reports = changed.map((row) => describeKey(row, now));
  const action = options.force ? 'remove' : 'retire';
  recordKeyAction(dependencies, { action, kid, keys: reports, evenIfUsed: options.evenIfUsed === true });
  return reports;
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
  const { db, clock } = dependencies;
  const now = clock();
  const row = (await listKeyRows(db)).find((candidate) => candidate.kid === kid && keyState(candidate, now) !== 'gone');
  if (!row) throw new KeyRefusal('unknown', `There is no key ${kid}. See: npm run admin -- keys list`);
  const jwk = await readPublicJwk(row);
  const key = await importJWK(jwk, jwk.alg, { extractable: true });
  if (key instanceof Uint8Array) throw new CommandError(`Key ${kid} has no public half.`);
  recordKeyAction(dependencies, { action: 'export', kid });
  return { jwks: { keys: [jwk] }, pem: await exportSPKI(key) };
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
export function recordKeyAction({ audit, by }: KeyDependencies, detail: Readonly<Record<string, unknown>>): void {
  audit.record({ event: 'key-action', ...(by ?? { actor: 'cli' }), detail });
}

function retireGently(row: KeyRow, others: KeyRow[], now: Date): KeyRow[] {
  const state = keyState(row, now);
  if (state === 'retired')
    throw new KeyRefusal('retired', `Key ${row.kid} is retired already; --force removes it at once.`);
  if (state === 'pending') return [{ ...row, revokedAt: now }, ...unretired(row, others, now)];
  const signsOn = others.some((other) => keyState(other, now) === 'active');
  if (signsOn) return [{ ...row, retiresAt: now }];
  throw new KeyRefusal(
    'only-one',
    `Key ${row.kid} is the only ${row.alg} key that signs. Run "keys rotate", which retires it when the next one is ` +
      'known to every EHR, or use --force if it is compromised: the next key signs at once.',
  );
}

/** The keys that would have retired in favour of a pending one go on instead. */
function unretired(pending: KeyRow, others: KeyRow[], now: Date): KeyRow[] {
  return others
    .filter(
      (other) => keyState(other, now) === 'active' && other.retiresAt?.getTime() === pending.activatesAt.getTime(),
    )
    .map((other) => ({ ...other, retiresAt: null }));
}

/**
 * At once when another key signs already. Else the removed key goes and the next one signs at the same moment in every
 * instance, which is when all of them publish the next one: an EHR must not cache a set that lacks it (JW-10, JW-13).
 */
async function remove(removed: KeyRow, others: KeyRow[], now: Date, sealer: Sealer): Promise<KeyRow[]> {
  if (keyState(removed, now) === 'pending') return [{ ...removed, revokedAt: now }, ...unretired(removed, others, now)];
  const isNeeded = keyState(removed, now) === 'active' && !others.some((other) => keyState(other, now) === 'active');
  if (!isNeeded) return [{ ...removed, revokedAt: now }];
  const at = emergencyInstant(now);
  const pending = others.filter((other) => keyState(other, now) === 'pending');
  const dates = { createdAt: now, activatesAt: at, retiresAt: null, revokedAt: null };
  const alg = signingAlgorithms.find((candidate) => candidate === removed.alg);
  const made = alg && pending.length === 0 ? [await makeKey(alg, dates, sealer)] : [];
  return [{ ...removed, revokedAt: at }, ...pending.map((next) => ({ ...next, activatesAt: at })), ...made];
}

/** @param now decides the state. */
export function describeKey(row: KeyRow, now: Date): KeyReport {
  const { kid, alg, createdAt, activatesAt, retiresAt, revokedAt } = row;
  const until = revokedAt ?? (retiresAt && publishedUntil(retiresAt));
  return { kid, alg, state: keyState(row, now), createdAt, activatesAt, retiresAt, publishedUntil: until };
}
