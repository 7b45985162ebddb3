/** What the pages of a launch may do and offer, by where it began: a frame of the EHR for one from a chart, a way to start again for the other. */
import type { Response } from 'express';
import { contextOf } from '#src/http/request-context.ts';
import { setPagePolicy } from '#src/http/security-headers.ts';
import type { OrganizationDirectory } from '#src/organizations/directory.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { LaunchKind } from './launch.ts';

/** Where a launch began and for whom, from a cookie of ours; it proves nothing. */
export interface LaunchOrigin {
  kind: LaunchKind;
  organizationId: string;
}

/** Where a standalone launch of this organization begins. */
export function standalonePath(organizationId: string): string {
  return `/smart/standalone/${encodeURIComponent(organizationId)}`;
}

/**
 * Fits a page to its origin, also the page that says why there is nothing else to show. A launch from a chart may be
 * framed by its organization's EHR, for without that a refusal inside the chart is the browser's own blank page
 * (LA-11, ER-01). No page may frame a standalone launch; its refusals offer to start again.
 *
 * @returns the organization, when there is one.
 */
export async function fitPageTo(
  response: Response,
  directory: OrganizationDirectory,
  origin: LaunchOrigin | undefined,
): Promise<Organization | undefined> {
  const organization = origin && (await directory.find(origin.organizationId));
  if (!organization) return undefined;
  if (origin.kind === 'ehr') setPagePolicy(response, { frameAncestors: organization.frameAncestors });
  else {
    setPagePolicy(response, {});
    if (organization.standalone) contextOf(response.req).startAgain = standalonePath(organization.id);
  }
  return organization;
}
