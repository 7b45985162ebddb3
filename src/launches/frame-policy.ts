/** Lets the organization's EHR show a page of ours, also the page that says why there is nothing else to show. */
import type { Response } from 'express';
import { setPagePolicy } from '#src/http/security-headers.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationDirectory } from '#src/organizations/organization-directory.ts';

/**
 * Without it a refusal inside the chart is the browser's own blank page, not ours (LA-11, ER-01).
 *
 * @param organizationId from a cookie of ours; nobody is let in by it.
 * @returns the organization, when there is one; then its EHR's origins, and no others, may frame this response.
 */
export async function allowFraming(
  response: Response,
  directory: OrganizationDirectory,
  organizationId: string | undefined,
): Promise<Organization | undefined> {
  const organization = organizationId === undefined ? undefined : await directory.find(organizationId);
  if (organization) setPagePolicy(response, { frameAncestors: organization.frameAncestors });
  return organization;
}
