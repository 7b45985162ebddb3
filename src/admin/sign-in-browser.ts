/** A secret for a browser that is not signed in yet: it makes the sign-in form ours without a session in the store. */
import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { AppError } from '#src/errors.ts';
import { createCookies } from '#src/http/cookies.ts';

/** One secret per browser, kept for an hour after the form was last shown. */
export interface SignInBrowser {
  /** The browser's secret; a new one goes out with the response where it has none. */
  ensure(request: Request, response: Response): string;
  /** undefined when the browser has none. */
  read(request: Request): string | undefined;
  /** @throws AppError 'request.forged' when the browser has none: the form was not shown to it. */
  require(request: Request): string;
  forget(response: Response): void;
}

const NAME = 'sign-in';
const LIFETIME_MS = 3_600_000;
const SECRET = /^[\w-]{43}$/;

/** A `__Host-` cookie, so that no other host can plant a secret it knows. */
export function createSignInBrowser(publicUrl: URL): SignInBrowser {
  const cookies = createCookies(publicUrl, 'first-party');
  const read = (request: Request): string | undefined => {
    const value = cookies.read(request).get(NAME);
    return value !== undefined && SECRET.test(value) ? value : undefined;
  };
  return {
    read,
    ensure: (request, response) => {
      const secret = read(request) ?? randomBytes(32).toString('base64url');
      cookies.set(response, NAME, secret, LIFETIME_MS);
      return secret;
    },
    require: (request) => {
      const secret = read(request);
      if (secret === undefined) throw new AppError('request.forged', 'the sign-in form was not shown to this browser');
      return secret;
    },
    forget: (response) => cookies.clear(response, NAME),
  };
}
