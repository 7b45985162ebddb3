/** Settings > Live launches: who has the app open now, and ending it for them (RF-16). */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { auditActor } from '#src/audit/audit.ts';
import { AppError } from '#src/errors.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { contextOf } from '#src/http/request-context.ts';
import { actorOf, adminOf, pageAdminOf } from '#src/http/sessions/admin-session.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { visibleOrganization } from '#src/http/sessions/visible-organization.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { LiveLaunch } from '#src/launches/session/live-launches.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { type LiveLaunchProps, liveLaunchesChoice, liveLaunchesPage } from '#views/inspector/live-launches-page.ts';

export interface LiveLaunchesDependencies {
  store: Pick<OrganizationStore, 'find' | 'list'>;
  launches: Pick<LaunchStore, 'live' | 'reopen'>;
  endings: LaunchEndings;
  sealer: Sealer;
  clock: Clock;
  afterPost: AfterPost;
}

/** What the page shows of the last post: how many launches it ended. */
interface Posted {
  ended: number;
}

/** What one page shows, and what it reads to count; "end all" reaches the others too. */
const MOST_SHOWN = 200;
const MOST_READ = 1_000;

/** Mount at /settings/live-launches behind requireSignIn, which also checks the forms. */
export function liveLaunchesRoutes(dependencies: LiveLaunchesDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', list(dependencies));
  router.post('/end', ending(dependencies, endOne));
  router.post('/end-user', ending(dependencies, endUser));
  router.post('/end-all', ending(dependencies, endAll));
  return router;
}

function list(deps: LiveLaunchesDependencies): RequestHandler {
  return async (request, response) => {
    const admin = pageAdminOf(request);
    if (admin.identity.role === 'operator' && visibleOrganization(request) === undefined) {
      response.type('html').send(liveLaunchesChoice(admin, await deps.store.list()));
      return;
    }
    const organization = await organizationOf(deps, request);
    const open = await deps.launches.live(organization.id, deps.clock(), MOST_READ);
    const counts = Map.groupBy(open, ({ launch }) => userOf(deps, launch));
    const rows = open.slice(0, MOST_SHOWN).map((one) => rowOf(deps, one, counts));
    const query = queryFor(request, organization);
    const { ended } = (await deps.afterPost.read<Posted>(request)).shown;
    response
      .type('html')
      .send(liveLaunchesPage({ admin, organization, query, rows, total: open.length, now: deps.clock(), ended }));
  };
}

type End = (deps: LiveLaunchesDependencies, request: Request, organization: Organization) => Promise<number>;

function ending(deps: LiveLaunchesDependencies, end: End): RequestHandler {
  return async (request: Request, response: Response) => {
    const organization = await organizationOf(deps, request);
    const shown: Posted = { ended: await end(deps, request, organization) };
    const query = queryFor(request, organization);
    const page = `/settings/live-launches${query === '' ? '' : `?${query}`}`;
    await deps.afterPost.answer(request, response, page, { kind: 'done', shown });
  };
}

/** MT-01: the launch named by the form has to be the organization's; another's is as good as none. */
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

/** Administrators act on their own organization, whatever the address says; operators on the one they name. */
async function organizationOf({ store }: LiveLaunchesDependencies, request: Request): Promise<Organization> {
  const id = visibleOrganization(request);
  const organization = id === undefined ? undefined : await store.find(id);
  if (!organization) throw new AppError('settings.no-organization', 'no such organization');
  contextOf(request).facts.organizationId = organization.id;
  return organization;
}

function queryFor(request: Request, { id }: Organization): string {
  return adminOf(request).role === 'operator' ? new URLSearchParams({ organization: id }).toString() : '';
}

function rowOf(
  deps: LiveLaunchesDependencies,
  { launch, lastUsedAt }: LiveLaunch,
  counts: ReadonlyMap<string, readonly unknown[]>,
): LiveLaunchProps {
  const { id, user, startedAt, endsAt, tokens, refresh } = launch;
  const userKey = userOf(deps, launch);
  return {
    id,
    userKey,
    userName: user.name,
    ofUser: counts.get(userKey)?.length ?? 1,
    startedAt: new Date(startedAt),
    lastUsedAt,
    endsAt: new Date(endsAt),
    // While one is spent on a renewal, there is none in the record.
    isRenewable: tokens.refreshToken !== undefined || refresh?.kind === 'under-way',
  };
}

/** The keyed hash that stands for a person in the audit trail and the launch list too. */
function userOf({ sealer }: LiveLaunchesDependencies, { user }: Launch): string {
  return auditActor(sealer, user);
}
