/** `POST …/discard`: deletes the draft that the field `form` names. */
import type { RequestHandler } from 'express';
import { assertOwnForm } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { nameOf } from '#src/requests/form/draft-store.ts';
import { ownerOf } from '#src/requests/form/form-ticket.ts';
import { type NewRequestFormDependencies, PAGE } from './form-page-route.ts';

/** Redirects to the list. The route runs behind the launch guard. */
export function discardDraft(deps: NewRequestFormDependencies): RequestHandler {
  return async (request, response) => {
    const { launch, cookieSecret } = openLaunchOf(request);
    assertOwnForm(request, deps.publicUrl, cookieSecret);
    const name = fieldOf(request, PAGE, 'code');
    await deps.drafts.discard(ownerOf(launch), (draft) => nameOf(draft) === name);
    response.redirect(303, `/launches/${launch.id}/requests`);
  };
}
