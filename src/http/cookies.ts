/** Sets and reads cookies: in an EHR's iframe, for one host, never readable by script (LA-11, CB-18). */
import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';

/** No browser stores a longer value, so a longer one is not ours. */
const LONGEST_VALUE = 4_096;
/** More than a browser of ours ever holds. Each that we read may cost a Set-Cookie header or a read of Redis. */
const MOST_READ = 100;

const sent = new WeakMap<Request, ReturnType<typeof parseCookie>>();

/** The parsed Cookie header, shared by framed and first-party cookies. */
function sentBy(request: Request): ReturnType<typeof parseCookie> {
  const cookies = sent.get(request) ?? parseCookie(request.headers.cookie ?? '');
  sent.set(request, cookies);
  return cookies;
}

/** Cookies of one deployment. */
export interface Cookies {
  /** Our cookies in the request, at most {@link MOST_READ}, by name without prefix. */
  read(request: Request): ReadonlyMap<string, string>;
  /** @param maxAgeMs how long the browser keeps it. */
  set(response: Response, name: string, value: string, maxAgeMs: number): void;
  clear(response: Response, name: string): void;
}

/**
 * Cookies are `__Host-`, `Secure`, `HttpOnly`, `SameSite=None` and `Partitioned`: they work in a cross-site frame, even
 * where third-party cookies are blocked, and are sent to this host alone. On http://localhost only `HttpOnly` and
 * `SameSite=Lax` apply.
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
    const ours = parsed.filter(isOurs).slice(0, MOST_READ);
    return new Map(ours.map(([name, value = '']) => [name.slice(prefix.length), value]));
  };
  return {
    // Parsed once per request, because a launch reads several cookies in several places.
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
