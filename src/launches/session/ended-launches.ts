/** Stores for an hour why a launch ended, for the browser that held its cookie. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import type { Cookies } from '#src/http/cookies.ts';
import { isEqualSecret } from '#src/http/csrf.ts';
import { type EndReason, endReasons } from './end-reasons.ts';
import type { LaunchOrigin } from './fit-page.ts';
import type { LaunchKind } from './launch.ts';

/** Also the life of the cookie that says so in another tab (`createEndedNotes`). */
const REASON_KEPT_MS = 60 * 60_000;
const keyOf = (launchId: string) => `ended:${launchId}`;
const tombstone = z.object({ reason: z.enum(endReasons), secretHash: z.string() });

/** Each is sealed and bound to its key, and holds only a reason. @throws from its methods: 'store.unavailable'. */
export function createEndedLaunches(redis: KeyStore, sealer: Sealer) {
  return {
    /** @param secretHash of the launch's cookie, as the record had it. */
    leave: async (launchId: string, secretHash: string, reason: EndReason): Promise<void> => {
      const key = keyOf(launchId);
      await redis.set(key, await sealer.seal(key, { reason, secretHash }), REASON_KEPT_MS);
    },
    /** @returns undefined when the reason is unknown, or for another browser. */
    read: async (launchId: string, secretHash: string): Promise<EndReason | undefined> => {
      const key = keyOf(launchId);
      const sealed = await redis.get(key);
      if (sealed === undefined) return undefined;
      const { success, data } = tombstone.safeParse(await sealer.open(key, sealed).catch(() => undefined));
      return success && isEqualSecret(data.secretHash, secretHash) ? data.reason : undefined;
    },
  };
}

const PREFIX = { ehr: 'ended-', standalone: 'standalone-ended-' } as const satisfies Record<LaunchKind, string>;
const KINDS = ['ehr', 'standalone'] as const;
/** Browsers keep few cookies for a framed site, and open launches need them. */
const MOST_PER_BROWSER = 5;

/** A note proves nothing: it only decides the text of a page and which EHR may frame it. */
export function createEndedNotes(cookies: Record<LaunchKind, Cookies>) {
  return {
    leave: (
      request: Request,
      response: Response,
      ended: readonly (LaunchOrigin & { id: string })[],
      reason: EndReason,
    ): void => {
      const notes = ended.slice(-MOST_PER_BROWSER);
      const older = KINDS.flatMap((kind) => {
        const names = [...cookies[kind].read(request).keys()].filter((name) => name.startsWith(PREFIX[kind]));
        return names.map((name) => ({ kind, name }));
      });
      const surplus = Math.max(0, older.length + notes.length - MOST_PER_BROWSER);
      for (const { kind, name } of older.slice(0, surplus)) cookies[kind].clear(response, name);
      for (const { id, kind, organizationId } of notes)
        cookies[kind].set(response, `${PREFIX[kind]}${id}`, `${reason}:${organizationId}`, REASON_KEPT_MS);
    },
    read: (request: Request, launchId: string): (LaunchOrigin & { reason: EndReason }) | undefined => {
      for (const kind of KINDS) {
        const note = cookies[kind].read(request).get(`${PREFIX[kind]}${launchId}`);
        const [noted, organizationId] = note?.split(':') ?? [];
        const reason = endReasons.find((one) => one === noted);
        if (note !== undefined) return reason && organizationId ? { reason, kind, organizationId } : undefined;
      }
      return undefined;
    },
  };
}
