/** Post/Redirect/Get for the administrators' forms: a POST redirects to a page that shows its outcome. */
import type { Request, Response } from 'express';
import { randomSecret } from '#src/adapters/random.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { type Sealer, TooLargeError } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import { createPostOutcomes, isOutcomeName, type OutcomeBounds } from '#src/http/post-outcomes.ts';
import { contextOf } from '#src/http/request-context.ts';
import { queryOf } from '#src/http/request-values.ts';

/** A refused `form` is shown at each reload, `done` and `secret` once, and `run` begins a run, once. */
export type OutcomeKind = 'form' | 'done' | 'secret' | 'run';

export type AfterPost = ReturnType<typeof createAfterPost>;

const MINUTE = 60_000;
/** A refused form lives as long as an idle session; outcomes shown once live until the browser has followed. */
const BOUNDS: Readonly<Record<OutcomeKind, OutcomeBounds>> = {
  form: { lifetimeMs: 30 * MINUTE, mostBytes: 131_072 },
  done: { lifetimeMs: 5 * MINUTE, mostBytes: 32_768 },
  secret: { lifetimeMs: 5 * MINUTE, mostBytes: 32_768 },
  run: { lifetimeMs: 5 * MINUTE, mostBytes: 32_768 },
};
const KINDS = ['form', 'done', 'secret', 'run'] as const satisfies OutcomeKind[];

/** The owner of forms without a signed-in session. */
export interface AfterPostOptions {
  /** A secret of this browser; undefined while it has none, and then nothing is kept. */
  browserSecretOf: (request: Request) => string | undefined;
  formLifetimeMs: number;
}

/** Both methods may throw AppError 'store.unavailable'. */
export function createAfterPost({ redis, sealer }: { redis: KeyStore; sealer: Sealer }, options?: AfterPostOptions) {
  const browserSecretOf = options?.browserSecretOf ?? ((request: Request) => request.sessionID);
  const boundsOf = (kind: OutcomeKind) =>
    kind === 'form' && options ? { ...BOUNDS.form, lifetimeMs: options.formLifetimeMs } : BOUNDS[kind];
  const outcomes = createPostOutcomes(redis, sealer);
  // The owner includes the kind, so that an outcome shown once cannot be read again under another parameter.
  const ownerOf = (request: Request, page: string, kind: OutcomeKind) => {
    const secret = browserSecretOf(request);
    return secret && JSON.stringify([secret, contextOf(request).admin?.userId, kind, placeOf(page)]);
  };
  return {
    /** Keeps the outcome and redirects, or answers JSON. @param outcome no password. @throws 'request.too-large' */
    answer: async (
      request: Request,
      response: Response,
      page: string,
      { kind, status, shown }: { kind: OutcomeKind; status?: number; shown: object },
    ): Promise<void> => {
      response.vary('Accept');
      if (status !== undefined && wantsJson(request)) {
        response.status(status).json(shown);
        return;
      }
      const owner = ownerOf(request, page, kind);
      if (!owner) throw new Error('a form was posted without a session');
      const name = randomSecret();
      await outcomes.keep(name, owner, shown, boundsOf(kind)).catch((error: unknown) => {
        throw error instanceof TooLargeError ? new AppError('request.too-large', error.message) : error;
      });
      response.redirect(303, `${page}${page.includes('?') ? '&' : '?'}${kind}=${name}`);
    },
    /** Right before a GET's response: deletes an outcome shown once. `isSecretGone`: it was shown or has expired. */
    read: async <Shown>(request: Request): Promise<{ shown: Partial<Shown>; isSecretGone: boolean }> => {
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

/** Is the client a script that wants a direct answer, not a browser? */
export function wantsJson(request: Request): boolean {
  return request.accepts(['html', 'json']) === 'json';
}

/** The page and organization of an outcome; it is shown on no other page but the page's export (MT-01). */
function placeOf(page: string): string[] {
  const { pathname, searchParams } = new URL(page, 'http://path.only');
  return [pathname.replace(/\.csv$/, ''), searchParams.get('organization') ?? ''];
}
