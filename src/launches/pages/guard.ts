/** Guards the clinician's pages: the URL selects a launch, its cookie proves it, the organization still allows it. */
import type { Request, RequestHandler, Response } from 'express';
import type { Adapters } from '#src/adapters.ts';
import type { LaunchTraces } from '#src/diagnostics/traces/recorder.ts';
import { traceOf } from '#src/diagnostics/traces/trace-of-request.ts';
import { AppError } from '#src/errors.ts';
import { contextOf } from '#src/http/request-context.ts';
import { pathPartOf, queryOf } from '#src/http/request-values.ts';
import { recheckUser, type UserAdmissionDependencies, type Waiting } from '#src/launches/callback/admit-clinician.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import { type Closing, closingOf } from '#src/launches/session/closing-time.ts';
import type { LaunchCookie, LaunchCookies } from '#src/launches/session/cookies.ts';
import { type EndReason, endedError, whyOver } from '#src/launches/session/end-reasons.ts';
import { fitPageTo, themeUrl, UNATTENDED } from '#src/launches/session/fit-page.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import { IDLE_LIMIT_MS } from '#src/launches/session/launch-life.ts';
import type { OpenedLaunch } from '#src/launches/session/launch-record.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationDirectory } from '#src/organizations/organization-directory.ts';

export interface OpenLaunch {
  launch: Launch;
  opened: OpenedLaunch;
  organization: Organization;
  /** The secret of the launch's cookie; the CSRF token of its forms is derived from it. */
  cookieSecret: string;
  /** Why this launch waits; set only behind the guard that lets waiting launches pass. */
  waits: Waiting | undefined;
  closing: Closing;
  /** Whether the page loaded by itself, so that the idle period was not renewed. */
  isUnattended: boolean;
}

export interface LaunchGuardDependencies
  extends Pick<UserAdmissionDependencies, 'clinicians'>,
    Pick<Adapters, 'clock' | 'sealer'> {
  directory: OrganizationDirectory;
  launches: LaunchStore;
  launchCookies: LaunchCookies;
  endings: LaunchEndings;
  traces: Pick<LaunchTraces, 'follow'>;
  /** For the routes of a user who is not associated yet: association and sign-out. */
  acceptsWaiting?: boolean;
}

declare module '#src/http/request-context.ts' {
  interface RequestContext {
    launch?: OpenLaunch;
  }
}

/** The launch the guard proved for this request. @throws Error when the route is not behind the guard. */
export function openLaunchOf(request: Request): OpenLaunch {
  const { launch } = contextOf(request);
  if (!launch) throw new Error('this route is not behind requireLaunch');
  return launch;
}

/**
 * 401 with the reason, unless this browser holds the cookie (MT-01, LA-09), the record exists, the organization is
 * unchanged (REG-11, MT-05), and the user still its clinician (FU-07). @param options.renews false: it never renews.
 */
export function requireLaunch(
  dependencies: LaunchGuardDependencies,
  { renews = true }: { renews?: boolean } = {},
): RequestHandler {
  const { directory, launchCookies, endings, sealer, clock, traces } = dependencies;
  return async (request, response, next) => {
    const launchId = pathPartOf(request, 'launchId');
    const cookie = launchCookies.ofLaunch(request, launchId);
    const ended = cookie ? undefined : launchCookies.endedLaunch(request, launchId);
    const organization = await fitPageTo(response, directory, cookie ?? ended ?? launchCookies.lastOrigin(request));
    // A browser may still hold the cookie or the note of a launch that is over.
    if (cookie ?? ended) contextOf(request).themeUrl = themeUrl(launchId);
    /** An end that the EHR team can prevent is added to the trace, so that the support code finds it. */
    const sayEnded = async (why: EndReason | undefined, launch?: Launch): Promise<never> => {
      const error = endedError(why);
      // The style sheet of an error page is no visit of its own.
      if (error.rule === undefined || request.path.endsWith('.css')) throw error;
      return traces.follow({ request, step: 'requests' }, async () => {
        traceOf(request).joins(launch?.traceId);
        traceOf(request).know(organization ? { organizationId: organization.id } : {});
        throw error;
      });
    };
    if (ended) return sayEnded(ended.reason);
    if (!cookie) throw new AppError('session.missing', 'no cookie for this launch');
    const now = clock();
    const isUnattended = !renews || queryOf(request).has(UNATTENDED);
    const stored = await openRecord(dependencies, cookie, isUnattended, now);
    // The kind decides who may frame the page, so cookie and record must have the same kind.
    const record = stored?.launch.kind === cookie.kind ? stored : undefined;
    const reason = record
      ? whyOver(record.launch, organization, now)
      : await dependencies.launches.whyEnded(cookie, now);
    const refuse = async (why: EndReason | undefined): Promise<never> => {
      const by = { actor: 'system', supportCode: contextOf(request).supportCode } as const;
      if (record) await endings.end([launchId], why ?? 'organization', organization, by);
      launchCookies.retireLaunches(request, response, [launchId], why);
      return sayEnded(why, record?.launch);
    };
    if (!record || !organization || reason !== undefined) return refuse(reason);
    const { launch, idleLeftMs } = record;
    const context = contextOf(request);
    const hasStyle = launch.context.smartStyleUrl !== undefined;
    context.themeUrl = hasStyle ? `${themeUrl(launchId)}?${UNATTENDED}` : undefined;
    const { facts } = context;
    facts.organizationId = organization.id;
    facts.launchHash = sealer.fingerprint(launchId);
    const checked = await recheckUser(dependencies, record, organization);
    if (checked.kind === 'ended') return refuse(checked.reason);
    const waits = checked.kind === 'waits' ? checked.membership : undefined;
    if (waits && dependencies.acceptsWaiting !== true) return sendToAssociation(request, response, launchId);
    const known = checked.kind === 'admitted' ? checked.opened : record;
    context.launch = {
      launch: known.launch,
      opened: known,
      organization,
      cookieSecret: cookie.secret,
      waits,
      closing: closingOf(launch, idleLeftMs, now),
      isUnattended,
    };
    next();
  };
}

/** Redirects a page to the association and refuses any other request. */
function sendToAssociation(request: Request, response: Response, launchId: string): void {
  if (request.method === 'GET' && request.accepts(['html', 'json']) === 'html')
    return response.redirect(303, `/launches/${launchId}/association`);
  throw new AppError('user.not-associated', 'the user is not associated with a clinician yet');
}

async function openRecord(
  { launches }: LaunchGuardDependencies,
  { id, secret }: LaunchCookie,
  isUnattended: boolean,
  now: Date,
): Promise<(OpenedLaunch & { idleLeftMs: number }) | undefined> {
  if (isUnattended) return launches.glance(id, secret);
  const record = await launches.open(id, secret, now);
  return record && { ...record, idleLeftMs: IDLE_LIMIT_MS };
}
