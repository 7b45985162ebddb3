/** A secret for a browser that is not signed in: it protects the sign-in form without a stored session. */
import type { Request, Response } from 'express';
import { randomSecret } from '#src/adapters/random.ts';
import { AppError } from '#src/errors.ts';
import { createCookies } from '#src/http/cookies.ts';

const NAME = 'sign-in';
const LIFETIME_MS = 3_600_000;
const SECRET = /^[\w-]{43}$/;

export type SignInFormSecret = ReturnType<typeof createSignInFormSecret>;

/** Kept for an hour after the form was last shown, in a `__Host-` cookie, so that no other host can plant one. */
export function createSignInFormSecret(publicUrl: URL) {
  const cookies = createCookies(publicUrl, 'first-party');
  const read = (request: Request): string | undefined => {
    const value = cookies.read(request).get(NAME);
    return value !== undefined && SECRET.test(value) ? value : undefined;
  };
  return {
    read,
    /** The browser's secret; sets a new one if it has none. */
    ensure: (request: Request, response: Response): string => {
      const secret = read(request) ?? randomSecret();
      cookies.set(response, NAME, secret, LIFETIME_MS);
      return secret;
    },
    /** @throws AppError 'request.forged' when the browser has none: the form was not shown to it. */
    require: (request: Request): string => {
      const secret = read(request);
      if (secret === undefined) throw new AppError('request.forged', 'the sign-in form was not shown to this browser');
      return secret;
    },
    forget: (response: Response): void => cookies.clear(response, NAME),
  };
}
