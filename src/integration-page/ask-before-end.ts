/** Asks before a change of a connection that ends open launches, with their number (MT-05). */
import type { Request, Response } from 'express';
import { fieldOf, fieldsOf } from '#src/http/form-body.ts';
import { headerOf } from '#src/http/request-values.ts';
import { ask } from '#src/http/sessions/confirm.ts';
import { type EditDependencies, wouldEndLaunches } from '#src/organizations/edit.ts';
import type { Organization, SettingChanges } from '#src/organizations/organization.ts';
import type { QuestionProps } from '#views/settings/confirm-page.ts';

export interface AskBeforeEndDependencies extends Pick<EditDependencies, 'production'> {
  openLaunches: (organizationId: string) => Promise<number>;
}

/** How many pages close, and what their users do then. */
export function endingText(count: number): string {
  if (count === 0) return 'No launch of this organization is open now.';
  const what =
    count === 1
      ? 'The 1 open launch of this organization ends: its'
      : `All ${count} open launches of this organization end: each`;
  return `${what} page closes at the next click, and its user has to open the app again from the chart.`;
}

/** Has the question been answered, or can the caller, such as a script, not be asked? */
export function isSettled(request: Request): boolean {
  const isFromPage = headerOf(request, 'sec-fetch-dest') === 'document';
  return !isFromPage || fieldOf(request, 'agreed', 'choice') === 'true';
}

/** False: a page that asks was sent instead, with the same fields; a script is not asked. @param changes raw. */
export async function mayEndLaunches(
  deps: AskBeforeEndDependencies,
  { request, response, organization }: { request: Request; response: Response; organization: Organization },
  changes: SettingChanges,
  words: Pick<QuestionProps, 'current' | 'question' | 'button' | 'backHref'> & { condition?: string },
): Promise<boolean> {
  if (isSettled(request)) return true;
  if (!wouldEndLaunches(deps.production, organization, changes)) return true;
  const count = await deps.openLaunches(organization.id);
  if (count === 0) return true;
  const { condition = '', ...question } = words;
  const { csrf: _csrf, ...fields } = fieldsOf(request);
  const effect = [condition, endingText(count)].filter(Boolean).join(' ');
  ask(request, response, { ...question, subject: organization.name, effect }, { ...fields, agreed: 'true' });
  return false;
}
