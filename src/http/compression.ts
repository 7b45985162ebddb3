/**
 * Pages leave compressed where the client takes gzip, and never where that could give something away (BREACH): of a page
 * that shows an attacker's words beside a secret, the compressed length tells how much they have in common. Ours show
 * what an address says only where it has a query, and what is shown once is there alone, too: such a page is sent as it is.
 */
import { gzipSync } from 'node:zlib';
import type { Express, Request, Response } from 'express';
import { crcOfBoth } from './crc-of-parts.ts';
import { LEVEL, type Run, runOf, textOf } from './page-part.ts';
import { headerOf } from './request-values.ts';

/** RFC 1952: deflate, no name, no time, unknown system. Then come runs of deflate, each of which ends on a whole byte. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** RFC 1951: the last block, which holds nothing. */
const LAST_BLOCK = Buffer.from([3, 0]);

/** Replaces `response.send` for the whole app, so that no route can forget it: it compresses HTML. */
export function compressPages(app: Express): void {
  const { send } = app.response;
  app.response.send = function sendCompressed(this: Response, body?: unknown) {
    const isPage = typeof body === 'string' && String(this.getHeader('Content-Type')).startsWith('text/html');
    if (!isPage || !takesGzip(this)) return send.call(this, body);
    this.setHeader('Content-Encoding', 'gzip');
    return send.call(this, gzipSync(body, { level: LEVEL }));
  };
}

/** A part of a page: its text, or the runs that it was compressed into before. */
type Part = string | readonly Run[];

/**
 * Sends the first part of a page at once, compressed by itself. Nothing of the answer is touched before, so a page that
 * cannot be begun still ends as an error.
 *
 * @returns what sends the rest and ends the answer.
 */
export function sendFirstPart(response: Response, first: Part): (rest: Part) => void {
  response.type('html');
  if (!takesGzip(response)) {
    const leave = leaveSoon(response, Buffer.from(plainOf(first)));
    return (rest) => leave([Buffer.from(plainOf(rest))]);
  }
  response.setHeader('Content-Encoding', 'gzip');
  const begun = runsOf(first);
  const leave = leaveSoon(response, Buffer.concat([GZIP_HEADER, ...begun.map(({ deflated }) => deflated)]));
  return (rest) => {
    const others = runsOf(rest);
    leave([...others.map(({ deflated }) => deflated), LAST_BLOCK, gzipTrailer([...begun, ...others])]);
  };
}

/** Together with the rest where that is ready by the end of this turn, as one packet; else by itself. */
function leaveSoon(response: Response, first: Buffer): (rest: Buffer[]) => void {
  // Begun: what fails from now on is no page of its own any more.
  response.writeHead(response.statusCode);
  let waiting = [first];
  const leaving = setImmediate(() => {
    if (!response.writableEnded) response.write(first);
    waiting = [];
  });
  return (rest) => {
    clearImmediate(leaving);
    response.end(Buffer.concat([...waiting, ...rest]));
  };
}

function runsOf(part: Part): readonly Run[] {
  return typeof part === 'string' ? [runOf(part)] : part;
}

function plainOf(part: Part): string | Buffer {
  return typeof part === 'string' ? part : Buffer.concat(part.map(textOf));
}

/** The first of these encodings that the client takes; undefined: none of them, or it names none. */
export function encodingFor<Encoding extends string>(
  request: Request,
  encodings: readonly Encoding[],
): Encoding | undefined {
  if (headerOf(request, 'accept-encoding') === undefined) return undefined;
  return encodings.find((encoding) => request.acceptsEncodings(encoding) === encoding);
}

/** Whatever its size: the smallest of our pages has about a kilobyte. */
function takesGzip(response: Response): boolean {
  const { req: request } = response;
  if (request.originalUrl.includes('?')) return false;
  response.vary('Accept-Encoding');
  return encodingFor(request, ['gzip']) !== undefined;
}

function gzipTrailer(runs: readonly Run[]): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(
    runs.reduce((checksum, { crc, shift }) => crcOfBoth(checksum, crc, shift), 0),
    0,
  );
  trailer.writeUInt32LE(
    runs.reduce((sum, { length }) => sum + length, 0),
    4,
  );
  return trailer;
}
