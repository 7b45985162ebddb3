/** `/launches/:launchId/association`: a user's first launch waits here until the user is associated. */
import type { Request, RequestHandler, Response } from 'express';
import type { Sealer } from '#src/adapters/seal.ts';
import { auditActor } from '#src/audit/audit.ts';
import type { Clinicians } from '#src/clinicians/admission.ts';
import type { AssociationLimit, RedeemOutcome } from '#src/clinicians/one-time-code.ts';
import type { LaunchTraces } from '#src/diagnostics/traces/recorder.ts';
import { traceOf } from '#src/diagnostics/traces/trace-of-request.ts';
import { AppError } from '#src/errors.ts';
import { assertOwnForm, csrfToken } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { contextOf } from '#src/http/request-context.ts';
import { queryOf } from '#src/http/request-values.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import { admissionFacts, tieToClinician, type Waiting } from '#src/launches/callback/admit-clinician.ts';
import { isInChart } from '#src/launches/session/fit-page.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import { type AssociationProblem, associationPage } from '#views/launches/one-time-code-page.ts';
import { openLaunchOf } from './guard.ts';

export interface AssociationRouteDependencies {
  publicUrl: URL;
  clinicians: Pick<Clinicians, 'admit' | 'redeem'>;
  launches: Pick<LaunchStore, 'replace'>;
  limit: AssociationLimit;
  sealer: Sealer;
  traces: Pick<LaunchTraces, 'follow'>;
}

/** Behind the guard that lets waiting launches pass. The page's support code finds the launch that waits. */
export function associationRoute(deps: AssociationRouteDependencies): RequestHandler {
  return async (request, response) =>
    deps.traces.follow({ request, step: 'user' }, async () => {
      traceOf(request).joins(openLaunchOf(request).launch.traceId);
      await look(deps, request, response);
    });
}

/** A code's result is a fixed word in the query: reload-safe. */
async function look(deps: AssociationRouteDependencies, request: Request, response: Response): Promise<void> {
  const { launch, organization, waits } = openLaunchOf(request);
  const problem = problems.find((one) => one === queryOf(request).get('problem'));
  if (problem !== undefined && organization.userAssociation === 'code') return show(request, response, problem);
  if (waits?.kind !== 'unknown' || organization.userAssociation !== 'confirmation')
    return show(request, response, undefined);
  // If confirmation is required only since this launch began, the administrator has not seen the request yet.
  const { supportCode } = contextOf(request);
  const launching = { user: launch.user, launchId: launch.id, supportCode, address: request.ip };
  const admission = await deps.clinicians.admit(organization, launching);
  if (admission.kind === 'admitted') return show(request, response, undefined, null);
  return show(request, response, undefined, admission.membership);
}

/** `POST`: the one-time code. Behind the same guard and a urlencoded body parser. */
export function redeemCodeRoute(deps: AssociationRouteDependencies): RequestHandler {
  const { publicUrl, clinicians, launches, limit, sealer } = deps;
  return async (request, response) => {
    const { launch, opened, organization, cookieSecret } = openLaunchOf(request);
    assertOwnForm(request, publicUrl, cookieSecret);
    if (organization.userAssociation !== 'code') return show(request, response, undefined);
    const code = fieldOf(request, 'code', 'code');
    const by = { launchId: launch.id, user: auditActor(sealer, launch.user) };
    await limit.begin(organization.id, by);
    const { supportCode } = contextOf(request);
    const launching = { user: launch.user, launchId: launch.id, supportCode, address: request.ip };
    const outcome = await clinicians.redeem(organization, launching, code);
    if (outcome.kind !== 'linked') {
      contextOf(request).facts['association'] = outcome.kind;
      return response.redirect(303, `/launches/${launch.id}/association?problem=${outcome.kind}`);
    }
    await tieToClinician(launches, opened, outcome.clinicianId);
    await limit.succeed(organization.id, by);
    response.redirect(303, `/launches/${launch.id}/requests`);
  };
}

const problems = ['wrong', 'used', 'clinician-taken', 'identity-taken', 'refused'] as const satisfies Exclude<
  RedeemOutcome['kind'],
  'linked'
>[];

/** @param waits null for a user who was admitted just now */
async function show(
  request: Request,
  response: Response,
  problem: AssociationProblem | undefined,
  waits: Waiting | null = openLaunchOf(request).waits ?? null,
): Promise<void> {
  const { launch, organization, cookieSecret } = openLaunchOf(request);
  const base = `/launches/${launch.id}`;
  const { trace } = contextOf(request);
  if (waits) await trace?.step('user', () => undefined, admissionFacts({ kind: 'waits', membership: waits }));
  else trace?.discard();
  if (!waits && problem === undefined) return response.redirect(303, `${base}/requests`);
  if (organization.userAssociation === 'automatic' && waits?.kind !== 'refused')
    throw new AppError('user.not-associated', 'not associated, and nothing to ask for');
  if (problem !== undefined) contextOf(request).facts['association'] = problem;
  const { supportCode, helpDesk = 'not set' as const, themeUrl } = contextOf(request);
  allowSameOriginReferrer(response);
  response
    .status(waits?.kind === 'refused' ? 403 : 200)
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
        supportCode,
        helpDesk,
        isInChart: isInChart(request, launch.kind),
        themeUrl,
      }),
    );
}
