/** Parts of a page in the form in which they leave: compressed once, with holes for what differs each time. */
import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { shiftOf } from './crc-of-parts.ts';

/** A run of whole bytes of deflate, which refers to nothing before it. */
export interface Run {
  readonly deflated: Buffer;
  /** Of the text, in bytes. */
  readonly length: number;
  readonly crc: number;
  /** What a checksum before it is multiplied by (crc-of-parts.ts). */
  readonly shift: number;
}

/** A text between whose pieces something is filled in. */
export interface PagePart {
  /** More than it takes in memory. */
  readonly size: number;
  /** The part as it leaves. @param fill HTML for each mark. */
  filled(fill: Readonly<Record<string, string>>): readonly Run[];
}

/** Level 3 takes a tenth of a millisecond for a list of 25 requests; a higher one takes twice that and saves a tenth. */
export const LEVEL = 3;
/** What is shorter gains nothing from more memory, which takes longer to prepare than the text to compress. */
const SHORT = { bytes: 4_096, windowBits: 13, memLevel: 5, chunkSize: 2_048 };
/** Deflate's own copy has 5 bytes more; compressed, so short a text is no shorter. */
const STORED = 120;

/** Compresses a text into a run. */
export function runOf(text: string): Run {
  const bytes = Buffer.from(text);
  const { bytes: short, ...cheap } = SHORT;
  const options = {
    level: LEVEL,
    finishFlush: constants.Z_SYNC_FLUSH,
    ...(bytes.length <= short ? cheap : {}),
  };
  const deflated = bytes.length <= STORED ? stored(bytes) : deflateRawSync(bytes, options);
  return { deflated, length: bytes.length, crc: crc32(bytes), shift: shiftOf(bytes.length) };
}

/** RFC 1951, 3.2.4: a block without compression. */
function stored(bytes: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(bytes.length ^ 0xffff, 3);
  return Buffer.concat([head, bytes]);
}

/**
 * The first time it is compressed as one run, because most pages are not sent again; then its pieces are, one by one and
 * once, and only what is filled in differs.
 *
 * @param marks the texts that stand where something is filled in; none may stand anywhere else.
 */
export function partOf(text: string, marks: readonly string[]): PagePart {
  const cut = text.split(new RegExp(`(${marks.join('|')})`));
  const holes = cut.filter((_, at) => at % 2 === 1);
  let sent: { run: Run; lengths: readonly number[] } | undefined;
  let runs: readonly Run[] | undefined;
  return {
    size: text.length + OVERHEAD,
    filled: (fill) => {
      if (!sent) {
        const said = cut.map((piece, at) => (at % 2 === 0 ? piece : (fill[piece] ?? '')));
        sent = { run: keptRunOf(said.join('')), lengths: said.map(({ length }) => length) };
        // The text itself, many times as large, is not kept.
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

/** Of the objects and Buffers. */
const OVERHEAD = 1_000;

/** Without what was filled in: that is every second piece. */
function piecesOf({ run, lengths }: { run: Run; lengths: readonly number[] }): string[] {
  const text = textOf(run).toString();
  let from = 0;
  const all = lengths.map((length) => text.slice(from, (from += length)));
  return all.filter((_, at) => at % 2 === 0);
}

/** In memory of its own: a small Buffer is a piece of one of 64 kB, all of which would be kept for it. */
function keptRunOf(text: string): Run {
  const run = runOf(text);
  const deflated = Buffer.allocUnsafeSlow(run.deflated.length);
  run.deflated.copy(deflated);
  return { ...run, deflated };
}

/** The same as a text that was not cut into parts. */
export function fillText(text: string, fill: Readonly<Record<string, string>>): string {
  return Object.entries(fill).reduce((filled, [mark, own]) => filled.replaceAll(mark, () => own), text);
}

/** The text of a run, for a client that takes no compression. */
export function textOf({ deflated }: Run): Buffer {
  return inflateRawSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH });
}
