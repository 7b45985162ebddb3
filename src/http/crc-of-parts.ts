/** Computes a text's checksum from its parts' checksums, which gzip needs, without the text itself. */

/** The CRC-32 polynomial, reflected. */
const POLYNOMIAL = 0xedb88320;
/** x^0 and x^1, reflected. */
const ONE = 0x80000000;
const X = 0x40000000;

/** Multiplies polynomials over GF(2), modulo the CRC-32 polynomial. */
function times(a: number, b: number): number {
  let product = 0;
  let [left, right] = [a, b];
  while (left !== 0) {
    if (left & ONE) product ^= right;
    left = (left << 1) >>> 0;
    right = right & 1 ? (right >>> 1) ^ POLYNOMIAL : right >>> 1;
  }
  return product >>> 0;
}

/** x^(2^n) for every n that a length in bits can need. */
const POWERS = [X];
for (let n = 1; n < 40; n += 1) POWERS.push(times(POWERS[n - 1] ?? 0, POWERS[n - 1] ?? 0));

/** The factor by which this many following bytes change a checksum; for {@link crcOfBoth}. */
export function shiftOf(bytes: number): number {
  let shift = ONE;
  // Starts at n = 3: a byte has 8 bits.
  for (let [left, n] = [bytes, 3]; left > 0; left = Math.floor(left / 2), n += 1)
    if (left % 2 === 1) shift = times(POWERS[n] ?? 0, shift);
  return shift >>> 0;
}

/** The checksum of two texts in sequence. @param shift of the second text's length. */
export function crcOfBoth(first: number, second: number, shift: number): number {
  return (times(shift, first) ^ second) >>> 0;
}
