/** Asks the administrator to confirm how many launches are ended, and whose (RF-16). */
import type { Request, RequestHandler } from 'express';
import { queryOf } from '#src/http/request-values.ts';
import { ask } from '#src/http/sessions/confirm.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { type LiveLaunchesDependencies, organizationOf, pageOf, userOf } from './live-launches-visit.ts';

/** The question; undefined when no such launch is open any more. */
type Asked = { question: string; subject?: string; button: string; fields: Record<string, string> } | undefined;
type Asking = (deps: LiveLaunchesDependencies, request: Request, organization: Organization) => Promise<Asked>;

const EFFECT =
  'Each page closes at its next click, the tokens are revoked at the EHR, and the user has to open the app again from the chart.';

/** Answers the GET of an address whose POST ends launches. */
export function asking(deps: LiveLaunchesDependencies, about: Asking): RequestHandler {
  return async (request, response) => {
    const organization = await organizationOf(deps, request);
    const backHref = pageOf(request, organization);
    const asked = await about(deps, request, organization);
    if (!asked) return response.redirect(303, backHref);
    const { fields, ...words } = asked;
    ask(request, response, { current: 'live', effect: EFFECT, backHref, ...words }, fields);
  };
}

export const askToEndOne: Asking = async ({ launches }, request, organization) => {
  const id = queryOf(request).get('launch') ?? '';
  const found = await launches.reopen(id);
  if (found?.launch.organizationId !== organization.id) return undefined;
  const subject = found.launch.user.name ?? 'a user without a name';
  return { question: 'End the launch of', subject, button: 'End it', fields: { launch: id } };
};

export const askToEndUser: Asking = async (deps, request, organization) => {
  const user = queryOf(request).get('user') ?? '';
  const open = await deps.launches.live.all(organization.id, deps.clock());
  const theirs = open.filter(({ launch }) => userOf(deps, launch) === user);
  const [first] = theirs;
  if (!first) return undefined;
  const subject = first.launch.user.name ?? 'a user without a name';
  const many = counted(theirs.length);
  return { question: `End ${many} of`, subject, button: `End ${many}`, fields: { user } };
};

export const askToEndAll: Asking = async (deps, _request, organization) => {
  const count = await deps.launches.live.count(organization.id, deps.clock());
  if (count === 0) return undefined;
  const many = count === 1 ? counted(1) : `all ${counted(count)}`;
  return { question: `End ${many} of`, subject: organization.name, button: `End ${many}`, fields: {} };
};

function counted(count: number): string {
  return count === 1 ? '1 launch' : `${count} launches`;
}
