/** Settings > Live launches: lists the open launches, and ends them after a question (RF-16). */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { AppError } from '#src/errors.ts';
import { contextOf } from '#src/http/request-context.ts';
import { queryOf } from '#src/http/request-values.ts';
import { ask } from '#src/http/sessions/confirm.ts';
import { PAGE_SIZE } from '#src/http/sessions/pagination.ts';
import { pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { chooseOrganization, organizationUrl, visibleOrganization } from '#src/http/sessions/visible-organization.ts';
import type { LiveLaunch } from '#src/launches/session/live-launches.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { type LiveLaunchProps, liveLaunchesPage } from '#views/inspector/live-launches-page.ts';
import { EFFECT, ENDS, type LiveLaunchesDependencies } from './live-launches-ends.ts';

interface Posted {
  ended: number;
}

type Step = (request: Request, response: Response, organization: Organization) => Promise<void>;

const PAGE = '/settings/live-launches';
/** More than an organization may have open. */
const MOST_PAGES = 1_000;

/** Mount at /settings/live-launches behind requireSignIn, which also checks the forms. */
export function liveLaunchesRoutes(deps: LiveLaunchesDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const on = (step: Step): RequestHandler => {
    return async (request, response) => step(request, response, await organizationOf(deps, request));
  };
  const pageOf = (request: Request, { id }: Organization, more = {}) => organizationUrl(request, PAGE, id, more);

  router.get(
    '/',
    chooseOrganization(deps.store, { title: 'Live launches', current: 'live', path: PAGE }),
    on(async (request, response, organization) => {
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
        admin: pageAdminOf(request),
        organization,
        hrefOf: (step: string, more = {}) => organizationUrl(request, `${PAGE}/${step}`, organization.id, more),
        rows: open.map(rowOf),
        total: hasMore ? count : before + open.length,
        now,
        ended,
        newerHref: page > 1 ? pageOf(request, organization, { page: String(page - 1) }) : undefined,
        olderHref: hasMore ? pageOf(request, organization, { page: String(page + 1) }) : undefined,
      };
      response.type('html').send(liveLaunchesPage(props));
    }),
  );
  for (const [path, { questionOf, end }] of Object.entries(ENDS)) {
    router.get(
      `/${path}`,
      on(async (request, response, organization) => {
        const backHref = pageOf(request, organization);
        const asked = await questionOf(deps, request, organization);
        if (!asked) return response.redirect(303, backHref);
        const { fields, ...words } = asked;
        ask(request, response, { current: 'live', effect: EFFECT, backHref, ...words }, fields);
      }),
    );
    router.post(
      `/${path}`,
      on(async (request, response, organization) => {
        const shown: Posted = { ended: await end(deps, request, organization) };
        await deps.afterPost.answer(request, response, pageOf(request, organization), { kind: 'done', shown });
      }),
    );
  }
  return router;
}

/** Administrators act on their own organization, whatever the address says; operators on the one in the address. */
async function organizationOf({ store }: LiveLaunchesDependencies, request: Request): Promise<Organization> {
  const id = visibleOrganization(request);
  const organization = id === undefined ? undefined : await store.find(id);
  if (!organization) throw new AppError('settings.no-organization', 'no such organization');
  contextOf(request).facts.organizationId = organization.id;
  return organization;
}

function rowOf({ launch, lastUsedAt }: LiveLaunch): LiveLaunchProps {
  const { id, user, startedAt, endsAt, tokens, refresh } = launch;
  return {
    id,
    userName: user.name,
    startedAt: new Date(startedAt),
    lastUsedAt,
    endsAt: new Date(endsAt),
    // During a renewal the record has no refresh token.
    isRenewable: tokens.refreshToken !== undefined || refresh?.kind === 'under-way',
  };
}
