/** `GET /launches/:launchId/requests/new`: the form, empty, with a draft, or with what became of its last post. */
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import { traceOf } from '#src/diagnostics/traces/launch-trace.ts';
import type { LaunchTraces } from '#src/diagnostics/traces/recorder.ts';
import { queryOf } from '#src/http/request-values.ts';
import { allowSameOriginReferrer, setPagePolicy } from '#src/http/security-headers.ts';
import { leaveAtEnd } from '#src/launches/pages/closing-route.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { mayUse } from '#src/launches/session/launch.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { CurrentTokens } from '#src/launches/tokens/current-token.ts';
import { type BarDependencies, clinicianBarOf } from '#src/requests/chart/clinician-bar.ts';
import { openReadings } from '#src/requests/chart/open-readings.ts';
import type { ChartReadings } from '#src/requests/chart/readings.ts';
import { newRequestPage } from '#views/requests/new-request-page.ts';
import { stateOf, unconfirmedOf } from './deliveries.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { type FormTicket, isExpired, newForm, ownerOf } from './form.ts';
import { assertMayCreate } from './permission.ts';
import { soon } from './soon.ts';
import { confirmationOf, PRIORITIES, SERVICES } from './typed-request.ts';
import type { Draft, FormPage, TypedStore } from './typed-store.ts';

export interface NewRequestFormDependencies extends BarDependencies {
  readings: ChartReadings;
  currentTokens: CurrentTokens;
  typed: TypedStore;
  deliveries: DeliveryStore;
  retries: Pick<StoreRetries, 'insist'>;
  traces: LaunchTraces;
  clock: Clock;
}

/** In the query: the name of the page that a post led to, see typed-store.ts. */
export const PAGE = 'form';

/** Behind the launch guard. Opening it again changes nothing, so reload and Back are safe. */
export function newRequestForm(deps: NewRequestFormDependencies): RequestHandler {
  return async (request, response) => {
    await deps.traces.follow({ request, step: 'new-request' }, async () => {
      const trace = traceOf(request);
      trace.joins(openLaunchOf(request).launch.traceId);
      await showWhatIsHeld(deps, request, response);
      trace.discard();
    });
  };
}

async function showWhatIsHeld(deps: NewRequestFormDependencies, request: Request, response: Response): Promise<void> {
  const { typed, deliveries, clock } = deps;
  const { launch } = openLaunchOf(request);
  const owner = ownerOf(launch);
  const now = clock();
  const page = await typed.page(queryOf(request).get(PAGE) ?? '', owner);
  const held: Draft | undefined = page ? { ...page.ticket, ...page } : await typed.draft(owner);
  const known = held ? await deliveries.of(owner) : [];
  const state = held && stateOf(held, held.values, known, now);
  if (held && state === 'sent') {
    await soon(deps, () => typed.discardDraft(owner, held.id));
    // It was sent since, such as in another window: the list has it.
    if (page) return response.redirect(303, `/launches/${launch.id}/requests`);
  }
  if (!held || state === 'sent') {
    return show(deps, request, response, { values: {}, ticket: { owner, ...newForm(now) } });
  }
  const isOld = isExpired(held, now);
  const canAsk = mayUse(launch, { type: 'ServiceRequest', interaction: 's' });
  const { id, issuedAt } = isOld ? newForm(now) : held;
  // Where nothing but a field is wrong, the marks at the fields say all.
  const saysWhatIsKept = !page || page.problem !== undefined;
  await show(deps, request, response, {
    ...page,
    values: held.values,
    ticket: isOld || !page ? { owner, id, issuedAt } : page.ticket,
    ...(saysWhatIsKept ? { keptAt: held.savedAt } : {}),
    mayBeSent: state !== undefined || page?.isAfterExpired === true,
    canLook: canAsk && !isOld && unconfirmedOf(held, known).length > 0,
  });
}

interface Shown extends Pick<FormPage, 'values' | 'problems' | 'problem'> {
  ticket: FormTicket;
  /** ISO instant; undefined where the page does not speak of a draft. */
  keptAt?: string;
  mayBeSent?: boolean;
  canLook?: boolean;
}

async function show(
  deps: NewRequestFormDependencies,
  request: Request,
  response: Response,
  { values, problems = {}, problem, ticket, keptAt, mayBeSent = false, canLook = false }: Shown,
): Promise<void> {
  const { opened, organization, cookieSecret, closing } = openLaunchOf(request);
  const launch = await deps.currentTokens.current(opened, organization);
  assertMayCreate(launch, organization);
  const { patient: reading, user } = openReadings(deps, launch, organization);
  const patient = await traceOf(request).step('patient', () => reading);
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
      ticket: await deps.typed.issueTicket(ticket, deps.clock()),
      form: { values, problems },
      choices: { service: SERVICES, priority: PRIORITIES },
      confirmed: problems['confirmed'] === undefined ? values['confirmed'] : confirmationOf(values),
      draft: keptAt === undefined ? undefined : { savedAt: new Date(keptAt), mayBeSent },
      canLook,
      timeZone: organization.timeZone,
      problem,
      themeUrl: launch.context.smartStyleUrl === undefined ? undefined : `/launches/${launch.id}/theme.css`,
    }),
  );
}
