/** `GET /launches/:launchId/requests`: the page every launch ends on, "Requests for <patient name>". */
import type { RequestHandler, Response } from 'express';
import type { Audit } from '#src/audit/audit.ts';
import type { Config } from '#src/config.ts';
import { csrfToken } from '#src/http/csrf.ts';
import { factsOf } from '#src/http/request-log.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import { openLaunchOf } from '#src/launches/launch-guard.ts';
import { requestsPageEnd, requestsPageStart } from '#views/requests-page.ts';
import type { ChartReading, ChartReadings } from './chart-readings.ts';

/**
 * Sends the shell with the patient's identity as soon as Patient is known, and the list when it is. A page without a
 * proven patient is not sent at all (LC-05); any other failure of the EHR is a line on the page.
 *
 * Behind the launch guard.
 */
export function requestsRoute(dependencies: { config: Config; readings: ChartReadings; audit: Audit }): RequestHandler {
  const { config, readings, audit } = dependencies;
  return async (request, response) => {
    const { launch, organization, cookieSecret } = openLaunchOf(request);
    const reading = readings.take(launch, organization);
    // The list may fail while the patient is awaited; its turn to be looked at comes below.
    reading.requests.catch(() => undefined);
    const patient = await reading.patient;
    const base = `/launches/${launch.id}`;
    allowSameOriginReferrer(response);
    sendStart(
      response,
      requestsPageStart({
        patient,
        needPatientBanner: launch.context.needPatientBanner,
        base,
        userName: await nameIfKnown(reading, launch.user.name),
        environmentLabel: config.environment === 'production' ? undefined : 'Non-production',
        csrfToken: csrfToken(cookieSecret),
        asOf: reading.startedAt,
        themeUrl: launch.context.smartStyleUrl === undefined ? undefined : `${base}/theme.css`,
      }),
    );
    const { organizationId, user, id: launchId } = launch;
    const { supportCode } = factsOf(request);
    audit.record({
      event: 'patient-opened',
      organizationId,
      actor: user,
      launchId,
      supportCode,
      patient: `Patient/${patient.id}`,
    });
    const list = await reading.requests;
    if (list.problem) factsOf(request).listProblem = list.problem.kind;
    response.end(requestsPageEnd({ patient, list }));
  };
}

function sendStart(response: Response, start: string): void {
  response.type('html');
  response.write(start);
}

/** The shell waits for the patient only: whoever the user is, their name is shown if it has arrived by then. */
async function nameIfKnown(reading: ChartReading, fallback: string | undefined): Promise<string | undefined> {
  return Promise.race([
    reading.userName,
    new Promise<string | undefined>((resolve) => setImmediate(resolve, fallback)),
  ]);
}
