/** Proves that a POST comes from one of our pages, shown in this browser (RV-01). */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { fewRandomBytes } from '#src/adapters/random.ts';
import { AppError } from '#src/errors.ts';
import { fieldOf } from './form-body.ts';
import { headerOf } from './request-values.ts';

/** Bytes of the proof, and of the pad in front of it. */
const LENGTH = 32;

/** Useless without the cookie. Masked with a new random pad, so that a compressed length reveals nothing (BREACH). */
export function csrfToken(cookieSecret: string): string {
  const pad = fewRandomBytes(LENGTH);
  return Buffer.concat([pad, masked(proofOf(cookieSecret), pad)]).toString('base64url');
}

/** Checks the request's origin and the form's token. @throws AppError 'request.forged' */
export function assertOwnForm(request: Request, publicUrl: URL, cookieSecret: string): void {
  const site = headerOf(request, 'sec-fetch-site');
  const origin = headerOf(request, 'origin');
  if (site !== undefined && site !== 'same-origin') throw new AppError('request.forged', `Sec-Fetch-Site is ${site}`);
  if (origin !== undefined && origin !== publicUrl.origin) throw new AppError('request.forged', 'Origin is not ours');
  const token = Buffer.from(fieldOf(request, 'csrf', 'code'), 'base64url');
  const isOurs =
    token.length === 2 * LENGTH &&
    timingSafeEqual(masked(token.subarray(LENGTH), token.subarray(0, LENGTH)), proofOf(cookieSecret));
  if (!isOurs) throw new AppError('request.forged', 'the form token is missing or wrong');
}

/** A plain digest is enough, because the secret has 256 random bits and a fixed length. */
function proofOf(cookieSecret: string): Buffer {
  return hash('sha256', `csrf ${cookieSecret}`, 'buffer');
}

/** Masks or unmasks with the pad; XOR is its own inverse. */
function masked(bytes: Buffer, pad: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, at) => byte ^ (pad[at] ?? 0)));
}

/** Compares in constant time. */
export function isEqualSecret(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}
