/** Parses the filter of the audit view from its address; invalid values are ignored. */
import type { Request } from 'express';
import { readListFilter } from '#src/http/filter-fields.ts';
import { positionIn } from '#src/http/sessions/list-page.ts';
import type { AuditFilter } from './audit-store.ts';
import type { Who } from './people.ts';

/** As typed, to be shown again. */
export type TypedAuditFilter = Record<'event' | 'from' | 'to' | 'actor' | 'code' | 'organization', string>;

/**
 * Minutes and days are of the page's time zone; both ends are included.
 *
 * @param organizationId from visibleOrganization, never from the address alone.
 * @param actorOf maps an e-mail address to the stored actor of its user.
 * @param who the people searched for; with a typed actor, rows of any of them match.
 */
export function readAuditFilter(
  request: Request,
  organizationId: string | undefined,
  actorOf: (typed: string) => string,
  timeZone: string,
  who: Pick<Who, 'hashes' | 'withUnknown'>,
): { filter: AuditFilter; typed: TypedAuditFilter } {
  const { typed, from, before } = readListFilter(request, ['event', 'actor', 'code'], timeZone);
  const actors = [
    ...(typed.actor === '' ? [] : [actorOf(typed.actor)]),
    ...(who.hashes ?? []),
    ...(who.withUnknown ? ['unknown'] : []),
  ];
  const filter = {
    organizationId,
    event: typed.event || undefined,
    actors: typed.actor === '' && who.hashes === undefined ? undefined : actors,
    supportCode: typed.code.toUpperCase() || undefined,
    from,
    before,
    position: positionIn(request),
  };
  return { filter, typed: { ...typed, organization: organizationId ?? '' } };
}
