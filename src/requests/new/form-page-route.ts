/** `GET /launches/:launchId/requests/new`: an empty form, or a draft with the outcome of its last post; and its end. */
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { LaunchTraces } from '#src/diagnostics/traces/recorder.ts';
import { traceOf } from '#src/diagnostics/traces/trace-of-request.ts';
import { assertOwnForm } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { contextOf } from '#src/http/request-context.ts';
import { queryOf } from '#src/http/request-values.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { mayUse } from '#src/launches/session/launch.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { CurrentTokens } from '#src/launches/tokens/current-token.ts';
import type { BarDependencies } from '#src/requests/chart/clinician-bar.ts';
import type { FoundLists } from '#src/requests/chart/other-page-reads.ts';
import type { ChartReadings } from '#src/requests/chart/read-ahead.ts';
import { stateOf, unconfirmedOf } from '#src/requests/delivery/deliveries.ts';
import type { DeliveryStore } from '#src/requests/delivery/delivery-store.ts';
import { storeSoon } from '#src/requests/delivery/sending.ts';
import type { UpdateSupport } from '#src/requests/delivery/update-support.ts';
import { type Draft, type DraftStore, nameOf } from '#src/requests/form/draft-store.ts';
import { isExpired, newForm, ownerOf } from '#src/requests/form/form-ticket.ts';
import type { ChartDependencies } from './chart-of-form.ts';
import { showForm } from './show-form.ts';

export interface NewRequestFormDependencies extends BarDependencies, ChartDependencies {
  publicUrl: URL;
  readings: ChartReadings;
  offersUpdates: UpdateSupport;
  currentTokens: CurrentTokens;
  drafts: DraftStore;
  keptLists: FoundLists;
  deliveries: DeliveryStore;
  retries: Pick<StoreRetries, 'insist'>;
  traces: LaunchTraces;
  clock: Clock;
}

/** The query parameter that names the form that is resumed, or to which a post has redirected (draft-store.ts). */
export const PAGE = 'form';

/** Opening the page again changes nothing, so reload and Back are safe. The route runs behind the launch guard. */
export function newRequestForm(deps: NewRequestFormDependencies): RequestHandler {
  return async (request, response) => {
    await deps.traces.follow({ request, step: 'new-request' }, async () => {
      const trace = traceOf(request);
      trace.joins(openLaunchOf(request).launch.traceId);
      await showFormOrDraft(deps, request, response);
      trace.discard();
    });
  };
}

async function showFormOrDraft(deps: NewRequestFormDependencies, request: Request, response: Response): Promise<void> {
  const { drafts, deliveries, clock } = deps;
  const { launch } = openLaunchOf(request);
  const owner = ownerOf(launch);
  const now = clock();
  const name = queryOf(request).get(PAGE);
  const kept = name === null ? undefined : await drafts.of(owner);
  const draft = kept?.drafts.find((one) => nameOf(one) === name);
  const toList = () => response.redirect(303, `/launches/${launch.id}/requests`);
  // The form was sent and its draft deleted; the user came back to it, such as by Back.
  if (!draft && kept?.sent.some(({ form }) => form === name)) return toList();
  const empty = { values: {}, isGoneDraft: name !== null };
  if (!draft) return showForm(deps, request, response, { ...empty, ticket: { owner, ...newForm(now) } });
  const known = await deliveries.of(owner);
  const state = stateOf(draft, draft.values, known, now);
  if (state === 'sent') {
    await storeSoon(deps, () => drafts.discard(owner, ({ id }) => id === draft.id));
    // The form was sent meanwhile, such as in another window: the list has the request.
    return toList();
  }
  const isOld = isExpired(draft, now);
  const canAsk = mayUse(launch, { type: 'ServiceRequest', interaction: 's' });
  const { id, issuedAt, corrects, disclosed, reviewed, taken } = draft;
  // The messages of a form that has expired do not apply to the new form.
  const { problems, problem, isReview }: Partial<Draft> = isOld ? {} : draft;
  const ticket = { owner, id, issuedAt, corrects, disclosed, reviewed };
  contextOf(request).keptTyped = ticket;
  // If only fields are wrong, the marks at the fields say everything.
  const saysWhatIsKept = !problems && !isReview && !taken;
  await showForm(deps, request, response, {
    ...{ problems, problem, isReview, taken, values: draft.values },
    ticket: isOld ? { owner, ...newForm(now, corrects) } : ticket,
    keptAt: saysWhatIsKept ? draft.savedAt : undefined,
    mayBeSent: state !== undefined || draft.isAfterExpired === true,
    canLook: canAsk && !isOld && unconfirmedOf(draft, known).length > 0,
  });
}

/** `POST …/discard`: deletes the draft that the field `form` names, and redirects to the list. Behind the launch guard. */
export function discardDraft(deps: NewRequestFormDependencies): RequestHandler {
  return async (request, response) => {
    const { launch, cookieSecret } = openLaunchOf(request);
    assertOwnForm(request, deps.publicUrl, cookieSecret);
    const name = fieldOf(request, PAGE, 'code');
    await deps.drafts.discard(ownerOf(launch), (draft) => nameOf(draft) === name);
    response.redirect(303, `/launches/${launch.id}/requests`);
  };
}
