/** `GET /launches/:launchId/requests/new`: the form, empty, with a draft, or with what became of its last post. */
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import { traceOf } from '#src/diagnostics/traces/launch-trace.ts';
import type { LaunchTraces } from '#src/diagnostics/traces/recorder.ts';
import { queryOf } from '#src/http/request-values.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { mayUse } from '#src/launches/session/launch.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { CurrentTokens } from '#src/launches/tokens/current-token.ts';
import type { BarDependencies } from '#src/requests/chart/clinician-bar.ts';
import type { ChartReadings } from '#src/requests/chart/readings.ts';
import { stateOf, unconfirmedOf } from '#src/requests/delivery/deliveries.ts';
import type { DeliveryStore } from '#src/requests/delivery/delivery-store.ts';
import { soon } from '#src/requests/delivery/soon.ts';
import { isExpired, newForm, ownerOf } from '#src/requests/form/form.ts';
import type { Draft, TypedStore } from '#src/requests/form/typed-store.ts';
import type { ChartDependencies } from './chart-of-form.ts';
import { showForm } from './show-form.ts';

export interface NewRequestFormDependencies extends BarDependencies, ChartDependencies {
  publicUrl: URL;
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
    return showForm(deps, request, response, { values: {}, ticket: { owner, ...newForm(now) } });
  }
  const isOld = isExpired(held, now);
  const canAsk = mayUse(launch, { type: 'ServiceRequest', interaction: 's' });
  const { id, issuedAt } = isOld ? newForm(now) : held;
  // Where nothing but a field is wrong, the marks at the fields say all.
  const saysWhatIsKept = !page || page.problem !== undefined;
  await showForm(deps, request, response, {
    ...page,
    values: held.values,
    ticket: isOld || !page ? { owner, id, issuedAt } : page.ticket,
    ...(saysWhatIsKept ? { keptAt: held.savedAt } : {}),
    mayBeSent: state !== undefined || page?.isAfterExpired === true,
    canLook: canAsk && !isOld && unconfirmedOf(held, known).length > 0,
  });
}
