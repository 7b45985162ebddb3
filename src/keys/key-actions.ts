/** What an operator does with signing keys: look, rotate, retire, export. Every change is audited. */
import { exportSPKI, importJWK } from 'jose';
import type { Clock } from '#src/adapters/clock.ts';
import { CommandError } from '#src/adapters/command-line.ts';
import type { Queries } from '#src/adapters/database.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import type { Audit } from '#src/audit/audit.ts';
import { activationOfNewKey, type KeyState, keyState, publishedUntil } from './key-life.ts';
import { makeKey, type PublicJwk, readPublicJwk, signingAlgorithms } from './key-pair.ts';
import { changeKeys, type KeyRow, listKeyRows } from './key-store.ts';

export interface KeyDependencies {
  db: Queries;
  sealer: Sealer;
  audit: Audit;
  clock: Clock;
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
export async function rotateKeys({ db, sealer, audit, clock }: KeyDependencies): Promise<KeyReport[]> {
  const now = clock();
  const changed = await changeKeys(db, async (rows) => {
    const pending = rows.find((row) => keyState(row, now) === 'pending');
    if (pending) {
      const until = pending.activatesAt.toISOString();
      throw new CommandError(
        `A rotation is under way: key ${pending.kid} becomes active at ${until}. Wait until then.`,
      );
    }
    const retiring = rows.filter((row) => keyState(row, now) === 'active');
    // Before the first start there is nothing an EHR could have cached.
    const activatesAt = retiring.length > 0 ? activationOfNewKey(now) : now;
    const dates = { createdAt: now, activatesAt, retiresAt: null, revokedAt: null };
    const fresh = await Promise.all(signingAlgorithms.map((alg) => makeKey(alg, dates, sealer)));
    return [...retiring.map((row) => ({ ...row, retiresAt: activatesAt })), ...fresh];
  });
  const reports = changed.map((row) => describeKey(row, now));
  audit.record({ event: 'key-action', actor: 'cli', detail: { action: 'rotate', keys: reports } });
  return reports;
}

/**
 * Takes one key out of use.
 *
 * Without `force` a key stops signing and stays published for what is under way; a pending one is dropped and the
 * rotation it belonged to is called off. With `force` (compromise) it leaves the JWKS at once, and where it was the
 * only one that could sign, the next one takes over at once: the pending one, or a new one (JW-13).
 *
 * @returns the keys that changed.
 * @throws CommandError for an unknown key, or when nothing would be left to sign with.
 */
export async function retireKey(
  { db, sealer, audit, clock }: KeyDependencies,
  kid: string,
  options: { force: boolean },
): Promise<KeyReport[]> {
  const now = clock();
  const changed = await changeKeys(db, async (rows) => {
    const row = rows.find((candidate) => candidate.kid === kid && keyState(candidate, now) !== 'gone');
    if (!row) throw new CommandError(`There is no key ${kid}. See: npm run admin -- keys list`);
    const others = rows.filter((other) => other.alg === row.alg && other.kid !== kid);
    if (options.force) return [{ ...row, revokedAt: now }, ...(await successors(row, others, now, sealer))];
    return retireGently(row, others, now);
  });
  const reports = changed.map((row) => describeKey(row, now));
  const action = options.force ? 'remove' : 'retire';
  audit.record({ event: 'key-action', actor: 'cli', detail: { action, kid, keys: reports } });
  return reports;
}

/**
 * The public half for EHRs that cannot fetch our JWKS URL: the same JWK as served, and PEM (REG-04).
 *
 * @throws CommandError for an unknown key; KeyError when the stored key is not valid.
 */
export async function exportKey(
  { db, audit, clock }: KeyDependencies,
  kid: string,
): Promise<{ jwks: { keys: PublicJwk[] }; pem: string }> {
  const now = clock();
  const row = (await listKeyRows(db)).find((candidate) => candidate.kid === kid && keyState(candidate, now) !== 'gone');
  if (!row) throw new CommandError(`There is no key ${kid}. See: npm run admin -- keys list`);
  const jwk = await readPublicJwk(row);
  const key = await importJWK(jwk, jwk.alg, { extractable: true });
  if (key instanceof Uint8Array) throw new CommandError(`Key ${kid} has no public half.`);
  audit.record({ event: 'key-action', actor: 'cli', detail: { action: 'export', kid } });
  return { jwks: { keys: [jwk] }, pem: await exportSPKI(key) };
}

function retireGently(row: KeyRow, others: KeyRow[], now: Date): KeyRow[] {
  const state = keyState(row, now);
  if (state === 'retired') throw new CommandError(`Key ${row.kid} is retired already; --force removes it at once.`);
  if (state === 'pending') return [{ ...row, revokedAt: now }, ...unretired(row, others, now)];
  const signsOn = others.some((other) => keyState(other, now) === 'active');
  if (signsOn) return [{ ...row, retiresAt: now }];
  throw new CommandError(
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

async function successors(removed: KeyRow, others: KeyRow[], now: Date, sealer: Sealer): Promise<KeyRow[]> {
  const pending = others.filter((other) => keyState(other, now) === 'pending');
  if (keyState(removed, now) === 'pending') return unretired(removed, others, now);
  if (others.some((other) => keyState(other, now) === 'active')) return [];
  if (pending.length > 0) return pending.map((next) => ({ ...next, activatesAt: now }));
  const alg = signingAlgorithms.find((candidate) => candidate === removed.alg);
  const dates = { createdAt: now, activatesAt: now, retiresAt: null, revokedAt: null };
  return alg ? [await makeKey(alg, dates, sealer)] : [];
}

function describeKey(row: KeyRow, now: Date): KeyReport {
  const { kid, alg, createdAt, activatesAt, retiresAt, revokedAt } = row;
  const until = revokedAt ?? (retiresAt && publishedUntil(retiresAt));
  return { kid, alg, state: keyState(row, now), createdAt, activatesAt, retiresAt, publishedUntil: until };
}
