/** Settings > Keys, for operators: list, rotate, retire, revoke, import, download. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { CommandError } from '#src/adapters/command-line.ts';
import { AppError } from '#src/errors.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { pathPartOf, queryOf } from '#src/http/request-values.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { ask } from '#src/http/sessions/confirm.ts';
import { actorOf, pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { type KeysPageProps, keysPage } from '#views/settings/keys-page.ts';
import { importKey } from './import-key.ts';
import { exportKey, type KeyDependencies, KeyRefusal, listKeys, retireKey, rotateKeys } from './key-actions.ts';
import { JWKS_MAX_AGE_SECONDS } from './key-life.ts';
import type { KeyRing } from './key-ring.ts';
import { listJwksFetches, listKeyUses } from './key-store.ts';
import { type KeyHolder, type KeyUses, placeFetches } from './key-use.ts';

export interface KeySettingsDependencies extends Omit<KeyDependencies, 'by'> {
  publicUrl: URL;
  keyRing: Pick<KeyRing, 'refresh'>;
  keyUses: Pick<KeyUses, 'flush'>;
  /** Every organization with its hosts; organizations come later in the import order. */
  keyHolders: () => Promise<KeyHolder[]>;
  afterPost: AfterPost;
}

/** What the page shows of the last post, never a typed key. */
type Posted = Pick<KeysPageProps, 'done' | 'problem'>;

const DONE = {
  rotate: 'New keys are published. They start to sign when every cached copy of the JWKS has expired.',
  retire: 'The key was retired.',
  revoke: 'The key is revoked. It leaves the JWKS and stops signing within two seconds.',
  import: 'The key is imported and published. It starts to sign when every cached copy of the JWKS has expired.',
} as const;
const PAGE = '/settings/keys';
const FETCHES_SHOWN = 200;
const OTHERS_SHOWN = 20;

const kidIn = (request: Request) => fieldOf(request, 'kid', 'id');
const ACTIONS: Record<keyof typeof DONE, (deps: KeyDependencies, request: Request) => Promise<unknown>> = {
  rotate: rotateKeys,
  retire: (deps, request) =>
    retireKey(deps, kidIn(request), { force: false, evenIfUsed: fieldOf(request, 'evenIfUsed', 'choice') === 'yes' }),
  revoke: (deps, request) => retireKey(deps, kidIn(request), { force: true }),
  import: (deps, request) => importKey(deps, fieldOf(request, 'privateKey', 'key')),
};

/** Mount at /settings/keys behind requireSignIn and requireOperator, which also check the forms. */
export function keySettingsRoutes(dependencies: KeySettingsDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', (request, response) => showKeys(dependencies, request, response));
  for (const name of Object.keys(ACTIONS) as (keyof typeof DONE)[]) router.post(`/${name}`, action(dependencies, name));
  for (const name of ['rotate', 'retire', 'revoke'] as const) router.get(`/${name}`, question(dependencies, name));
  router.get('/:kid/public.pem', download(dependencies, 'application/x-pem-file', 'pem'));
  router.get('/:kid/jwks.json', download(dependencies, 'application/json', 'jwks'));
  return router;
}

const QUESTIONS = {
  rotate: {
    question: 'Rotate the signing keys',
    effect:
      'A new key for each algorithm is published now and signs when every cached copy of the JWKS has expired. The current keys then stop signing.',
    button: 'Rotate keys',
  },
  retire: {
    question: 'Retire the key',
    effect: 'It stops signing now, and stays published until no request signed with it can be in transit.',
    button: 'Retire',
  },
  cancel: {
    question: 'Cancel the rotation to the key',
    effect: 'The key leaves the JWKS and is dropped. The keys that sign now go on signing.',
    button: 'Cancel rotation',
  },
  revoke: {
    question: 'Revoke the key',
    effect:
      'Only for a key that may be compromised. It leaves the JWKS at once and the next key signs at once. An EHR with a cached JWKS refuses our requests until its copy expires.',
    button: 'Revoke now',
  },
} as const;

function question(deps: KeySettingsDependencies, name: 'rotate' | 'retire' | 'revoke'): RequestHandler {
  return async (request, response) => {
    const kid = queryOf(request).get('kid') ?? '';
    const key = name === 'rotate' ? undefined : (await listKeys(deps)).find((one) => one.kid === kid);
    if (name !== 'rotate' && !key) throw new AppError('request.not-found', 'no such key');
    const words = QUESTIONS[name === 'retire' && key?.state === 'pending' ? 'cancel' : name];
    ask(request, response, { ...words, current: 'keys', subject: key?.kid, backHref: PAGE }, key ? { kid } : {});
  };
}

/** Runs the action and redirects to the page, which shows the success once, or the reason of a refusal. */
function action(dependencies: KeySettingsDependencies, name: keyof typeof DONE): RequestHandler {
  return async (request, response) => {
    try {
      // Flushed first, because a use in the last seconds also counts as "in use".
      await dependencies.keyUses.flush();
      await ACTIONS[name]({ ...dependencies, by: actorOf(request) }, request);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const status = error instanceof KeyRefusal && error.reason === 'unknown' ? 404 : 409;
      const shown: Partial<Posted> = { problem: problemOf(error, name, request) };
      return dependencies.afterPost.answer(request, response, PAGE, { kind: 'form', status, shown });
    }
    await dependencies.keyRing.refresh();
    await dependencies.afterPost.answer(request, response, PAGE, { kind: 'done', shown: { done: DONE[name] } });
  };
}

const WORDS: Readonly<Record<KeyRefusal['reason'], string>> = {
  unknown: 'This key no longer exists.',
  retired: 'This key is retired already. Use the emergency revocation if it must leave the JWKS at once.',
  'only-one':
    'This is the only active key of its algorithm. Rotate instead: a rotation retires this key when every EHR can have the next one.',
  'in-use': `An EHR accepted this key within the last ${JWKS_MAX_AGE_SECONDS} seconds. Requests signed with this key may be in transit, and the EHR’s cached JWKS may not have the next key. Wait, or retire this key anyway.`,
};

function problemOf(error: CommandError, name: string, request: Request): NonNullable<KeysPageProps['problem']> {
  if (!(error instanceof KeyRefusal)) return { text: error.message, at: name === 'import' ? 'import' : 'keys' };
  const retireAnyway = error.reason === 'in-use' ? { retireAnyway: kidIn(request) } : {};
  return { text: WORDS[error.reason], at: 'keys', ...retireAnyway };
}

async function showKeys(dependencies: KeySettingsDependencies, request: Request, response: Response): Promise<void> {
  const { db, clock, publicUrl, keyUses, keyHolders } = dependencies;
  await keyUses.flush();
  const [keys, uses, fetches, holders] = await Promise.all([
    listKeys(dependencies),
    listKeyUses(db),
    listJwksFetches(db, FETCHES_SHOWN),
    keyHolders(),
  ]);
  const { byOrganization, others } = await placeFetches(fetches, holders);
  const { shown } = await dependencies.afterPost.read<Posted>(request);
  const page = keysPage({
    admin: pageAdminOf(request),
    now: clock(),
    jwksUri: `${publicUrl.origin}/.well-known/jwks.json`,
    maxAgeSeconds: JWKS_MAX_AGE_SECONDS,
    keys,
    keyUses: holders.map(({ id, name }) => ({
      id,
      name,
      accepted: uses.find((use) => use.organizationId === id),
      fetched: byOrganization.get(id),
    })),
    fetchers: others.slice(0, OTHERS_SHOWN),
    done: shown.done,
    problem: shown.problem,
  });
  response.type('html').send(page);
}

/** CAJ-06, REG-04: sends only the public half, as the JWKS serves it. */
function download(dependencies: KeySettingsDependencies, type: string, form: 'pem' | 'jwks'): RequestHandler {
  return async (request, response) => {
    const kid = pathPartOf(request, 'kid');
    const exported = await exportKey({ ...dependencies, by: actorOf(request) }, kid).catch((error: unknown) => {
      throw error instanceof CommandError ? new AppError('request.not-found', 'no such key') : error;
    });
    const name = form === 'pem' ? `${kid}.pem` : `${kid}.jwks.json`;
    response.attachment(name).type(type);
    response.send(form === 'pem' ? exported.pem : JSON.stringify(exported.jwks, null, 2));
  };
}
