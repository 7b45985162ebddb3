/** Sealing: what is stored is encrypted, authenticated and bound to the place it is stored in (ST-03, ST-04, ST-08). */
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';

/** Seals JSON values for a store and opens them again. */
export interface Sealer {
  /**
   * @param name where the value is stored; opening under another name fails.
   * @param mostBytes of the value as JSON: no EHR and no visitor decides how much is stored (MT-06).
   * @throws TooLargeError when it is larger.
   */
  seal(name: string, value: unknown, mostBytes?: number): Promise<string>;
  /** @throws SealError when forged, sealed under another name, or by no secret we know. */
  open(name: string, sealed: string): Promise<unknown>;
  /** Was it sealed by the first secret? One that was not should be sealed again before its secret goes. */
  isCurrent(sealed: string): boolean;
  /** Keyed hash (HMAC-SHA256, base64url) for logs and audit: equal texts match, and the text cannot be recovered. */
  fingerprint(text: string): string;
  /**
   * The same under every secret, the current one first: a row stored before a rotation is still found by one of them.
   */
  fingerprints(text: string): readonly [string, ...string[]];
}

/** Something stored cannot be trusted. The message never holds a part of it. */
export class SealError extends Error {
  constructor(reason: string, cause?: unknown) {
    super(reason, { cause });
    this.name = 'SealError';
  }
}

/** A value is larger than may be stored. The message never holds a part of it. */
export class TooLargeError extends SealError {
  constructor(bytes: number, mostBytes: number) {
    super(`${bytes} bytes to seal, ${mostBytes} at most`);
    this.name = 'TooLargeError';
  }
}

/** Of a sealed value, unless its place allows another size. */
const MOST_BYTES = 16_384;

interface SealingKey {
  kid: string;
  /** Imported once: jose would import raw bytes again for every value. */
  key: Promise<CryptoKey>;
}

/**
 * JWE compact, `dir` with A256GCM; the name is in the protected header, so it is authenticated with the ciphertext.
 *
 * @param secrets the first seals, all open: put a new one in front to rotate.
 */
export function createSealer(secrets: readonly string[]): Sealer {
  const keys = secrets.map((secret) => derive(secret));
  const [first] = keys;
  const [firstHash, ...olderHashes] = secrets.map(keyedHash);
  if (!first || !firstHash) throw new SealError('at least one secret is needed');

  return {
    seal: async (name, value, mostBytes = MOST_BYTES) => {
      const plaintext = new TextEncoder().encode(JSON.stringify(value));
      if (plaintext.length > mostBytes) throw new TooLargeError(plaintext.length, mostBytes);
      return new CompactEncrypt(plaintext)
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: first.kid, for: name })
        .encrypt(await first.key);
    },
    open: async (name, sealed) => {
      const { plaintext, protectedHeader } = await decrypt(sealed, keys);
      if (protectedHeader['for'] !== name) throw new SealError('sealed for another place');
      return JSON.parse(new TextDecoder().decode(plaintext));
    },
    isCurrent: (sealed) => kidOf(sealed) === first.kid,
    fingerprint: firstHash,
    fingerprints: (text) => [firstHash(text), ...olderHashes.map((hash) => hash(text))],
  };
}

function kidOf(sealed: string): unknown {
  try {
    return decodeProtectedHeader(sealed).kid;
  } catch {
    return undefined;
  }
}

function keyedHash(secret: string): (text: string) => string {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'vectorcare fingerprint', 32));
  return (text) => createHmac('sha256', key).update(text).digest('base64url');
}

function derive(secret: string): SealingKey {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'vectorcare seal', 32));
  const kid = createHash('sha256').update('kid').update(bytes).digest('base64url').slice(0, 8);
  return { kid, key: crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']) };
}

async function decrypt(sealed: string, keys: readonly SealingKey[]) {
  try {
    return await compactDecrypt(
      sealed,
      ({ kid }) => {
        const known = keys.find((candidate) => candidate.kid === kid);
        if (!known) throw new SealError('sealed with a secret we do not have');
        return known.key;
      },
      { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
    );
  } catch (error) {
    throw error instanceof SealError ? error : new SealError('cannot be opened', error);
  }
}
