/** `POST /launches/:launchId/requests`: the filter form. The text of a search stays out of every URL and log. */
import type { RequestHandler } from 'express';
import { assertOwnForm } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { LONGEST_TEXT, type SearchTexts } from './search-text-store.ts';
import { readView, viewQuery } from './view-address.ts';

/** Redirects to the view that the form asks for. Behind the launch guard and a urlencoded body parser. */
export function findRoute({ publicUrl, texts }: { publicUrl: URL; texts: SearchTexts }): RequestHandler {
  return async (request, response) => {
    const { launch, cookieSecret } = openLaunchOf(request);
    assertOwnForm(request, publicUrl, cookieSecret);
    const fields = ['show', 'service', 'sort', 'mine', 'here'] as const;
    const asked = fields.map((name) => [name, fieldOf(request, name, 'choice')]).filter(([, value]) => value !== '');
    const text = fieldOf(request, 'text', 'reason').trim().slice(0, LONGEST_TEXT);
    const find = text === '' ? undefined : await texts.keep(launch.id, text);
    const view = readView(new URLSearchParams(asked.map(([name = '', value = '']) => [name, value])));
    response.redirect(303, `/launches/${launch.id}/requests${viewQuery({ ...view, find })}`);
  };
}
