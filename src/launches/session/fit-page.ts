/** Adapts pages to the kind of launch: who may frame them, which colours they have, and how to start again. */
import type { Request, Response } from 'express';
import { AppError } from '#src/errors.ts';
import { isFramed } from '#src/http/framed.ts';
import { contextOf } from '#src/http/request-context.ts';
import { setPagePolicy } from '#src/http/security-headers.ts';
import { helpDeskOf } from '#src/organizations/help-desk.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationDirectory } from '#src/organizations/organization-directory.ts';
import type { LaunchKind } from './launch.ts';

/** The kind and the organization of a launch, from one of our cookies; it proves nothing. */
export interface LaunchOrigin {
  kind: LaunchKind;
  organizationId: string;
}

/** Query parameter of a navigation that a page makes by itself; such a visit does not renew the idle period. */
export const UNATTENDED = 'unattended';

/** Is the page shown inside a chart, so that it takes the chart's colours? If the browser does not say, yes. */
export function isInChart(request: Request, kind: LaunchKind): boolean {
  return kind === 'ehr' && isFramed(request) !== false;
}

/** The stylesheet with the colours of this launch's chart. */
export function themeUrl(launchId: string): string {
  return `/launches/${launchId}/theme.css`;
}

/** The organization's contact and chart colours for the error page. @param open this browser's, oldest first. */
export function prepareErrorPage(
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

/** The EHR may frame an EHR launch, whose refusal would be blank (LA-11, ER-01); no page may frame a standalone one. */
export async function fitPageTo(
  response: Response,
  directory: OrganizationDirectory,
  origin: LaunchOrigin | undefined,
  open: readonly (LaunchOrigin & { id: string })[] = [],
): Promise<Organization | undefined> {
  const organization = origin && (await directory.find(origin.organizationId));
  if (!organization) return undefined;
  prepareErrorPage(response.req, organization, open);
  if (origin.kind === 'ehr') setPagePolicy(response, { frameAncestors: organization.frameAncestors });
  else {
    setPagePolicy(response, {});
    if (organization.standalone) contextOf(response.req).startAgain = standalonePath(organization.id);
  }
  return organization;
}

/** Before its launch value is spent. @throws AppError 'launch.frame-not-allowed', which any frame may show. */
export function assertFrameAllowed({ frameAncestors }: Organization, isInFrame: boolean | undefined): void {
  if (isInFrame === true && frameAncestors.length === 0)
    throw new AppError('launch.frame-not-allowed', 'opened in a frame, and frameAncestors is empty');
}
