/** Decides whose records a user sees: administrators their own organization's, operators a named one's or all. */
import type { Request, RequestHandler } from 'express';
import { serverTimeZone } from '#src/adapters/time-zone.ts';
import { AppError } from '#src/errors.ts';
import { filterText } from '#src/http/list-filter-fields.ts';
import { queryOf } from '#src/http/request-values.ts';
import { type ChosenPage, choicePage } from '#views/settings/organization-choice.ts';
import { adminOf, pageAdminOf } from './signed-in-user.ts';

const LONGEST_ID = 64;

/** MT-01: an administrator's own, whatever the address says. @returns undefined for an operator who names none. */
export function visibleOrganization(request: Request): string | undefined {
  const { role, organizationId } = adminOf(request);
  if (role === 'operator') return filterText(queryOf(request), 'organization', LONGEST_ID) || undefined;
  if (organizationId === undefined) throw new AppError('admin.forbidden', 'an administrator without an organization');
  return organizationId;
}

/** The address of a page about one organization; for an operator, it names the organization. */
export function organizationUrl(
  request: Request,
  path: string,
  organizationId: string,
  more: Readonly<Record<string, string>> = {},
): string {
  const isOperator = adminOf(request).role === 'operator';
  const query = new URLSearchParams({ ...(isOperator ? { organization: organizationId } : {}), ...more });
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Asks an operator who names no organization which one the page is about; if there is only one, it is that one. */
export function chooseOrganization(
  store: { list(): Promise<readonly { id: string; name: string }[]> },
  page: ChosenPage,
): RequestHandler {
  return async (request, response, next) => {
    if (visibleOrganization(request) !== undefined) return next();
    const organizations = await store.list();
    const [only, ...others] = organizations;
    if (only && others.length === 0) return response.redirect(303, organizationUrl(request, page.path, only.id));
    response.type('html').send(choicePage(pageAdminOf(request), page, organizations));
  };
}

/** The time zone of a page: its organization's, or the one that all organizations share; else the server's. */
export function timeZoneOf(
  organizations: readonly { readonly id: string; readonly timeZone: string }[],
  organizationId: string | null | undefined,
): string {
  const [shared = serverTimeZone, ...others] = new Set(organizations.map(({ timeZone }) => timeZone));
  const ofAll = others.length === 0 ? shared : serverTimeZone;
  return organizations.find(({ id }) => id === organizationId)?.timeZone ?? ofAll;
}
