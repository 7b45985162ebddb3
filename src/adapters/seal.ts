/** Seals stored values: encrypted, authenticated and bound to the place they are stored in (ST-03, ST-04, ST-08). */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { cached } from './cache.ts';
import { fewRandomBytes } from './random.ts';
import { utf8Of } from './utf8.ts';

export type Sealer = ReturnType<typeof createSealer>;

/** A stored value cannot be trusted. The message never contains any part of it. */
export class SealError extends Error {
  override name = 'SealError';
}

/** A value is larger than may be stored. The message never contains any part of it. */
export class TooLargeError extends SealError {
  override name = 'TooLargeError';
}

const MOST_BYTES = 16_384;

const CIPHER = 'aes-256-gcm';
const VERSION = 'v1';
const COMPRESSED = 'v1z';
/** The fastest level, with the small window and the small pieces that a text of some ten kilobytes needs. */
const DEFLATE = { level: 1, memLevel: 6, windowBits: 13, chunkSize: 4_096 };
const MOST_HASHES = 2_000;
const MOST_KEYS = 2_000;
const LONGEST_KNOWN = 300;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

interface SealingKey {
  /** Identifies the secret that sealed a value, without revealing it. */
  kid: string;
  /** The key of a name. A key object, because Node would prepare raw bytes anew at each use. */
  keyOf(name: string): KeyObject;
}

/**
 * AES-256-GCM as `v1.<key id>.<base64url of nonce, ciphertext and tag>`; `v1z` if the JSON is compressed. Each name has
 * its own key, the HMAC-SHA256 of the name: NIST SP 800-38D, 8.3, lets one key seal 2^32 values, here per name.
 * @param secrets the first seals, all open: put a new one in front to rotate.
 */
export function createSealer(secrets: readonly string[]) {
  const keys = secrets.map((secret) => derive(secret));
  const [first] = keys;
  const [firstHash, ...olderHashes] = secrets.map(keyedHash);
  if (!first || !firstHash) throw new SealError('at least one secret is needed');

  const sealAs = (version: string, name: string, bytes: Buffer) =>
    [version, first.kid, encrypt(first.keyOf(name), name, bytes).toString('base64url')].join('.');
  return {
    /** @param name its place; it opens under no other. @param mostBytes of the JSON (MT-06). @throws TooLargeError */
    seal: async (name: string, value: unknown, mostBytes = MOST_BYTES): Promise<string> =>
      sealAs(VERSION, name, jsonOf(value, mostBytes)),
    /** As `seal`, but compressed: only for long texts without a secret, as the sealed length depends on the text. */
    sealCompressed: async (name: string, value: unknown, mostBytes: number): Promise<string> =>
      sealAs(COMPRESSED, compressedName(name), deflateRawSync(jsonOf(value, mostBytes), DEFLATE)),
    /** Opens what either of them sealed. @throws SealError when forged, sealed under another name, or by an unknown secret. */
    open: async (name: string, sealed: string): Promise<unknown> => {
      const [version, kid, payload = '', ...more] = sealed.split('.');
      const bytes = Buffer.from(payload, 'base64url');
      // Node decodes several texts to the same bytes; only the canonical one is accepted.
      const isCompressed = version === COMPRESSED;
      const isWhole =
        (isCompressed || version === VERSION) && more.length === 0 && bytes.toString('base64url') === payload;
      if (!isWhole) throw new SealError('cannot be opened');
      const known = keys.find((candidate) => candidate.kid === kid);
      if (!known) throw new SealError('sealed with a secret we do not have');
      const sealedAs = isCompressed ? compressedName(name) : name;
      const plaintext = decrypt(known.keyOf(sealedAs), sealedAs, bytes);
      return JSON.parse((isCompressed ? inflateRawSync(plaintext) : plaintext).toString());
    },
    /** Was it sealed by the first secret? Other values must be sealed again before their secret is removed. */
    isCurrent: (sealed: string): boolean => sealed.split('.', 2)[1] === first.kid,
    /** Keyed hash (HMAC-SHA256, base64url) for logs and audit: equal texts match, and the text cannot be recovered. */
    fingerprint: firstHash,
    /** The fingerprints under every secret, the current one first, to find rows stored before a rotation. */
    fingerprints: (text: string): readonly [string, ...string[]] => [
      firstHash(text),
      ...olderHashes.map((hash) => hash(text)),
    ],
  };
}

function jsonOf(value: unknown, mostBytes: number): Buffer {
  const json = utf8Of(JSON.stringify(value));
  if (json.length > mostBytes) throw new TooLargeError(`${json.length} bytes to seal, ${mostBytes} at most`);
  return json;
}

/** A compressed value has its own name, so a value whose version was changed does not open. */
function compressedName(name: string): string {
  return `compressed ${name}`;
}

function keyedHash(secret: string): (text: string) => string {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'vectorcare fingerprint', 32)));
  // Each page of a launch needs the same few hashes: of the launch, its user and its patient.
  const known = new LRUCache<string, string>({ max: MOST_HASHES });
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const hash = createHmac('sha256', key).update(text).digest('base64url');
    if (text.length <= LONGEST_KNOWN) known.set(text, hash);
    return hash;
  };
}

function derive(secret: string): SealingKey {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'vectorcare seal', 32));
  const kid = createHash('sha256').update('kid').update(bytes).digest('base64url').slice(0, 8);
  const key = createSecretKey(bytes);
  // What a launch seals, it soon opens again.
  const known = new LRUCache<string, KeyObject>({ max: MOST_KEYS });
  const keyOf = (name: string) =>
    cached(known, name, () => createSecretKey(createHmac('sha256', key).update(name).digest()));
  return { kid, keyOf };
}

function encrypt(key: KeyObject, name: string, plaintext: Buffer): Buffer {
  const nonce = fewRandomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(name));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** @throws SealError when the payload was changed or sealed under another name. */
function decrypt(key: KeyObject, name: string, payload: Buffer): Buffer {
  try {
    const decipher = createDecipheriv(CIPHER, key, payload.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(name)).setAuthTag(payload.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(payload.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw new SealError('cannot be opened', { cause: error });
  }
}
