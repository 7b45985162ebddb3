/** Browsers that were let in before: a flood of strangers takes nothing from what is kept for them. */
import { createHash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Clock } from '#src/adapters/clock.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import type { Cookies } from './cookies.ts';

/**
 * One sealed cookie in each browser, as OWASP's "device cookies" are. It opens nothing and proves no one: it only says
 * that a sign-in or a launch was once completed here, and whose share of a limit the next one counts in.
 */
export interface KnownBrowsers {
  /**
   * @param place an organization or an account as it was typed; being known in one says nothing of another.
   * @returns a name for this browser there, to count by; undefined for a stranger.
   */
  recognise(request: Request, place: string): Promise<string | undefined>;
  /** After a proven sign-in or launch. The browser keeps its name, so that one browser has one share. */
  remember(request: Request, response: Response, place: string): Promise<void>;
}

const DAY_MS = 24 * 60 * 60_000;
const LIFETIME_MS = 90 * DAY_MS;
/** The least recently used gives way. */
const MOST_PLACES = 5;
/** Longer than any cookie we set. */
const LONGEST = 4_000;

const schema = z.array(z.object({ place: z.string(), name: z.string(), until: z.number() })).max(MOST_PLACES);
type Known = z.infer<typeof schema>;

/** @param name of the cookie, in the place that `cookies` are for. */
export function createKnownBrowsers(
  name: string,
  { cookies, sealer, clock }: { cookies: Cookies; sealer: Sealer; clock: Clock },
): KnownBrowsers {
  const sealName = `known-browser:${name}`;
  const read = async (request: Request): Promise<Known> => {
    const sealed = cookies.read(request).get(name);
    if (sealed === undefined || sealed.length > LONGEST) return [];
    const opened = await sealer.open(sealName, sealed).catch(() => undefined);
    const now = clock().getTime();
    return (schema.safeParse(opened).data ?? []).filter(({ until }) => until > now);
  };
  return {
    recognise: async (request, place) => (await read(request)).find((known) => known.place === hashOf(place))?.name,
    remember: async (request, response, place) => {
      const known = await read(request);
      const here = known.find((one) => one.place === hashOf(place));
      const until = clock().getTime() + LIFETIME_MS;
      const fresh = { place: hashOf(place), name: here?.name ?? randomBytes(12).toString('base64url'), until };
      const next: Known = [fresh, ...known.filter((one) => one !== here)].slice(0, MOST_PLACES);
      cookies.set(response, name, await sealer.seal(sealName, next), LIFETIME_MS);
    },
  };
}

/** So that the cookie is short and names no one, whoever opens it. */
function hashOf(place: string): string {
  return createHash('sha256').update(place).digest('base64url').slice(0, 22);
}
