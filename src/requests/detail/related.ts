/** Finds related requests: what it was made from, what it replaces, what replaced it, and others of its form. */
import { isInForce } from '#src/requests/delivery/original.ts';
import { withCaution } from '#src/requests/list/concepts.ts';
import type { RequestRow } from '#src/requests/list/row.ts';
import type { DetailProps } from '#views/requests/detail-page.ts';

const MOST = 20;
/** The relation of a request to the newer one that replaced it. */
export const REPLACED_BY = 'Replaced by';
const REPLACES_NOT = 'Meant to replace it, not in force';
const REPLACES_UNPROVED = 'Says that it replaces this one: see the EHR';
const REPLACES_LATER = 'Says that it replaces this one, but is older';
const DAY_MS = 86_400_000;

/** @param rows those of the kept list. @param displayed the words of the request's own references, by `Type/id`. */
export function relatedRequests(
  own: Pick<RequestRow, 'id' | 'relations' | 'requestedMs'>,
  rows: readonly RequestRow[],
  displayed: ReadonlyMap<string | undefined, string | undefined> = new Map(),
): DetailProps['related'] {
  const { basedOn, replaces, requisition } = own.relations;
  const self = `ServiceRequest/${own.id}`;
  const others = rows.filter(({ id }) => id !== own.id);
  const named = (relation: string, locals: readonly string[]) =>
    locals.flatMap((local) => {
      const [type, id] = local.split('/');
      if (type !== 'ServiceRequest' || id === undefined || local === self) return [];
      const known = [...others, ...rows.flatMap(({ older }) => older ?? [])].find((one) => one.id === id);
      return [{ relation, id, service: known ? withCaution(known) : displayed.get(local), needed: known?.needed }];
    });
  const listed = (relation: string, isRelated: (row: RequestRow) => boolean) =>
    others.filter(isRelated).map((row) => ({ relation, id: row.id, service: withCaution(row), needed: row.needed }));
  const replacing = others.filter(({ relations }) => relations.replaces.includes(self));
  const isOlder = ({ requestedMs = NaN }: RequestRow) => requestedMs + DAY_MS < (own.requestedMs ?? NaN);
  const newer = replacing.filter((row) => !isOlder(row));
  const isProved = (row: RequestRow) =>
    isInForce(row.ehrStatus) && row.caution === undefined && !leadsTo(row.id, own, rows);
  const isOfForm = (row: RequestRow) => requisition !== undefined && row.relations.requisition === requisition;
  const ofNewer: [string, (row: RequestRow) => boolean][] = [
    [REPLACED_BY, (row) => newer.includes(row) && isProved(row)],
    [REPLACES_UNPROVED, (row) => newer.includes(row) && isInForce(row.ehrStatus) && !isProved(row)],
    [REPLACES_NOT, (row) => newer.includes(row) && !isInForce(row.ehrStatus)],
    [REPLACES_LATER, (row) => replacing.includes(row) && isOlder(row)],
  ];
  const strong = [
    ...named('Made from', basedOn),
    ...named('Replaces', replaces),
    ...ofNewer.flatMap(([relation, isRelated]) => listed(relation, isRelated)),
  ];
  // That it replaces this one says more of a request than that it was made from it, or came on the same form.
  const weak = [
    ...listed('On the same form', isOfForm),
    ...listed('Made from this one', ({ relations }) => relations.basedOn.includes(self)),
  ];
  const relations = new Map([...weak, ...strong].map((one) => [one.id, one]));
  return [...new Set([...strong, ...weak].map(({ id }) => id))].flatMap((id) => relations.get(id) ?? []).slice(0, MOST);
}

/** Requests that replace each other in a circle prove nothing, and one of them is needed. */
function leadsTo(id: string, from: Pick<RequestRow, 'relations'>, rows: readonly RequestRow[]): boolean {
  // A Set also visits items that are added during the loop, and none twice.
  const found = new Set(from.relations.replaces);
  for (const one of found) {
    const row = rows.find((some) => `ServiceRequest/${some.id}` === one);
    for (const older of row?.relations.replaces ?? []) found.add(older);
  }
  return found.has(`ServiceRequest/${id}`);
}
