/** `GET /launches/:launchId/requests/new`: the form, empty, with a draft, or with what became of its last post. */
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/launch-trace.ts';
import type { LaunchTraces } from '#src/diagnostics/traces/recorder.ts';
import { queryOf } from '#src/http/request-values.ts';
import { allowSameOriginReferrer, setPagePolicy } from '#src/http/security-headers.ts';
import { leaveAtEnd } from '#src/launches/pages/closing-route.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { mayUse } from '#src/launches/session/launch.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { CurrentTokens } from '#src/launches/tokens/current-token.ts';
import type { ChartReadings } from '#src/requests/chart/chart-readings.ts';
import { type BarDependencies, clinicianBarOf } from '#src/requests/chart/clinician-bar.ts';
import { openReadings } from '#src/requests/chart/open-readings.ts';
import { newRequestPage } from '#views/requests/new-request-page.ts';
import { assertMayCreate } from './create-permission.ts';
import { type Draft, type DraftTicket, draftOwner, isExpired, newForm, type RequestDrafts } from './drafts.ts';
import type { FormOutcome, FormOutcomes } from './form-outcomes.ts';
import { hasUnconfirmed } from './look-again.ts';
import { fateOf, soon } from './send-form.ts';
import type { RequestSendings } from './sendings.ts';

export interface NewRequestFormDependencies extends BarDependencies {
  readings: ChartReadings;
  grants: CurrentTokens;
  drafts: RequestDrafts;
  outcomes: FormOutcomes;
  sendings: RequestSendings;
  retries: Pick<StoreRetries, 'insist'>;
  traces: LaunchTraces;
  clock: Clock;
}

/** In the query: the name of what became of a post, see form-outcomes.ts. */
export const OUTCOME = 'form';

/** Behind the launch guard. Opening it again changes nothing, so reload and Back are safe. */
export function newRequestForm(deps: NewRequestFormDependencies): RequestHandler {
  return async (request, response) => {
    await deps.traces.follow({ request, step: 'new-request' }, async (trace) => {
      trace.joins(openLaunchOf(request).launch.traceId);
      await showWhatIsHeld(deps, request, response, trace);
      trace.discard();
    });
  };
}

async function showWhatIsHeld(
  deps: NewRequestFormDependencies,
  request: Request,
  response: Response,
  trace: LaunchTrace,
): Promise<void> {
  const { drafts, outcomes, sendings, clock } = deps;
  const { launch } = openLaunchOf(request);
  const owner = draftOwner(launch);
  const now = clock();
  const outcome = await outcomes.find(queryOf(request).get(OUTCOME) ?? '', owner);
  const held: Draft | undefined = outcome ? { ...outcome.ticket, ...outcome } : await drafts.find(owner);
  const fate = held && (await fateOf(held, sendings, now));
  if (held && fate === 'sent') {
    await soon(deps, () => drafts.discard(owner, held.id));
    // It was sent since, such as in another window: the list has it.
    if (outcome) return response.redirect(303, `/launches/${launch.id}/requests`);
  }
  if (!held || fate === 'sent') {
    return show(deps, request, response, trace, { values: {}, ticket: { owner, ...newForm(now) } });
  }
  const isOld = isExpired(held, now);
  const canAsk = mayUse(launch, { type: 'ServiceRequest', interaction: 's' });
  const { id, issuedAt } = isOld ? newForm(now) : held;
  // Where nothing but a field is wrong, the marks at the fields say all.
  const saysWhatIsKept = !outcome || outcome.problem !== undefined;
  await show(deps, request, response, trace, {
    ...outcome,
    values: held.values,
    ticket: isOld || !outcome ? { owner, id, issuedAt } : outcome.ticket,
    ...(saysWhatIsKept ? { keptAt: held.savedAt } : {}),
    mayBeSent: fate !== undefined || outcome?.isAfterExpired === true,
    canLook: canAsk && !isOld && (await hasUnconfirmed(held.id, sendings)),
  });
}

interface Shown extends Pick<FormOutcome, 'values' | 'problems' | 'problem'> {
  ticket: DraftTicket;
  /** ISO instant; undefined where the page does not speak of a draft. */
  keptAt?: string;
  mayBeSent?: boolean;
  canLook?: boolean;
}

async function show(
  deps: NewRequestFormDependencies,
  request: Request,
  response: Response,
  trace: LaunchTrace,
  { values, problems, problem, ticket, keptAt, mayBeSent = false, canLook = false }: Shown,
): Promise<void> {
  const { opened, organization, cookieSecret, closing } = openLaunchOf(request);
  const launch = await deps.grants.current(opened, organization);
  assertMayCreate(launch, organization);
  const { patient: reading, user } = openReadings(deps, launch, organization);
  const patient = await trace.step('patient', () => reading);
  allowSameOriginReferrer(response);
  // The page's script hands in what is typed when the page is left.
  const frameAncestors = launch.kind === 'ehr' ? organization.frameAncestors : [];
  setPagePolicy(response, { frameAncestors, fetchesOwnPages: true });
  response.type('html').send(
    newRequestPage({
      leavesInSeconds: leaveAtEnd(response, launch.id, closing, deps.clock()),
      patient,
      needPatientBanner: launch.context.needPatientBanner,
      bar: await clinicianBarOf(deps, request, { launch, cookieSecret, user }),
      ticket: await deps.drafts.issueTicket(ticket, deps.clock()),
      form: { values, problems: problems ?? {} },
      draft: keptAt === undefined ? undefined : { savedAt: new Date(keptAt), mayBeSent },
      canLook,
      timeZone: organization.timeZone,
      problem,
      themeUrl: launch.context.smartStyleUrl === undefined ? undefined : `/launches/${launch.id}/theme.css`,
    }),
  );
}
