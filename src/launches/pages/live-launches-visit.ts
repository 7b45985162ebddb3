/** Finds the organization and the addresses of a request to Settings > Live launches. */

import type { Request } from 'express';
import type { Adapters } from '#src/adapters.ts';
import { auditActor } from '#src/audit/audit.ts';
import { AppError } from '#src/errors.ts';
import { contextOf } from '#src/http/request-context.ts';
import { adminOf } from '#src/http/sessions/admin-session.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { visibleOrganization } from '#src/http/sessions/visible-organization.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';

export interface LiveLaunchesDependencies extends Pick<Adapters, 'clock' | 'sealer'> {
  store: Pick<OrganizationStore, 'find' | 'list'>;
  launches: Pick<LaunchStore, 'live' | 'reopen'>;
  endings: LaunchEndings;
  afterPost: AfterPost;
}

const PAGE = '/settings/live-launches';

/** Administrators act on their own organization, whatever the address says; operators on the one in the address. */
export async function organizationOf({ store }: LiveLaunchesDependencies, request: Request): Promise<Organization> {
  const id = visibleOrganization(request);
  const organization = id === undefined ? undefined : await store.find(id);
  if (!organization) throw new AppError('settings.no-organization', 'no such organization');
  contextOf(request).facts.organizationId = organization.id;
  return organization;
}

/** The address of the page; an operator's carries the organization. */
export function pageOf(request: Request, organization: Organization, more: Record<string, string> = {}): string {
  const query = new URLSearchParams([...new URLSearchParams(queryFor(request, organization)), ...Object.entries(more)]);
  return `${PAGE}${query.size === 0 ? '' : `?${query}`}`;
}

/** `organization=…` for operators, '' for administrators. */
export function queryFor(request: Request, { id }: Organization): string {
  return adminOf(request).role === 'operator' ? new URLSearchParams({ organization: id }).toString() : '';
}

/** The keyed hash of a user, the same as in the audit trail and the launch list. */
export function userOf({ sealer }: LiveLaunchesDependencies, { user }: Launch): string {
  return auditActor(sealer, user);
}
