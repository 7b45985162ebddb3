/** `POST /launches/:launchId/requests/:requestId/correct`: begins a new request that replaces one created here. */
import type { RequestHandler } from 'express';
import { AppError } from '#src/errors.ts';
import { assertOwnForm } from '#src/http/csrf.ts';
import { pathPartOf } from '#src/http/request-values.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { mayUse } from '#src/launches/session/launch.ts';
import { openReadings } from '#src/requests/chart/other-page-reads.ts';
import { readOwn } from '#src/requests/delivery/cancel-request.ts';
import { mayCorrect, ownIdentifiers, versionOf } from '#src/requests/delivery/may-cancel.ts';
import { isReplaced } from '#src/requests/delivery/original.ts';
import { nameOf } from '#src/requests/form/draft-store.ts';
import { type Corrected, ownerOf } from '#src/requests/form/form-ticket.ts';
import { offerOf } from '#src/requests/form/offered.ts';
import { mayCreateRequests } from '#src/requests/form/permission.ts';
import type { FormLimit } from '#src/requests/form/post-rate.ts';
import { readBack } from '#src/requests/form/read-back.ts';
import { readServiceRequest } from '#src/requests/list/service-request.ts';
import { nothingOf } from '#src/smart/fhir/fhir-error.ts';
import { isResourceId } from '#src/smart/fhir/id.ts';
import { type NewRequestFormDependencies, PAGE } from './form-page-route.ts';

/**
 * Reads the request back into a draft, or opens the one begun before, and redirects to its form (PRG); nothing changes
 * in the EHR. Behind the launch guard and a urlencoded body parser. @throws AppError 'request.not-found' for one not
 * created here, ended, or another patient's; 'request.replaced' for one that another has replaced.
 */
export function correctRoute(deps: NewRequestFormDependencies & { formLimit: FormLimit }): RequestHandler {
  return async (request, response) => {
    const { opened, organization, cookieSecret } = openLaunchOf(request);
    assertOwnForm(request, deps.publicUrl, cookieSecret);
    const requestId = pathPartOf(request, 'requestId');
    const launch = await deps.currentTokens.current(opened, organization);
    if (!isResourceId(requestId) || !mayCreateRequests(launch, organization)) throw notFound();
    const owner = ownerOf(launch);
    await deps.formLimit.take(owner);
    const { api, patient } = openReadings(deps, launch, organization);
    const base = `/launches/${launch.id}/requests`;
    const found = await readOwn(api, { requestId, patientId: (await patient).id }).catch(nothingOf);
    // The request's page says what is wrong with the EHR, and has one answer for what is not there or not this patient's.
    if (!found) return response.redirect(303, `${base}/${requestId}`);
    const { publicUrl } = deps;
    if (!mayCorrect(found, { launch, organization, publicUrl })) throw notFound();
    // Another correction may have been sent since the page offered this one.
    const canSearch = mayUse(launch, { type: 'ServiceRequest', interaction: 's' });
    const search = { requestId, patientId: (await patient).id, searchParameters: organization.searchParameters };
    if (canSearch && (await isReplaced(api, search))) {
      throw new AppError('request.replaced', 'another request of this patient replaces it');
    }
    const id = deps.drafts.correctionOf(owner, requestId);
    const { drafts } = await deps.drafts.of(owner);
    if (!drafts.some((draft) => draft.id === id)) {
      const { timeZone } = organization;
      const now = deps.clock();
      const { service, needed } = readServiceRequest(found, { base: api.base, now, timeZone });
      const corrects: Corrected = {
        ...{ id: requestId, what: service, needed, version: versionOf(found) },
        identifiers: ownIdentifiers(found, publicUrl).slice(0, MOST_IDENTIFIERS),
      };
      const at = now.toISOString();
      const read = readBack(found, offerOf(organization), { timeZone, base: api.base });
      await deps.drafts.keep(owner, { id, issuedAt: at, savedAt: at, corrects, ...read });
    }
    response.redirect(303, `${base}/new?${PAGE}=${nameOf({ id })}`);
  };
}

const MOST_IDENTIFIERS = 3;

function notFound(): AppError {
  return new AppError('request.not-found', 'no request of this patient that can be corrected here');
}
