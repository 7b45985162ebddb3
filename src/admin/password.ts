/** Passwords at rest: argon2id from node:crypto, kept in the PHC text form with its parameters. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const PARALLELISM = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** About 60 ms of CPU and 19 MiB. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await tagOf(password, salt, TAG_BYTES, { memory: MEMORY_KIB, passes: PASSES, parallelism: PARALLELISM });
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${PARALLELISM}$${unpadded(salt)}$${unpadded(tag)}`;
}

/**
 * Is this the password?
 *
 * @param stored of {@link hashPassword}; undefined for a user who does not exist or has no password: the same work is
 *   done, so that the time does not tell them apart, and the answer is no.
 * @throws Error when `stored` is not a hash of ours.
 */
export async function isPassword(given: string, stored: string | undefined): Promise<boolean> {
  dummy ??= hashPassword(randomBytes(SALT_BYTES).toString('base64'));
  const [, memory, passes, parallelism, salt = '', expected = ''] = PHC.exec(stored ?? (await dummy)) ?? [];
  if (memory === undefined) throw new Error('a stored password hash cannot be read');
  const tag = Buffer.from(expected, 'base64');
  const parameters = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const actual = await tagOf(given, Buffer.from(salt, 'base64'), tag.length, parameters);
  return timingSafeEqual(actual, tag) && stored !== undefined;
}

let dummy: Promise<string> | undefined;

/** Without letters and digits that look alike: it is read from a screen, sometimes aloud. */
const ALPHABET = '23456789abcdefghijkmnpqrstuvwxyz';

/** A password for one use, 100 bits, in four groups of five. */
export function createOneTimePassword(): string {
  const letters = [...randomBytes(20)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return letters.replace(/(.{5})(?=.)/g, '$1-');
}

/** One keyboard writes é as one character, another as two: NFKC makes them one password (NIST SP 800-63B 5.1.1.2). */
function tagOf(
  password: string,
  nonce: Buffer,
  tagLength: number,
  parameters: { memory: number; passes: number; parallelism: number },
): Promise<Buffer> {
  return oneOfFew(() =>
    derive('argon2id', { message: Buffer.from(password.normalize('NFKC')), nonce, tagLength, ...parameters }),
  );
}

/** The pool that computes hashes also looks up names for launches; two at a time leave it half of its threads. */
const AT_ONCE = 2;
const waiting: (() => void)[] = [];
let running = 0;

async function oneOfFew<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/={1,2}$/, '');
}
