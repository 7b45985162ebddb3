/** What the pages of a launch may do and offer, by where it began: a frame of the EHR for one from a chart, a way to start again for the other. */
import type { Request, Response } from 'express';
import { isFramed } from '#src/http/framed.ts';
import { contextOf } from '#src/http/request-context.ts';
import { setPagePolicy } from '#src/http/security-headers.ts';
import type { OrganizationDirectory } from '#src/organizations/directory.ts';
import { helpDeskOf } from '#src/organizations/help-desk.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { LaunchKind } from './launch.ts';

/** Where a launch began and for whom, from a cookie of ours; it proves nothing. */
export interface LaunchOrigin {
  kind: LaunchKind;
  organizationId: string;
}

/** In the query of an address that a page of ours goes to by itself: it begins no new idle hour. */
export const UNATTENDED = 'unattended';

/** Is this page of a launch shown inside a chart, whose colours it should have? A browser that does not say may well be the EHR's own. */
export function isInChart(request: Request, kind: LaunchKind): boolean {
  return kind === 'ehr' && isFramed(request) !== false;
}

/** The stylesheet with the colours of this launch's chart. */
export function themeUrl(launchId: string): string {
  return `/launches/${launchId}/theme.css`;
}

/**
 * Tells the error page of this request whom the visitor may call, and the colours of the chart as the organization's last
 * launch in this browser knows them.
 *
 * @param open launches of this browser, oldest first.
 */
export function furnishErrorPage(
  request: Request,
  organization: Organization,
  open: readonly (LaunchOrigin & { id: string })[],
): void {
  const context = contextOf(request);
  context.helpDesk = helpDeskOf(organization);
  const last = open.findLast(({ organizationId }) => organizationId === organization.id);
  if (last) context.themeUrl = `${themeUrl(last.id)}?${UNATTENDED}`;
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
 * @param open launches of this browser, for {@link furnishErrorPage}.
 * @returns the organization, when there is one.
 */
export async function fitPageTo(
  response: Response,
  directory: OrganizationDirectory,
  origin: LaunchOrigin | undefined,
  open: readonly (LaunchOrigin & { id: string })[] = [],
): Promise<Organization | undefined> {
  const organization = origin && (await directory.find(origin.organizationId));
  if (!organization) return undefined;
  furnishErrorPage(response.req, organization, open);
  if (origin.kind === 'ehr') setPagePolicy(response, { frameAncestors: organization.frameAncestors });
  else {
    setPagePolicy(response, {});
    if (organization.standalone) contextOf(response.req).startAgain = standalonePath(organization.id);
  }
  return organization;
}
