/** How we set and read cookies: inside an EHR's iframe, for one host, and never readable by script (LA-11, CB-18). */
import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';

/** No browser keeps a longer one, so it is none of ours. */
const LONGEST_VALUE = 4_096;

const sent = new WeakMap<Request, ReturnType<typeof parseCookie>>();

/** What the header says, parsed once for cookies of both places. */
function sentBy(request: Request): ReturnType<typeof parseCookie> {
  const cookies = sent.get(request) ?? parseCookie(request.headers.cookie ?? '');
  sent.set(request, cookies);
  return cookies;
}

/** Cookies of one deployment. */
export interface Cookies {
  /** Every cookie of ours in the request, by the name without prefix. */
  read(request: Request): ReadonlyMap<string, string>;
  /** @param maxAgeMs how long the browser keeps it. */
  set(response: Response, name: string, value: string, maxAgeMs: number): void;
  clear(response: Response, name: string): void;
}

/**
 * `__Host-`, `Secure`, `HttpOnly`, `SameSite=None`, `Partitioned`: kept in a cross-site frame, also where third-party
 * cookies are blocked, and sent to this host alone. On http://localhost the first, second and last two go.
 *
 * @param place 'first-party' for pages that are never framed: `SameSite=Lax`, not partitioned.
 */
export function createCookies(publicUrl: URL, place: 'framed' | 'first-party' = 'framed'): Cookies {
  const secure = publicUrl.protocol === 'https:';
  const prefix = secure ? '__Host-' : '';
  const options: CookieOptions = {
    path: '/',
    httpOnly: true,
    secure,
    ...(secure && place === 'framed' ? { sameSite: 'none', partitioned: true } : { sameSite: 'lax' }),
  };
  const known = new WeakMap<Request, ReadonlyMap<string, string>>();
  const parse = (request: Request) => {
    const parsed = Object.entries(sentBy(request));
    const isOurs = ([name, value]: [string, string | undefined]): boolean =>
      name.startsWith(prefix) && value !== undefined && value.length <= LONGEST_VALUE;
    return new Map(parsed.filter(isOurs).map(([name, value = '']) => [name.slice(prefix.length), value]));
  };
  return {
    // A launch asks for several cookies in several places: the header is parsed once.
    read: (request) => {
      const cookies = known.get(request) ?? parse(request);
      known.set(request, cookies);
      return cookies;
    },
    set: (response, name, value, maxAgeMs) => {
      response.cookie(`${prefix}${name}`, value, { ...options, maxAge: maxAgeMs });
    },
    clear: (response, name) => {
      response.clearCookie(`${prefix}${name}`, options);
    },
  };
}
