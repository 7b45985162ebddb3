/** `POST /launches/:launchId/requests`: the filter form. What was typed stays out of every address and log. */
import type { RequestHandler } from 'express';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { assertOwnForm } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { createPostOutcomes } from '#src/http/post-outcomes.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { IDLE_LIMIT_MS } from '#src/launches/session/launch.ts';
import { readView, viewQuery } from './view.ts';

/** See {@link createSearchTexts}. */
export type SearchTexts = ReturnType<typeof createSearchTexts>;

const LONGEST = 200;

/**
 * What was looked for, sealed, for an hour and for its launch alone. The address holds a keyed hash of it, so that the same
 * words are one record and no reader of an address can test a guess.
 */
export function createSearchTexts(redis: KeyStore, sealer: Sealer) {
  const kept = createPostOutcomes(redis, sealer);
  return {
    /** @returns its name for addresses. @throws AppError 'store.unavailable' */
    keep: async (launchId: string, text: string): Promise<string> => {
      const name = sealer.fingerprint(`find ${launchId} ${text}`);
      await kept.keep(name, launchId, text, { lifetimeMs: IDLE_LIMIT_MS, mostBytes: 6 * LONGEST + 2 });
      return name;
    },
    /** @returns undefined where it is not kept any more. */
    find: async (launchId: string, name: string): Promise<string | undefined> => {
      const text = await kept.find(name, launchId);
      return typeof text === 'string' ? text : undefined;
    },
  };
}

/** Behind the launch guard and a urlencoded body parser. Leads to the view that was asked for. */
export function findRoute({ publicUrl, texts }: { publicUrl: URL; texts: SearchTexts }): RequestHandler {
  return async (request, response) => {
    const { launch, cookieSecret } = openLaunchOf(request);
    assertOwnForm(request, publicUrl, cookieSecret);
    const fields = ['show', 'service', 'sort', 'mine', 'here'] as const;
    const asked = fields.map((name) => [name, fieldOf(request, name, 'choice')]).filter(([, value]) => value !== '');
    const text = fieldOf(request, 'text', 'reason').trim().slice(0, LONGEST);
    const find = text === '' ? undefined : await texts.keep(launch.id, text);
    const view = readView(new URLSearchParams(asked.map(([name = '', value = '']) => [name, value])));
    response.redirect(303, `/launches/${launch.id}/requests${viewQuery({ ...view, find })}`);
  };
}
