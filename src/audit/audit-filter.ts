/** The filter of the audit view, as typed into an address: what cannot be meant is left out. */
import type { Request } from 'express';
import { instantOf, ROW_ID, readListFilter } from '#src/http/filter-fields.ts';
import type { AuditFilter } from './audit-store.ts';

/** As typed, to be shown again. */
export type TypedAuditFilter = Record<'event' | 'from' | 'to' | 'actor' | 'code' | 'organization', string>;

/**
 * Days are those of the page's time zone, and both included.
 *
 * @param organizationId from visibleOrganization, never from the address alone.
 * @param actorOf turns an e-mail address into how its user is stored.
 */
export function readAuditFilter(
  request: Request,
  organizationId: string | undefined,
  actorOf: (typed: string) => string,
  timeZone: string,
): { filter: AuditFilter; typed: TypedAuditFilter } {
  const { text, typed, from, before } = readListFilter(request, ['event', 'actor', 'code'], timeZone);
  const filter = {
    organizationId,
    event: typed.event || undefined,
    actor: typed.actor === '' ? undefined : actorOf(typed.actor),
    supportCode: typed.code.toUpperCase() || undefined,
    from,
    before,
    after: cursorOf(text('after')),
  };
  return { filter, typed: { ...typed, organization: organizationId ?? '' } };
}

/** Where the next page begins: the last row of this one. */
export function cursorAfter(row: { at: Date; id: string }): string {
  return `${row.at.toISOString()}_${row.id}`;
}

function cursorOf(text: string): AuditFilter['after'] {
  const [at = '', id = ''] = text.split('_');
  const instant = instantOf(at);
  return instant && ROW_ID.test(id) ? { at: instant, id } : undefined;
}
