/** Settings > Live launches: lists the open launches and ends them (RF-16). */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { fieldOf } from '#src/http/form-body.ts';
import { queryOf } from '#src/http/request-values.ts';
import { actorOf, pageAdminOf } from '#src/http/sessions/admin-session.ts';
import { PAGE_SIZE } from '#src/http/sessions/list-page.ts';
import { chooseOrganization } from '#src/http/sessions/visible-organization.ts';
import type { LiveLaunch } from '#src/launches/session/live-launches.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { type LiveLaunchProps, liveLaunchesPage } from '#views/inspector/live-launches-page.ts';
import { asking, askToEndAll, askToEndOne, askToEndUser } from './live-launches-questions.ts';
import { type LiveLaunchesDependencies, organizationOf, pageOf, queryFor, userOf } from './live-launches-visit.ts';

interface Posted {
  ended: number;
}

const CHOICE = { title: 'Live launches', current: 'live', path: '/settings/live-launches' } as const;

/** More than an organization may have open. */
const MOST_PAGES = 1_000;

/** Mount at /settings/live-launches behind requireSignIn, which also checks the forms. */
export function liveLaunchesRoutes(dependencies: LiveLaunchesDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', chooseOrganization(dependencies.store, CHOICE), list(dependencies));
  router.get('/end', asking(dependencies, askToEndOne));
  router.get('/end-user', asking(dependencies, askToEndUser));
  router.get('/end-all', asking(dependencies, askToEndAll));
  router.post('/end', ending(dependencies, endOne));
  router.post('/end-user', ending(dependencies, endUser));
  router.post('/end-all', ending(dependencies, endAll));
  return router;
}

function list(deps: LiveLaunchesDependencies): RequestHandler {
  return async (request, response) => {
    const admin = pageAdminOf(request);
    const organization = await organizationOf(deps, request);
    const { live } = deps.launches;
    const now = deps.clock();
    const page = Math.min(Math.max(1, Math.trunc(Number(queryOf(request).get('page'))) || 1), MOST_PAGES);
    const before = (page - 1) * PAGE_SIZE;
    const open = await live.page(organization.id, now, before, PAGE_SIZE);
    if (open.length === 0 && page > 1) return response.redirect(303, pageOf(request, organization));
    const count = await live.count(organization.id, now);
    // The index may count launches that have ended, so only a full page can have a next one.
    const hasMore = count > before + open.length && open.length === PAGE_SIZE;
    const { ended } = (await deps.afterPost.read<Posted>(request)).shown;
    const props = {
      admin,
      organization,
      query: queryFor(request, organization),
      rows: open.map((one) => rowOf(deps, one)),
      total: hasMore ? count : before + open.length,
      now,
      ended,
      newerHref: page > 1 ? pageOf(request, organization, { page: String(page - 1) }) : undefined,
      olderHref: hasMore ? pageOf(request, organization, { page: String(page + 1) }) : undefined,
    };
    response.type('html').send(liveLaunchesPage(props));
  };
}

type End = (deps: LiveLaunchesDependencies, request: Request, organization: Organization) => Promise<number>;

function ending(deps: LiveLaunchesDependencies, end: End): RequestHandler {
  return async (request: Request, response: Response) => {
    const organization = await organizationOf(deps, request);
    const shown: Posted = { ended: await end(deps, request, organization) };
    await deps.afterPost.answer(request, response, pageOf(request, organization), { kind: 'done', shown });
  };
}

/** MT-01: a launch of another organization counts as not found. */
const endOne: End = async ({ launches, endings }, request, organization) => {
  const found = await launches.reopen(fieldOf(request, 'launch', 'id'));
  if (found?.launch.organizationId !== organization.id) return 0;
  return endings.end([found.launch.id], 'administrator', organization, actorOf(request));
};

const endUser: End = (deps, request, organization) => {
  const user = fieldOf(request, 'user', 'id');
  return deps.endings.endOf(organization, 'administrator', actorOf(request), (launch) => userOf(deps, launch) === user);
};

const endAll: End = ({ endings }, request, organization) =>
  endings.endOf(organization, 'administrator', actorOf(request));

function rowOf(deps: LiveLaunchesDependencies, { launch, lastUsedAt }: LiveLaunch): LiveLaunchProps {
  const { id, user, startedAt, endsAt, tokens, refresh } = launch;
  return {
    id,
    userKey: userOf(deps, launch),
    userName: user.name,
    startedAt: new Date(startedAt),
    lastUsedAt,
    endsAt: new Date(endsAt),
    // During a renewal the record has no refresh token.
    isRenewable: tokens.refreshToken !== undefined || refresh?.kind === 'under-way',
  };
}
