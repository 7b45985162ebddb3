/** Parts of a page that are compressed once, with holes for the text that differs each time. */
import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { utf8Of } from '#src/adapters/utf8.ts';

/** A byte-aligned run of deflate that refers to nothing before it. */
export interface Run {
  readonly deflated: Buffer;
  readonly length: number;
  readonly crc: number;
  /** The factor for a preceding checksum. */
  readonly shift: number;
}

export interface PagePart {
  /** An upper bound of its memory. */
  readonly size: number;
  /** The compressed part. @param fill HTML for each mark. */
  filled(fill: Readonly<Record<string, string>>): readonly Run[];
}

/** Level 3 needs 0.1 ms for a list of 25 requests; a higher level needs twice the time and saves a tenth. */
export const LEVEL = 3;
/** Texts shorter than this use less memory, because preparing more takes longer than compressing them. */
const SHORT = { bytes: 4_096, windowBits: 13, memLevel: 5, chunkSize: 2_048 };
/** A list of 25 requests becomes two kilobytes and a half. */
const LONG = { chunkSize: 4_096 };
/** The largest text stored uncompressed: that adds 5 bytes, and compression would not make it shorter. */
const STORED = 120;

/** Compresses a text into a run. */
export function runOf(text: string): Run {
  const bytes = utf8Of(text);
  const { bytes: short, ...cheap } = SHORT;
  const options = {
    level: LEVEL,
    finishFlush: constants.Z_SYNC_FLUSH,
    ...(bytes.length <= short ? cheap : LONG),
  };
  const deflated = bytes.length <= STORED ? stored(bytes) : deflateRawSync(bytes, options);
  return { deflated, length: bytes.length, crc: crc32(bytes), shift: shiftOf(bytes.length) };
}

/** Makes an uncompressed block (RFC 1951, 3.2.4). */
function stored(bytes: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(bytes.length ^ 0xffff, 3);
  return Buffer.concat([head, bytes]);
}

/** The first use compresses the whole, the second each piece. @param marks mark the holes, and occur nowhere else. */
export function partOf(text: string, marks: readonly string[]): PagePart {
  const cut = text.split(new RegExp(`(${marks.join('|')})`));
  const holes = cut.filter((_, at) => at % 2 === 1);
  let sent: { run: Run; lengths: readonly number[] } | undefined;
  let runs: readonly Run[] | undefined;
  return {
    size: text.length + OVERHEAD,
    filled: (fill) => {
      if (!sent) {
        const texts = cut.map((piece, at) => (at % 2 === 0 ? piece : (fill[piece] ?? '')));
        sent = { run: keptRunOf(texts.join('')), lengths: texts.map(({ length }) => length) };
        // The text is many times larger than the run, so it is not kept.
        cut.length = 0;
        return [sent.run];
      }
      runs ??= piecesOf(sent).map(keptRunOf);
      return runs.flatMap((run, at) => {
        const mark = holes[at];
        return mark === undefined ? [run] : [run, runOf(fill[mark] ?? '')];
      });
    },
  };
}

/** Memory of the objects and Buffers, beside the text. */
const OVERHEAD = 1_000;

/** The pieces between the holes: every second one. */
function piecesOf({ run, lengths }: { run: Run; lengths: readonly number[] }): string[] {
  const text = textOf(run).toString();
  let from = 0;
  return lengths.map((length) => text.slice(from, (from += length))).filter((_, at) => at % 2 === 0);
}

/** The result is copied into its own Buffer, because a small pooled Buffer keeps its whole 64 kB block alive. */
function keptRunOf(text: string): Run {
  const run = runOf(text);
  const deflated = Buffer.allocUnsafeSlow(run.deflated.length);
  run.deflated.copy(deflated);
  return { ...run, deflated };
}

/** Fills the holes of an uncompressed text. */
export function fillText(text: string, fill: Readonly<Record<string, string>>): string {
  return Object.entries(fill).reduce((filled, [mark, own]) => filled.replaceAll(mark, () => own), text);
}

/** The text of a run, for a client that takes no compression. */
export function textOf({ deflated }: Run): Buffer {
  return inflateRawSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH });
}

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
function shiftOf(bytes: number): number {
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
