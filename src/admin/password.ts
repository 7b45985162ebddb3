/** Hashes passwords with node:crypto's argon2id, stored in the PHC text form with their parameters. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { AppError } from '#src/errors.ts';
import { createFairQueue, type Turn } from './fair-queue.ts';

const derive = promisify(argon2);

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, no parallelism. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** The turn of work without a visitor: of the command line, and at the start of the process. */
const OURS: Turn = { visitor: 'ours', isKnown: true };

/** Takes about 60 ms of CPU and 19 MiB. @throws AppError 'admin.busy' when too many are waiting. */
export async function hashPassword(password: string, turn: Turn = OURS): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await tagOf(password, salt, TAG_BYTES, PARAMETERS, turn);
  const { memory, passes, parallelism } = PARAMETERS;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** @param stored undefined takes as long, so that timing reveals no user. @throws AppError 'admin.busy' */
export async function isPassword(given: string, stored: string | undefined, turn: Turn = OURS): Promise<boolean> {
  if (stored === undefined) {
    await tagOf(given, randomBytes(SALT_BYTES), TAG_BYTES, PARAMETERS, turn);
    return false;
  }
  const [, memory, passes, parallelism, salt = '', expected = ''] = PHC.exec(stored) ?? [];
  if (memory === undefined) throw new Error('a stored password hash cannot be read');
  const tag = Buffer.from(expected, 'base64');
  const parameters = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  return timingSafeEqual(await tagOf(given, Buffer.from(salt, 'base64'), tag.length, parameters, turn), tag);
}

/** Keyboards encode é as one character or as two; NFKC makes both the same password (NIST SP 800-63B 5.1.1.2). */
function tagOf(password: string, nonce: Buffer, tagLength: number, parameters: typeof PARAMETERS, turn: Turn) {
  const message = Buffer.from(password.normalize('NFKC'));
  return inTurn(turn, () => derive('argon2id', { message, nonce, tagLength, ...parameters }));
}

const RETRY_AFTER_SECONDS = 5;
/** These threads also resolve names for launches: two hashes leave half of them. Twenty wait less than a second. */
const inTurn = createFairQueue({
  atOnce: 2,
  mostWaiting: 20,
  refusal: () =>
    new AppError('admin.busy', 'too many passwords wait to be checked', { retryAfterSeconds: RETRY_AFTER_SECONDS }),
});

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/={1,2}$/, '');
}
