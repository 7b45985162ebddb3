/** Compresses pages, except where the length could reveal a secret (BREACH): those whose URL has a query. */
import { gzipSync } from 'node:zlib';
import type { Express, Request, Response } from 'express';
import { crcOfBoth, LEVEL, type Run, runOf, textOf } from './compressed-part.ts';
import { headerOf } from './request-values.ts';

/** RFC 1952: deflate, no name, no time, unknown system. Runs of deflate follow, each ending on a byte boundary. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** RFC 1951: an empty last block. */
const LAST_BLOCK = Buffer.from([3, 0]);

/** Replaces `response.send` for the whole app to compress HTML, so that no route can forget it. */
export function compressPages(app: Express): void {
  const { send } = app.response;
  app.response.send = function sendCompressed(this: Response, body?: unknown) {
    const isPage = typeof body === 'string' && String(this.getHeader('Content-Type')).startsWith('text/html');
    if (!isPage || !takesGzip(this)) return send.call(this, body);
    this.setHeader('Content-Encoding', 'gzip');
    return send.call(this, gzipSync(body, { level: LEVEL }));
  };
}

/** A page that is the same for every stranger: a flood of visits does not have it compressed again and again (MT-06). */
export function pageForAll(page: string): (response: Response) => void {
  let compressed: Buffer | undefined;
  return (response) => {
    response.type('html');
    if (!takesGzip(response)) return void response.send(page);
    response.setHeader('Content-Encoding', 'gzip');
    compressed ??= gzipSync(page, { level: LEVEL });
    response.send(compressed);
  };
}

type Part = string | readonly Run[];

/** A page that fails before still ends as an error page. @returns the sender of the rest. */
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

/** Sends the first part with the rest, as one packet, if the rest is ready in this turn; otherwise on its own. */
function leaveSoon(response: Response, first: Buffer): (rest: Buffer[]) => void {
  // The response has begun: a later failure can have no error page.
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

/** The first of these encodings that the client accepts; undefined if it accepts none or sends no header. */
export function encodingFor<Encoding extends string>(
  request: Request,
  encodings: readonly Encoding[],
): Encoding | undefined {
  if (headerOf(request, 'accept-encoding') === undefined) return undefined;
  return encodings.find((encoding) => request.acceptsEncodings(encoding) === encoding);
}

/** Any size is compressed: our smallest page has about a kilobyte. */
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
