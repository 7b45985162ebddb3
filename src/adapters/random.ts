/** Small amounts of random bytes and letters from a pool: a system call for each of a page's needs would cost more. */
import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4_096);
let next = pool.length;

/** Returns bytes of the system's generator; each byte is used once. @param count far below the pool's 4 kB. */
export function fewRandomBytes(count: number): Buffer {
  if (next + count > pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const drawn = Buffer.from(pool.subarray(next, next + count));
  // Bytes that were returned are erased from the pool.
  pool.fill(0, next, next + count);
  next += count;
  return drawn;
}

/** A secret of 256 random bits, as text. */
export function randomSecret(): string {
  return fewRandomBytes(32).toString('base64url');
}

/** The alphabet omits 0/O and 1/I. Its 32 letters divide a byte's range evenly. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** A code of random letters, five bits each, that people read from a screen, sometimes aloud. */
export function readableLetters(count: number): string {
  let letters = '';
  for (const byte of fewRandomBytes(count)) letters += ALPHABET[byte % ALPHABET.length];
  return letters;
}

/** Such letters in groups with dashes: two groups of four for a support code, four of five (100 bits) for one use. */
export function lettersInGroups(groups: number, size: number): string {
  return Array.from({ length: groups }, () => readableLetters(size)).join('-');
}
