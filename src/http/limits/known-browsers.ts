/** Recognises browsers that were let in before, so that a flood of strangers cannot use up their share of a limit. */
import { hash } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import { fewRandomBytes } from '#src/adapters/random.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { isEqualSecret } from '#src/http/csrf.ts';
import { oncePerRequest } from '#src/http/request-context.ts';

export type KnownBrowsers = ReturnType<typeof createKnownBrowsers>;

/** The cookie that holds the note; its value is untrusted. */
export interface NoteCookie {
  read(request: Request): string | undefined;
  write(request: Request, response: Response, note: string): void;
}

/** How long a browser stays known after its last sign-in or launch. */
export const KNOWN_LIFETIME_MS = 90 * 24 * 60 * 60_000;
/** The least recently used place is dropped. */
const MOST_PLACES = 3;
/** Longer than any note of ours. */
const LONGEST = 400;

interface Known {
  place: string;
  name: string;
  until: number;
}

/** A signed note, as OWASP's "device cookies": it only says in whose share of a limit the next attempt counts. */
export function createKnownBrowsers(
  kind: string,
  { cookie, sealer, clock }: { cookie: NoteCookie; sealer: Sealer; clock: Clock },
) {
  const signed = (entries: string) => `known browser ${kind} ${entries}`;
  const read = oncePerRequest((request): readonly Known[] => {
    const note = cookie.read(request) ?? '';
    const at = note.lastIndexOf('~');
    if (at < 0 || note.length > LONGEST) return [];
    const [entries, signature] = [note.slice(0, at), note.slice(at + 1)];
    if (!sealer.fingerprints(signed(entries)).some((one) => isEqualSecret(signature, one))) return [];
    const now = clock().getTime();
    return entries
      .split('~')
      .map(parse)
      .filter(({ until }) => until > now);
  });
  return {
    /** @param place organization, or account as typed. @returns the browser's name there; undefined for a stranger. */
    recognise: (request: Request, place: string): string | undefined =>
      read(request).find((known) => known.place === hashOf(place))?.name,
    /** Called after a proven sign-in or launch. The browser keeps its name, so that it has one share. */
    remember: (request: Request, response: Response, place: string): void => {
      const known = read(request);
      const here = known.find((one) => one.place === hashOf(place));
      const name = here?.name ?? fewRandomBytes(12).toString('base64url');
      const fresh: Known = { place: hashOf(place), name, until: clock().getTime() + KNOWN_LIFETIME_MS };
      const next = [fresh, ...known.filter((one) => one !== here)].slice(0, MOST_PLACES);
      const entries = next.map((one) => [one.place, one.name, one.until.toString(36)].join('.')).join('~');
      cookie.write(request, response, `${entries}~${sealer.fingerprint(signed(entries))}`);
    },
  };
}

/** Hashed, so that the cookie is short and contains no names. */
function hashOf(place: string): string {
  return hash('sha256', place, 'base64url').slice(0, 22);
}

function parse(entry: string): Known {
  const [place = '', name = '', until = ''] = entry.split('.');
  return { place, name, until: Number.parseInt(until, 36) };
}
