/** One request to a page of a connection, and the ways to answer it. */
import type { Request, RequestHandler, Response } from 'express';
import type { Queries } from '#src/adapters/database/index.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { KeyProofDependencies } from '#src/checks/key-proof.ts';
import type { SaveDependencies } from '#src/checks/save.ts';
import type { Config } from '#src/config/index.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import type { Organization, SettingChanges } from '#src/organizations/organization.ts';
import { type AskBeforeEndDependencies, mayEndLaunches } from './ask-before-end.ts';
import { withOrganization } from './own-organization.ts';
import type { ConnectionRecord, PageExtras, Place, SeenLaunches } from './page-props.ts';
import { connectionProps, integrationUrl } from './page-props.ts';

export interface IntegrationDependencies
  extends SaveDependencies,
    AskBeforeEndDependencies,
    Omit<KeyProofDependencies, 'publicUrl'> {
  config: Pick<Config, 'publicUrl' | 'appName'>;
  afterPost: AfterPost;
  db: Queries;
  redis: KeyStore;
  /** The scopes that the EHR accepted when the last launch asked twice. */
  acceptedScopes: (organizationId: string) => Promise<ConnectionRecord['accepted']>;
  launchesSeen: (organization: Organization) => Promise<SeenLaunches>;
}

export interface Visit {
  deps: IntegrationDependencies;
  request: Request;
  response: Response;
  organization: Organization;
}

export type Handler = (visit: Visit) => Promise<void>;

/** Runs handlers for the organization that the visitor may see. */
export function visiting(deps: IntegrationDependencies): (handler: Handler) => RequestHandler {
  return (handler) =>
    withOrganization(deps, (request, response, organization) => handler({ deps, request, response, organization }));
}

/** Answers a post by a redirect to one of the pages, which shows the outcome. */
export function leadToPage(
  { deps: { afterPost }, request, response, organization }: Visit,
  outcome: Omit<Parameters<AfterPost['answer']>[3], 'shown'> & { shown: PageExtras },
  place: Place = '',
): Promise<void> {
  return afterPost.answer(request, response, integrationUrl(request, organization.id, place), outcome);
}

/** Whether a change of the connection may be made now. If not, a page has been sent that asks about it. */
export function mayChange(
  visit: Visit,
  changes: SettingChanges,
  { place = '', condition = '' }: { place?: Place; condition?: string } = {},
): Promise<boolean> {
  const backHref = integrationUrl(visit.request, visit.organization.id, place);
  const words = { question: 'Change the connection of', button: 'Change it', condition, backHref } as const;
  return mayEndLaunches(visit.deps, visit, changes, { current: 'integration', ...words });
}

/** Answers that nothing was changed. The page says why, also after a reload. */
export function refused(visit: Visit, status: 400 | 409, shown: PageExtras, place: Place = ''): Promise<void> {
  return leadToPage(visit, { kind: 'form', status, shown }, place);
}

/** Answers that the change was made. The page says so once. */
export function done(visit: Visit, text: string, place: Place = ''): Promise<void> {
  return leadToPage(visit, { kind: 'done', shown: { done: text } }, place);
}

/** The common props of the advanced settings and the tools, and what the last post adds. */
export async function besidePage({ deps: { checksStore, afterPost }, request, organization }: Visit) {
  const { id, name } = organization;
  const run = await checksStore.latest(id);
  const { shown, isSecretGone } = await afterPost.read<PageExtras>(request);
  const page = {
    admin: pageAdminOf(request),
    organization: { id, name },
    connection: connectionProps(request, { organization, run }),
    done: shown.done,
    problem: shown.problem,
  };
  return { page, shown, isSecretGone };
}
