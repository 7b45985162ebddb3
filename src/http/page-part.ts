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
  readonly runs: readonly Run[];
  /** The mark of each hole, in order: one fewer than runs. */
  readonly holes: readonly string[];
  /** What it takes in memory. */
  readonly size: number;
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

/** @param marks the texts that stand where something is filled in; none may stand anywhere else. */
export function partOf(text: string, marks: readonly string[]): PagePart {
  const holes: string[] = [];
  const pieces = text.split(new RegExp(`(${marks.join('|')})`)).filter((piece, at) => {
    if (at % 2 === 1) holes.push(piece);
    return at % 2 === 0;
  });
  const runs = pieces.map((piece) => runOf(piece));
  return { runs, holes, size: runs.reduce((sum, { deflated }) => sum + deflated.length + RUN_OVERHEAD, 0) };
}

/** Of a run's object and its Buffer. */
const RUN_OVERHEAD = 200;

/** The part as it leaves. @param fill HTML for each mark. */
export function fillPart({ runs, holes }: PagePart, fill: Readonly<Record<string, string>>): Run[] {
  return runs.flatMap((run, at) => {
    const mark = holes[at];
    return mark === undefined ? [run] : [run, runOf(fill[mark] ?? '')];
  });
}

/** The same as a text that was not cut into parts. */
export function fillText(text: string, fill: Readonly<Record<string, string>>): string {
  return Object.entries(fill).reduce((filled, [mark, own]) => filled.replaceAll(mark, () => own), text);
}

/** The text of a run, for a client that takes no compression. */
export function textOf({ deflated }: Run): Buffer {
  return inflateRawSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH });
}
