/** The product's keys, made once per worker for all databases, because an RSA key takes a tenth of a second. */
import { exportJWK, generateKeyPair } from 'jose';
import type { Queries } from '#src/adapters/database/index.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { keyRow, signingAlgorithms } from '#src/keys/key-pair.ts';
import { changeKeys } from '#src/keys/key-store.ts';

const pairs = Promise.all(
  signingAlgorithms.map(async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    return { alg, publicJwk: await exportJWK(publicKey), privateJwk: await exportJWK(privateKey) };
  }),
);

/** Adds one active key per algorithm, as the first start of the product does. */
export async function addSigningKeys(db: Queries, sealer: Sealer, now: Date): Promise<void> {
  const dates = { createdAt: now, activatesAt: now, retiresAt: null, revokedAt: null };
  const rows = (await pairs).map((pair) => keyRow(pair.alg, pair.publicJwk, pair.privateJwk, dates, sealer));
  const made = await Promise.all(rows);
  await changeKeys(db, async () => made);
}
