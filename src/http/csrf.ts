/** Proof that a POST comes from a page of ours that this browser was given (RV-01). */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { AppError } from '#src/errors.ts';
import { fieldOf } from './form-body.ts';
import { headerOf } from './request-values.ts';

/** The token for forms on pages that a cookie secret authenticates; useless without that cookie. */
export function csrfToken(cookieSecret: string): string {
  return createHmac('sha256', cookieSecret).update('csrf').digest('base64url');
}

/**
 * Checks where the request came from and the form's token.
 *
 * @param request with a parsed urlencoded body.
 * @param publicUrl our own origin.
 * @throws AppError 'request.forged'
 */
export function assertOwnForm(request: Request, publicUrl: URL, cookieSecret: string): void {
  const site = headerOf(request, 'sec-fetch-site');
  const origin = headerOf(request, 'origin');
  if (site !== undefined && site !== 'same-origin') throw new AppError('request.forged', `Sec-Fetch-Site is ${site}`);
  if (origin !== undefined && origin !== publicUrl.origin) throw new AppError('request.forged', 'Origin is not ours');
  if (!isEqualSecret(fieldOf(request, 'csrf', 'code'), csrfToken(cookieSecret))) {
    throw new AppError('request.forged', 'the form token is missing or wrong');
  }
}

/** Compares without telling, by its duration, how much was right. */
export function isEqualSecret(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}
