/** Creates key pairs, seals them for the database, and checks each before it signs (CAJ-11, CAJ-16, JW-02..06). */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { z } from 'zod';
import { SealError, type Sealer } from '#src/adapters/seal.ts';
import type { KeyDates } from './key-life.ts';
import type { KeyRow } from './key-store.ts';

/** The algorithms every SMART server must accept one of (JW-07). */
export const signingAlgorithms = ['RS384', 'ES384'] as const;

export type SigningAlgorithm = (typeof signingAlgorithms)[number];

const RSA_BITS = 2048;
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
/** A P-384 coordinate has 48 bytes, leading zeros included (JW-05). */
const coordinate = base64url.length(64);
const common = { kid: z.string().min(1), use: z.literal('sig') };
const point = { crv: z.literal('P-384'), x: coordinate, y: coordinate };

/** Exactly the members of a published key: parsing drops all others, private ones included (JW-02). */
const publicJwkSchema = z.discriminatedUnion('alg', [
  z.object({ kty: z.literal('RSA'), alg: z.literal('RS384'), ...common, n: base64url, e: base64url }),
  z.object({ kty: z.literal('EC'), alg: z.literal('ES384'), ...common, ...point }),
]);

export type PublicJwk = z.output<typeof publicJwkSchema>;

/** A key that passed every check, with its private half ready to sign. */
export type LoadedKey = Awaited<ReturnType<typeof loadKey>>;

const FORMER_SECRET =
  'Put the former secret back behind the new one, run "keys rotate", and drop it once the old keys are gone.';

/** A stored key cannot be used. The message gives its kid, the reason and the remedy, nothing of the key. */
export class KeyError extends Error {
  constructor(kid: string, reason: string, { cause, remedy }: { cause?: unknown; remedy?: string } = {}) {
    const removed = `Restore its row from the backup. If that is not possible, remove it with: npm run admin -- keys retire ${kid} --force`;
    super(`Signing key ${kid} ${reason}. ${remedy ?? removed}`, { cause });
    this.name = 'KeyError';
  }
}

/** Creates a pair and its row. The private half leaves this file only sealed (CAJ-15). */
export async function makeKey(alg: SigningAlgorithm, dates: KeyDates, sealer: Sealer): Promise<KeyRow> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: RSA_BITS });
  return keyRow(alg, await exportJWK(publicKey), await exportJWK(privateKey), dates, sealer);
}

/** The row of a pair: kid = RFC 7638 thumbprint, private half sealed under it. @throws ZodError for other kinds. */
export async function keyRow(alg: SigningAlgorithm, publicJwk: JWK, privateJwk: JWK, dates: KeyDates, sealer: Sealer) {
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    ...dates,
    kid,
    alg,
    publicJwk: publicJwkSchema.parse({ ...publicJwk, kid, alg, use: 'sig' }),
    sealedPrivateJwk: await sealer.seal(sealName(kid), privateJwk),
  };
}

/** Reads a stored public half. @throws KeyError when it is weak, malformed, or does not match its kid. */
export async function readPublicJwk(row: KeyRow): Promise<PublicJwk> {
  const parsed = publicJwkSchema.safeParse(row.publicJwk);
  if (!parsed.success || parsed.data.alg !== row.alg || parsed.data.kid !== row.kid)
    throw new KeyError(row.kid, `is not a valid ${row.alg} public key`);
  if (parsed.data.kty === 'RSA' && modulusBits(parsed.data.n) < RSA_BITS)
    throw new KeyError(row.kid, `is weak: RSA keys need at least ${RSA_BITS} bits`);
  if ((await calculateJwkThumbprint(parsed.data)) !== row.kid)
    throw new KeyError(row.kid, 'holds a key that does not match its id (a duplicate or an altered row)');
  return parsed.data;
}

/** Opens and imports a stored key. @throws KeyError when it cannot be opened, is public only, weak or mismatched. */
export async function loadKey(row: KeyRow, sealer: Sealer) {
  const publicJwk = await readPublicJwk(row);
  const privateJwk = await openPrivateJwk(row, sealer);
  // The public members must equal the checked public half, so a private key of another pair is refused.
  if (!isPairOf(publicJwk, privateJwk))
    throw new KeyError(row.kid, 'has a private half that is missing or of another key');
  const privateKey = await importJWK({ ...privateJwk, alg: publicJwk.alg }, publicJwk.alg).catch((error: unknown) => {
    throw new KeyError(row.kid, 'has a private half that cannot be imported', { cause: error });
  });
  if (privateKey instanceof Uint8Array) throw new KeyError(row.kid, 'is a shared secret, not a key pair');
  const { createdAt, activatesAt, retiresAt, revokedAt } = row;
  return { kid: row.kid, alg: publicJwk.alg, publicJwk, privateKey, createdAt, activatesAt, retiresAt, revokedAt };
}

const privateJwkSchema = z.looseObject({ kty: z.string(), d: base64url });

async function openPrivateJwk(row: KeyRow, sealer: Sealer): Promise<z.output<typeof privateJwkSchema> | undefined> {
  try {
    return privateJwkSchema.safeParse(await sealer.open(sealName(row.kid), row.sealedPrivateJwk)).data;
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    // The remedy does not mention removal, because EHRs know this key, and the operator usually still has the secret.
    throw new KeyError(row.kid, 'cannot be opened: APP_SECRETS has changed', { cause: error, remedy: FORMER_SECRET });
  }
}

function isPairOf(publicJwk: PublicJwk, privateJwk: z.output<typeof privateJwkSchema> | undefined): boolean {
  if (!privateJwk || privateJwk.kty !== publicJwk.kty) return false;
  return publicJwk.kty === 'RSA'
    ? privateJwk['n'] === publicJwk.n && privateJwk['e'] === publicJwk.e
    : privateJwk['x'] === publicJwk.x && privateJwk['y'] === publicJwk.y;
}

function modulusBits(n: string): number {
  const hex = Buffer.from(n, 'base64url').toString('hex').replace(/^0+/, '');
  return hex === '' ? 0 : BigInt(`0x${hex}`).toString(2).length;
}

function sealName(kid: string): string {
  return `key:${kid}`;
}
