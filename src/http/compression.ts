/**
 * Pages leave compressed where the client takes gzip, and never where that could give something away (BREACH): of a page
 * that shows an attacker's words beside a secret, the compressed length tells how much they have in common. Ours show
 * what an address says only where it has a query, and what is shown once is there alone, too: such a page is sent as it is.
 */
import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib';
import type { Express, Request, Response } from 'express';
import { headerOf } from './request-values.ts';

/** Level 3 takes a tenth of a millisecond for a list of 25 requests; a higher one takes twice that and saves a tenth. */
const LEVEL = 3;
/** How far back deflate refers. */
const WINDOW = 32_768;
/** RFC 1952: deflate, no name, no time, unknown system. Then come runs of deflate, each of which ends on a whole byte. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

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

/**
 * Sends the first part of a page at once, compressed by itself. Nothing of the answer is touched before, so a page that
 * cannot be begun still ends as an error.
 *
 * @returns what sends the rest and ends the answer.
 */
export function sendFirstPart(response: Response, first: string): (rest: string) => void {
  response.type('html');
  if (!takesGzip(response)) {
    response.write(first);
    return (rest) => void response.end(rest);
  }
  response.setHeader('Content-Encoding', 'gzip');
  const begun = Buffer.from(first);
  const finishFlush = constants.Z_SYNC_FLUSH;
  response.write(Buffer.concat([GZIP_HEADER, deflateRawSync(begun, { level: LEVEL, finishFlush })]));
  return (rest) => {
    const bytes = Buffer.from(rest);
    // The rest goes on in the same window: a client inflates both parts as one.
    const deflated = deflateRawSync(bytes, { level: LEVEL, dictionary: begun.subarray(-WINDOW) });
    response.end(Buffer.concat([deflated, gzipTrailer(crc32(bytes, crc32(begun)), begun.length + bytes.length)]));
  };
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

function gzipTrailer(checksum: number, length: number): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(length, 4);
  return trailer;
}
