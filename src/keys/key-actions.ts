/** An operator's actions on signing keys: list, rotate, export (retire: retire-key.ts). All but listing are audited. */
import { exportSPKI, importJWK } from 'jose';
import { CommandError } from '#src/adapters/command-line.ts';
import { serverTimeZone } from '#src/adapters/time-zone.ts';
import type { Adapters } from '#src/adapters.ts';
import type { Audit, AuditEvent } from '#src/audit/audit.ts';
import { instantText } from '#views/date-text.ts';
import type { KeyRowProps } from '#views/settings/keys-page.ts';
import { activationOfNewKey, isInState, type KeyState, keyState, newKeyDates, publishedUntil } from './key-life.ts';
import { makeKey, readPublicJwk, signingAlgorithms } from './key-pair.ts';
import { changeKeys, type KeyRow, listKeyRows } from './key-store.ts';

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

export interface KeyReport extends KeyRowProps {
  readonly state: KeyState;
  readonly retiresAt: Date | null;
}

/** Every key that is not gone, oldest first. */
export async function listKeys({ db, clock }: KeyDependencies): Promise<KeyReport[]> {
  return reportsOf(await listKeyRows(db), clock()).filter(({ state }) => state !== 'gone');
}

/** They sign once cached JWKS have expired; active ones then retire (JW-09). @throws CommandError if one is pending. */
export async function rotateKeys(dependencies: KeyDependencies): Promise<KeyReport[]> {
  const { db, sealer, clock } = dependencies;
  const now = clock();
  const changed = await changeKeys(db, async (rows) => {
    assertNoneWaits(rows, now);
    const retiring = rows.filter(isInState('active', now));
    // Without an active key no EHR can have cached one.
    const activatesAt = retiring.length > 0 ? activationOfNewKey(now) : now;
    const made = signingAlgorithms.map((alg) => makeKey(alg, newKeyDates(now, activatesAt), sealer));
    return [...retiring.map((row) => ({ ...row, retiresAt: activatesAt })), ...(await Promise.all(made))];
  });
  return recorded(dependencies, { action: 'rotate' }, reportsOf(changed, now));
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
export function present(rows: readonly KeyRow[], kid: string, now: Date): KeyRow {
  const row = rows.find((candidate) => candidate.kid === kid && keyState(candidate, now) !== 'gone');
  if (!row) throw new KeyRefusal('unknown', `There is no key ${kid}. See: npm run admin -- keys list`);
  return row;
}

/** Writes one audit row per action and returns the reports, which hold nothing private. */
export function recorded({ audit, by }: KeyDependencies, detail: object, keys: KeyReport[]): KeyReport[] {
  audit.record({ event: 'key-action', ...(by ?? { actor: 'cli' }), detail: { ...detail, keys } });
  return keys;
}

/** @param now decides the states. */
export function reportsOf(rows: readonly KeyRow[], now: Date): KeyReport[] {
  return rows.map((row) => {
    const { kid, alg, createdAt, activatesAt, retiresAt, revokedAt } = row;
    const until = revokedAt ?? (retiresAt && publishedUntil(retiresAt));
    return { kid, alg, state: keyState(row, now), createdAt, activatesAt, retiresAt, publishedUntil: until };
  });
}
