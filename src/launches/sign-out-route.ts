/** `POST /launches/:launchId/sign-out`: ends one launch here and now, whatever the EHR does (RV-01, ST-09). */
import type { RequestHandler } from 'express';
import type { Audit } from '#src/audit/audit.ts';
import { assertOwnForm } from '#src/http/csrf.ts';
import { factsOf } from '#src/http/request-log.ts';
import { signedOutPage } from '#views/signed-out-page.ts';
import { standalonePath } from './journey.ts';
import type { LaunchCookies } from './launch-cookies.ts';
import { openLaunchOf } from './launch-guard.ts';
import type { LaunchStore } from './launch-store.ts';
import type { Revoker } from './revoker.ts';

/** Deletes the record with its tokens and the cookie. Behind {@link requireLaunch} and a urlencoded body parser. */
export function signOutRoute(dependencies: {
  publicUrl: URL;
  launches: LaunchStore;
  launchCookies: LaunchCookies;
  audit: Audit;
  revoker: Revoker;
  onEnded(launchId: string): void;
}): RequestHandler {
  const { publicUrl, launches, launchCookies, audit, revoker, onEnded } = dependencies;
  return async (request, response) => {
    const { launch, organization, cookieSecret } = openLaunchOf(request);
    assertOwnForm(request, publicUrl, cookieSecret);
    await launches.end([launch.id]);
    revoker.revoke(launch, organization);
    onEnded(launch.id);
    launchCookies.clearLaunch(response, launch);
    const { organizationId, user, id: launchId } = launch;
    audit.record({
      event: 'sign-out',
      organizationId,
      actor: user,
      address: request.ip,
      launchId,
      supportCode: factsOf(request).supportCode,
    });
    const startAgain = launch.kind === 'standalone' ? standalonePath(organization.id) : undefined;
    response.type('html').send(signedOutPage(startAgain));
  };
}
