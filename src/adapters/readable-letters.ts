/** Codes of letters that people read from a screen, sometimes aloud. */
import { fewRandomBytes } from './random.ts';

/** The alphabet omits 0/O and 1/I. Its 32 letters divide a byte's range evenly. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** Random letters of five bits each. */
export function readableLetters(count: number): string {
  return [...fewRandomBytes(count)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
