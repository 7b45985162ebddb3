/** The signing keys and the JWKS, served from memory without a store access (JW-10, JW-11). */
import { withoutQuery } from '#src/adapters/database/index.ts';
import type { Adapters } from '#src/adapters.ts';
import { isInState, type KeyDates, keyState, newKeyDates, REFRESH_INTERVAL_SECONDS } from './key-life.ts';
import type { LoadedKey, PublicJwk, SigningAlgorithm } from './key-pair.ts';
import { loadKey, makeKey, signingAlgorithms } from './key-pair.ts';
import { changeKeys, type KeyRow, keyDates, listKeyRows } from './key-store.ts';

export type KeyRing = Awaited<ReturnType<typeof createKeyRing>>;

export type KeyRingDependencies = Pick<Adapters, 'clock' | 'db' | 'log' | 'sealer'>;

/** Loads the keys, or creates the first. @throws KeyError when one is unreadable, weak or a duplicate (CAJ-16). */
export async function createKeyRing(dependencies: KeyRingDependencies) {
  const { clock, log } = dependencies;
  await makeMissingKeys(dependencies);
  let keys = await loadKeys(dependencies, []);
  let isWell = true;
  const look = async () => {
    try {
      keys = await currentKeys(dependencies, keys);
      isWell = true;
    } catch (error) {
      // Logged once per outage, not once per second.
      if (isWell)
        log.error({ err: withoutQuery(error) }, 'signing keys could not be read again; the known ones stay in use');
      isWell = false;
    }
  };
  // In sequence: an older result must not overwrite a newer one, and a slow database is not asked each second.
  let underWay = 0;
  let last = Promise.resolve();
  const refresh = () => {
    underWay += 1;
    last = last.then(look).finally(() => (underWay -= 1));
    return last;
  };
  const timer = setInterval(() => {
    if (underWay === 0) void refresh();
  }, REFRESH_INTERVAL_SECONDS * 1_000).unref();
  return {
    /** The newest active key, never one that EHRs may not have fetched (JW-09). @throws Error when there is none. */
    signingKey: (alg: SigningAlgorithm): Pick<LoadedKey, 'kid' | 'alg' | 'privateKey'> =>
      newestActive(keys, alg, clock()),
    /** Every pending, active and retired key that is still published; public members only. */
    jwks: (): { keys: PublicJwk[] } => {
      const now = clock();
      return { keys: keys.filter((key) => keyState(key, now) !== 'gone').map(({ publicJwk }) => publicJwk) };
    },
    /** Reads the keys again; on failure the known ones stay in use and the failure is logged. */
    refresh,
    close: (): void => clearInterval(timer),
  };
}

function newestActive(keys: readonly LoadedKey[], alg: SigningAlgorithm, now: Date): LoadedKey {
  const active = keys.filter((key) => key.alg === alg).filter(isInState('active', now));
  const [newest] = active.toSorted((one, other) => other.activatesAt.getTime() - one.activatesAt.getTime());
  if (!newest) throw new Error(`there is no active ${alg} signing key; run: npm run admin -- keys rotate`);
  return newest;
}

/** At the first start both algorithms get a key, active at once because no EHR can have cached a JWKS without it. */
async function makeMissingKeys({ db, sealer, clock }: KeyRingDependencies): Promise<void> {
  const now = clock();
  // The clock is read again here: by `now`, a key that another instance has made meanwhile would not be active yet.
  const missingIn = (rows: readonly KeyRow[]) =>
    signingAlgorithms.filter((alg) => !rows.filter(isInState('active', clock())).some((row) => row.alg === alg));
  // Keys are created before the lock is taken, so that instances starting together do not wait for each other.
  const missing = missingIn(await listKeyRows(db));
  const made = await Promise.all(missing.map((alg) => makeKey(alg, newKeyDates(now, now), sealer)));
  if (made.length === 0) return;
  await changeKeys(db, async (rows) => {
    const stillMissing = missingIn(rows);
    return made.filter((key) => stillMissing.some((alg) => alg === key.alg));
  });
}

/** Dates are read each second, keys only when new. From the database: all instances must agree on committed rows. */
async function currentKeys(dependencies: KeyRingDependencies, known: readonly LoadedKey[]): Promise<LoadedKey[]> {
  const now = dependencies.clock();
  const rows = (await keyDates(dependencies.db).execute()).filter((row) => keyState(row, now) !== 'gone');
  const current = rows.flatMap((row) => withDates(known, row) ?? []);
  return current.length === rows.length ? current : loadKeys(dependencies, known);
}

/** Opens and imports each private key once; later only its dates are read again. */
async function loadKeys({ db, sealer, clock }: KeyRingDependencies, known: readonly LoadedKey[]): Promise<LoadedKey[]> {
  const now = clock();
  const rows = (await listKeyRows(db)).filter((row) => keyState(row, now) !== 'gone');
  return Promise.all(rows.map(async (row) => withDates(known, row) ?? loadKey(row, sealer)));
}

function withDates(known: readonly LoadedKey[], row: KeyDates & { kid: string }): LoadedKey | undefined {
  const { kid, activatesAt, retiresAt, revokedAt } = row;
  const same = known.find((key) => key.kid === kid);
  return same && { ...same, activatesAt, retiresAt, revokedAt };
}
