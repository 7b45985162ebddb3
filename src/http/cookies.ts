/** Sets and reads cookies: in an EHR's iframe, for one host, never readable by script (LA-11, CB-18). */
import { parseCookie } from 'cookie';
import type { CookieOptions, Response } from 'express';
import { oncePerRequest } from './request-context.ts';

/** No browser stores a longer value, so a longer one is not ours. */
const LONGEST_VALUE = 4_096;
/** More than a browser of ours ever holds. Each that we read may cost a Set-Cookie header or a read of Redis. */
const MOST_READ = 100;

/** Our cookies in a request, by name without prefix; parsed once for framed and first-party cookies. */
const readers = { '__Host-': readerOf('__Host-'), '': readerOf('') };

function readerOf(prefix: string) {
  return oncePerRequest((request): ReadonlyMap<string, string> => {
    const ours = new Map<string, string>();
    for (const [name, value] of Object.entries(parseCookie(request.headers.cookie ?? ''))) {
      const isOurs = name.startsWith(prefix) && value !== undefined && value.length <= LONGEST_VALUE;
      if (isOurs && ours.size < MOST_READ) ours.set(name.slice(prefix.length), value);
    }
    return ours;
  });
}

export type Cookies = ReturnType<typeof createCookies>;

/** `__Host-`, `Secure`, `HttpOnly`, `SameSite=None`, `Partitioned`; `Lax` for 'first-party' and on http://localhost. */
export function createCookies(publicUrl: URL, place: 'framed' | 'first-party' = 'framed') {
  const secure = publicUrl.protocol === 'https:';
  const prefix = secure ? '__Host-' : '';
  const options: CookieOptions = {
    path: '/',
    httpOnly: true,
    secure,
    ...(secure && place === 'framed' ? { sameSite: 'none', partitioned: true } : { sameSite: 'lax' }),
  };
  return {
    /** Our cookies in the request, at most {@link MOST_READ}, by name without prefix. */
    read: readers[prefix],
    set: (response: Response, name: string, value: string, maxAgeMs: number): void => {
      response.cookie(`${prefix}${name}`, value, { ...options, maxAge: maxAgeMs });
    },
    clear: (response: Response, name: string): void => {
      response.clearCookie(`${prefix}${name}`, options);
    },
  };
}
