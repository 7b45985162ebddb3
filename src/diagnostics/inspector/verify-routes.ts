/** Settings > Verify: watches an organization's launches from the moment the page was opened. */
import { type Request, Router } from 'express';
import { listTraces } from '#src/diagnostics/traces/list.ts';
import { AppError } from '#src/errors.ts';
import { filterText, instantOf } from '#src/http/list-filter-fields.ts';
import { queryOf } from '#src/http/request-values.ts';
import { setPagePolicy } from '#src/http/security-headers.ts';
import { adminOf, pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { chooseOrganization, organizationUrl, visibleOrganization } from '#src/http/sessions/visible-organization.ts';
import { outcomeWord } from '#views/inspector/launch-drawing.ts';
import { verifyPage } from '#views/inspector/verify-page.ts';
import { diagnose, forReader, shownTitle } from './diagnosis.ts';
import type { LaunchesRouteDependencies } from './launches-routes.ts';
import { acceptance } from './verify-page-ticks.ts';

export interface VerifyRouteDependencies extends Pick<LaunchesRouteDependencies, 'db' | 'clock' | 'traces'> {
  organizations: {
    list(): Promise<{ id: string; name: string; timeZone: string; frameAncestors: readonly string[] }[]>;
  };
}

/** A page that reloads by itself keeps its session alive, so it stops after this time. */
const WATCHING_MS = 30 * 60_000;
const CHOICE = { title: 'Verify the app is working', current: 'verify', path: '/settings/verify' } as const;
const LAUNCHES_COUNTED = 50;
const LONGEST_INSTANT = 40;

/** Mount at /settings/verify behind requireSignIn. */
export function settingsVerifyRoutes({ db, clock, traces, organizations }: VerifyRouteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', chooseOrganization(organizations, CHOICE), async (request, response) => {
    const organization = (await organizations.list()).find(({ id }) => id === visibleOrganization(request));
    if (!organization) throw new AppError('settings.no-organization', 'no such organization');
    const now = clock();
    const since = sinceOf(request, now);
    // The moment of opening is in the address, so that a reload keeps it.
    if (!since) return response.redirect(303, hrefFrom(request, organization.id, now));
    await traces.flush();
    const launches = await listTraces(db, { organizationId: organization.id, from: since }, LAUNCHES_COUNTED);
    const [newest] = launches.map((trace) => diagnose(trace, now));
    setPagePolicy(response, { fetchesOwnPages: true });
    response.type('html').send(
      verifyPage({
        admin: pageAdminOf(request),
        organizationName: organization.name,
        timeZone: organization.timeZone,
        since: since.toISOString(),
        ticks: acceptance(newest, organization.frameAncestors),
        launch: newest && {
          ...forReader(newest, adminOf(request).role),
          word: outcomeWord(newest, shownTitle(newest)).toLowerCase(),
          others: launches.length - 1,
        },
        isWatching: now.getTime() - since.getTime() < WATCHING_MS,
        againHref: hrefFrom(request, organization.id),
        connectionHref: organizationUrl(request, '/settings/integrations/smart-on-fhir', organization.id),
      }),
    );
  });
  return router;
}

function sinceOf(request: Request, now: Date): Date | undefined {
  const since = instantOf(filterText(queryOf(request), 'since', LONGEST_INSTANT));
  return since === undefined || since > now ? undefined : since;
}

/** The address of the page that watches from `since` on, or else from when it is opened. */
function hrefFrom(request: Request, organizationId: string, since?: Date): string {
  return organizationUrl(request, CHOICE.path, organizationId, since ? { since: since.toISOString() } : {});
}
