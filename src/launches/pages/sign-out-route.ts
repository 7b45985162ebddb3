/** `POST /launches/:launchId/sign-out`: ends one launch, or all of this user's here, whatever the EHR does (RV-01, ST-09). */
import type { Request, RequestHandler } from 'express';
import { assertOwnForm } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { contextOf } from '#src/http/request-context.ts';
import { pathPartOf, queryOf } from '#src/http/request-values.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import type { LaunchCookies } from '#src/launches/session/cookies.ts';
import { fitPageTo, isInChart, standalonePath } from '#src/launches/session/fit-page.ts';
import { isSameUser, type Launch } from '#src/launches/session/launch.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { OrganizationDirectory } from '#src/organizations/organization-directory.ts';
import { signedOutPage } from '#views/launches/signed-out-page.ts';
import { openLaunchOf } from './guard.ts';

/** Not `"cookies"`: it reaches every site of the registrable domain. Launch cookies are deleted one by one. */
const CLEARED = '"cache", "storage"';

/** Deletes records with their tokens and the cookies. Behind {@link requireLaunch} and a urlencoded body parser. */
export function signOutRoute(dependencies: {
  publicUrl: URL;
  launches: LaunchStore;
  launchCookies: LaunchCookies;
  endings: LaunchEndings;
  retries: Pick<StoreRetries, 'insist'>;
  onEnded(launchId: string): void;
}): RequestHandler {
  const { publicUrl, launches, launchCookies, endings, retries, onEnded } = dependencies;
  const launchesToEnd = async (request: Request, launch: Launch): Promise<string[]> => {
    if (fieldOf(request, 'all', 'choice') !== 'true') return [launch.id];
    const here = await launches.peek(launchCookies.launches(request));
    return here.filter((other) => isSameUser(other, launch)).map(({ id }) => id);
  };
  return async (request, response) => {
    const { launch, organization, cookieSecret } = openLaunchOf(request);
    assertOwnForm(request, publicUrl, cookieSecret);
    const ids = await launchesToEnd(request, launch);
    const { supportCode } = contextOf(request);
    const by = { actor: launch.user, address: request.ip, supportCode };
    const end = () => endings.end(ids, 'signed-out', organization, by);
    // The visitor is signed out at once. If the store does not answer, the deletion is retried in the background.
    await end().catch(() => retries.insist(end));
    for (const id of ids) onEnded(id);
    launchCookies.retireLaunches(request, response, ids, 'signed-out');
    response.setHeader('Clear-Site-Data', CLEARED);
    // A separate page, so that a reload is not a second sign-out.
    const kind = launch.kind === 'standalone' ? '?standalone' : '';
    response.redirect(303, new URL(`/signed-out/${organization.id}${kind}`, publicUrl).href);
  };
}

/** `GET /signed-out/:orgId`: a static page; the organization only decides which EHR may frame it. */
export function signedOutRoute(directory: OrganizationDirectory): RequestHandler {
  return async (request, response) => {
    const organizationId = pathPartOf(request, 'orgId');
    const kind = queryOf(request).has('standalone') ? 'standalone' : 'ehr';
    const organization = await fitPageTo(response, directory, { kind, organizationId });
    const startAgain = kind === 'standalone' && organization ? standalonePath(organization.id) : undefined;
    response.type('html').send(signedOutPage(startAgain, isInChart(request, kind)));
  };
}
