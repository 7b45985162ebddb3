/** The administrators' forms: a POST is answered by a redirect to a page, which shows what came of it (PRG). */

import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { type Sealer, TooLargeError } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import { createPostOutcomes, isOutcomeName, type OutcomeBounds } from '#src/http/post-outcomes.ts';
import { contextOf } from '#src/http/request-context.ts';
import { queryOf } from '#src/http/request-values.ts';

/**
 * What a page is sent, and the parameter that names it: a `form` that was refused, at each reload; what is `done`, once;
 * a `secret`, once, after which the page can say that it was shown; a `run` that the page begins, once.
 */
export type OutcomeKind = 'form' | 'done' | 'secret' | 'run';

/** What is there for a page. */
export interface AfterPostRead<Shown> {
  shown: Partial<Shown>;
  /** The address names a secret that was shown before, or was not looked at soon enough. */
  isSecretGone: boolean;
}

/** Both methods may throw AppError 'store.unavailable'. */
export interface AfterPost {
  /**
   * Keeps the outcome for this session, and sends the browser to the page. Where a status is given, a client that asks
   * for JSON gets it, with the outcome, at once.
   *
   * @param page path and query of ours.
   * @param outcome never holds a password that was typed.
   * @throws AppError 'request.too-large' as well.
   */
  answer(
    request: Request,
    response: Response,
    page: string,
    outcome: { kind: OutcomeKind; status?: number; shown: object },
  ): Promise<void>;
  /** For a GET, right before it is answered: what is shown once is gone with this. */
  read<Shown>(request: Request): Promise<AfterPostRead<Shown>>;
}

const MINUTE = 60_000;
/** A refused form as long as a session waits for its user; what is shown once only until the browser has followed. */
const BOUNDS: Readonly<Record<OutcomeKind, OutcomeBounds>> = {
  form: { lifetimeMs: 30 * MINUTE, mostBytes: 131_072 },
  done: { lifetimeMs: 5 * MINUTE, mostBytes: 32_768 },
  secret: { lifetimeMs: 5 * MINUTE, mostBytes: 32_768 },
  run: { lifetimeMs: 5 * MINUTE, mostBytes: 32_768 },
};
const KINDS = ['form', 'done', 'secret', 'run'] as const satisfies OutcomeKind[];

/** Whose forms they are, where not those of a signed-in session. */
export interface AfterPostOptions {
  /** What no other browser has. Undefined: nothing is kept for it yet. */
  browserSecretOf: (request: Request) => string | undefined;
  /** Of a refused form, in milliseconds. */
  formLifetimeMs: number;
}

/** See {@link AfterPost}. */
export function createAfterPost(
  { redis, sealer }: { redis: KeyStore; sealer: Sealer },
  options?: AfterPostOptions,
): AfterPost {
  const browserSecretOf = options?.browserSecretOf ?? ((request: Request) => request.sessionID);
  const boundsOf = (kind: OutcomeKind) =>
    kind === 'form' && options ? { ...BOUNDS.form, lifetimeMs: options.formLifetimeMs } : BOUNDS[kind];
  const outcomes = createPostOutcomes(redis, sealer);
  // The kind too: what is shown once is not read again under another parameter.
  const ownerOf = (request: Request, page: string, kind: OutcomeKind) => {
    const secret = browserSecretOf(request);
    return secret && JSON.stringify([secret, contextOf(request).admin?.userId, kind, placeOf(page)]);
  };
  return {
    answer: async (request, response, page, { kind, status, shown }) => {
      response.vary('Accept');
      if (status !== undefined && wantsJson(request)) {
        response.status(status).json(shown);
        return;
      }
      const owner = ownerOf(request, page, kind);
      if (!owner) throw new Error('a form was posted without a session');
      const name = randomBytes(32).toString('base64url');
      await outcomes.keep(name, owner, shown, boundsOf(kind)).catch((error: unknown) => {
        throw error instanceof TooLargeError ? new AppError('request.too-large', error.message) : error;
      });
      response.redirect(303, `${page}${page.includes('?') ? '&' : '?'}${kind}=${name}`);
    },
    read: async (request) => {
      const query = queryOf(request);
      const kind = KINDS.find((one) => isOutcomeName(query.get(one) ?? ''));
      const owner = kind && ownerOf(request, request.originalUrl, kind);
      // HEAD shows nothing, so it must not use anything up.
      if (!kind || !owner || request.method !== 'GET') return { shown: {}, isSecretGone: false };
      const name = query.get(kind) ?? '';
      const found = await outcomes[kind === 'form' ? 'find' : 'take'](name, owner);
      return { shown: found ?? {}, isSecretGone: kind === 'secret' && found === undefined };
    },
  };
}

/** A script, not a browser: it gets its answer at once. */
export function wantsJson(request: Request): boolean {
  return request.accepts(['html', 'json']) === 'json';
}

/** One page of one organization, and its export: what is kept for it is shown nowhere else (MT-01). */
function placeOf(page: string): string[] {
  const { pathname, searchParams } = new URL(page, 'http://path.only');
  return [pathname.replace(/\.csv$/, ''), searchParams.get('organization') ?? ''];
}
