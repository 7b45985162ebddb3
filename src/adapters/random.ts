/** Random bytes in small numbers: a page needs a few of them several times, and a call of the system for each costs more. */
import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4_096);
let next = pool.length;

/** From the system's generator, each byte once. @param count far fewer than a block of 4 kB. */
export function fewRandomBytes(count: number): Buffer {
  if (next + count > pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const drawn = Buffer.from(pool.subarray(next, next + count));
  // What was given out is not kept here.
  pool.fill(0, next, next + count);
  next += count;
  return drawn;
}
