/** `/launches/:launchId/association`: a first launch ends here until the person is known; no patient is read before. */
import type { Request, RequestHandler, Response } from 'express';
import type { AssociationLimit } from '#src/clinicians/association-limit.ts';
import type { Clinicians } from '#src/clinicians/clinicians.ts';
import type { RedeemOutcome } from '#src/clinicians/redeem-code.ts';
import { AppError } from '#src/errors.ts';
import { assertOwnForm, csrfToken } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { factsOf } from '#src/http/request-log.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import { type AssociationProblem, associationPage } from '#views/association-page.ts';
import { openLaunchOf } from './launch-guard.ts';
import type { LaunchStore } from './launch-store.ts';
import { tieToClinician } from './user-admission.ts';

/** What the route needs. */
export interface AssociationRouteDependencies {
  publicUrl: URL;
  clinicians: Pick<Clinicians, 'admit' | 'redeem'>;
  launches: Pick<LaunchStore, 'replace'>;
  limit: AssociationLimit;
}

/** Behind the launch guard that lets waiting launches pass. */
export function associationRoute(deps: AssociationRouteDependencies): RequestHandler {
  return async (request, response) => {
    const { launch, organization, waits } = openLaunchOf(request);
    if (waits?.kind !== 'unknown' || organization.userAssociation !== 'confirmation')
      return show(request, response, undefined);
    // The organization began to ask for confirmations after this launch: the administrator has to see it.
    const { supportCode } = factsOf(request);
    const launching = { user: launch.user, launchId: launch.id, supportCode, address: request.ip };
    const admission = await deps.clinicians.admit(organization, launching);
    if (admission.kind === 'admitted') return response.redirect(303, `/launches/${launch.id}/requests`);
    show(request, response, undefined, admission.standing);
  };
}

/** `POST`: the one-time code. Behind the same guard and a urlencoded body parser. */
export function redeemCodeRoute(deps: AssociationRouteDependencies): RequestHandler {
  const { publicUrl, clinicians, launches, limit } = deps;
  return async (request, response) => {
    const { launch, opened, organization, cookieSecret } = openLaunchOf(request);
    assertOwnForm(request, publicUrl, cookieSecret);
    if (organization.userAssociation !== 'code') return show(request, response, undefined);
    const code = fieldOf(request, 'code', 'code');
    await limit.begin(organization.id, launch.id);
    const { supportCode } = factsOf(request);
    const launching = { user: launch.user, launchId: launch.id, supportCode, address: request.ip };
    const outcome = await clinicians.redeem(organization, launching, code);
    if (outcome.kind !== 'linked') return show(request, response, outcome.kind);
    await tieToClinician(launches, opened, outcome.clinicianId);
    await limit.succeed(organization.id, launch.id);
    response.redirect(303, `/launches/${launch.id}/requests`);
  };
}

const STATUS: Record<Exclude<RedeemOutcome['kind'], 'linked'>, number> = {
  wrong: 400,
  used: 409,
  'clinician-taken': 409,
  'identity-taken': 409,
  refused: 403,
};

function show(
  request: Request,
  response: Response,
  problem: AssociationProblem | undefined,
  waits = openLaunchOf(request).waits,
): void {
  const { launch, organization, cookieSecret } = openLaunchOf(request);
  const base = `/launches/${launch.id}`;
  if (!waits && problem === undefined) return response.redirect(303, `${base}/requests`);
  if (organization.userAssociation === 'automatic' && waits?.kind !== 'refused')
    throw new AppError('user.not-associated', 'not associated, and nothing to ask for');
  if (problem !== undefined) factsOf(request)['association'] = problem;
  allowSameOriginReferrer(response);
  response
    .status(problem === undefined ? (waits?.kind === 'refused' ? 403 : 200) : STATUS[problem])
    .type('html')
    .send(
      associationPage({
        base,
        organizationName: organization.name,
        userName: launch.user.name,
        csrfToken: csrfToken(cookieSecret),
        step: waits?.kind === 'refused' ? 'refused' : organization.userAssociation === 'code' ? 'code' : 'confirmation',
        reference: waits && 'reference' in waits ? waits.reference : undefined,
        isAssociated: !waits,
        problem,
        supportCode: factsOf(request).supportCode,
      }),
    );
}
