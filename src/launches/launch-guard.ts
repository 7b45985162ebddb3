/** The clinician's pages are behind this: the URL selects a launch, its cookie proves it, the organization still allows it. */
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import { factsOf } from '#src/http/request-log.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationDirectory } from '#src/organizations/organization-directory.ts';
import { fitPage } from './journey.ts';
import type { Launch } from './launch.ts';
import type { LaunchCookies } from './launch-cookies.ts';
import type { LaunchStore, OpenedLaunch } from './launch-store.ts';
import { recheckUser, type UserAdmissionDependencies, type Waiting } from './user-admission.ts';

/** A proven launch, for the routes behind the guard. */
export interface OpenLaunch {
  launch: Launch;
  /** The record the launch was read from. */
  opened: OpenedLaunch;
  organization: Organization;
  /** Of this launch's cookie; forms of its pages carry a token made from it. */
  cookieSecret: string;
  /** Behind the guard that lets waiting launches pass: why this one waits. */
  waits: Waiting | undefined;
}

/** What the guard needs. */
export interface LaunchGuardDependencies extends Pick<UserAdmissionDependencies, 'clinicians' | 'revoker'> {
  directory: OrganizationDirectory;
  launches: LaunchStore;
  launchCookies: LaunchCookies;
  sealer: Sealer;
  clock: Clock;
  /** For the few routes of somebody who is not associated yet: the association itself and signing out. */
  acceptsWaiting?: boolean;
}

const opened = new WeakMap<Request, OpenLaunch>();

/**
 * The launch the guard proved for this request.
 *
 * @throws Error when the route is not behind the guard: a mistake of ours, never a visitor's.
 */
export function openLaunchOf(request: Request): OpenLaunch {
  const found = opened.get(request);
  if (!found) throw new Error('this route is not behind requireLaunch');
  return found;
}

/**
 * Proves the launch of `/launches/:launchId/…` (MT-01, LA-09): 401 unless this browser holds its cookie, the record is
 * there, the organization is enabled and unchanged since (REG-11, MT-05), and the user still one of its clinicians
 * (FU-07). Whoever is not associated yet is sent to `/launches/:launchId/association`.
 */
export function requireLaunch(dependencies: LaunchGuardDependencies): RequestHandler {
  const { directory, launches, launchCookies, sealer, clock } = dependencies;
  return async (request, response, next) => {
    const launchId = String(request.params['launchId']);
    const cookie = launchCookies.ofLaunch(request, launchId);
    const organization = await fitPage(response, directory, cookie ?? launchCookies.lastJourney(request));
    if (!cookie) throw new AppError('session.missing', 'no cookie for this launch');
    const record = await launches.open(launchId, cookie.secret, clock());
    if (!record || record.launch.kind !== cookie.kind) {
      launchCookies.clearLaunch(response, cookie);
      throw new AppError('session.missing', 'no open launch for this cookie');
    }
    const { launch } = record;
    if (!organization || !isStillAllowed(launch, organization)) {
      await launches.end([launchId]);
      launchCookies.clearLaunch(response, cookie);
      throw new AppError('session.expired', 'the organization was disabled or its connection changed');
    }
    Object.assign(factsOf(request), { organizationId: organization.id, launchHash: sealer.fingerprint(launchId) });
    const checked = await recheckUser(dependencies, record, organization);
    if (checked.kind === 'ended') {
      await launches.end([launchId]);
      dependencies.revoker.revoke(launch, organization);
      launchCookies.clearLaunch(response, cookie);
      throw new AppError('session.expired', 'the association of the user was undone, or the user disabled');
    }
    const waits = checked.kind === 'waits' ? checked.standing : undefined;
    if (waits && dependencies.acceptsWaiting !== true) return sendToAssociation(request, response, launchId);
    const known = checked.kind === 'admitted' ? checked.opened : record;
    opened.set(request, { launch: known.launch, opened: known, organization, cookieSecret: cookie.secret, waits });
    next();
  };
}

/** A page leads there; anything else is refused. */
function sendToAssociation(request: Request, response: Response, launchId: string): void {
  if (request.method === 'GET' && request.accepts(['html', 'json']) === 'html')
    return response.redirect(303, `/launches/${launchId}/association`);
  throw new AppError('user.not-associated', 'the user is not associated with a clinician yet');
}

function isStillAllowed(launch: Launch, organization: Organization): boolean {
  return (
    organization.enabled &&
    organization.id === launch.organizationId &&
    (launch.kind === 'ehr' || organization.standalone) &&
    organization.connectionVersion === launch.connectionVersion
  );
}
