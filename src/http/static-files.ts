/** `/assets/…`: our style sheets, scripts and icon. Their names hold their hash, so a browser asks for each only once. */
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { type RequestHandler, Router } from 'express';
import { cached } from '#src/adapters/cache.ts';
import { AppError } from '#src/errors.ts';
import { type Asset, assets } from '#views/assets.ts';
import { encodingFor } from './compression.ts';
import { mountIn } from './mount.ts';
import { pathPartOf } from './request-values.ts';

const ENCODINGS = ['br', 'gzip'] as const;
const compressBr = promisify(brotliCompress);
const compressGzip = promisify(gzip);
/** The highest compression, because each file is compressed once; it is brotli's default. */
const COMPRESS = {
  br: (content: Buffer) => compressBr(content),
  gzip: (content: Buffer) => compressGzip(content, { level: 9 }),
};

/** Mounted at the root. An outdated name ends in 404, which is not cached: the page that named it is old. */
export function staticFiles(): Router {
  const router = Router({ caseSensitive: true, strict: true });
  mountIn(router, { head: true })('/assets/:name', { get: [sendFile()] });
  return router;
}

function sendFile(): RequestHandler {
  const files = new Map(Object.values(assets).map((asset) => [asset.hashedName, inEncodings(asset)]));
  return async (request, response) => {
    const name = pathPartOf(request, 'name');
    const file = files.get(name);
    if (!file) throw new AppError('request.not-found', 'no such file');
    response.vary('Accept-Encoding');
    const encoding = encodingFor(request, ENCODINGS);
    if (encoding !== undefined) response.setHeader('Content-Encoding', encoding);
    const bytes = await file(encoding);
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    response.type(name).send(bytes);
  };
}

/** Compresses the file at its first request and keeps the result. */
function inEncodings({ content }: Asset) {
  const made = new Map<(typeof ENCODINGS)[number], Promise<Buffer>>();
  return (encoding: (typeof ENCODINGS)[number] | undefined): Promise<Buffer> | Buffer =>
    encoding === undefined ? content : cached(made, encoding, () => COMPRESS[encoding](content));
}
