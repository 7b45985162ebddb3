/** Finds related requests: what it was made from, what it replaces, what replaced it, and others of its form. */
import { withCaution } from '#src/requests/list/concepts.ts';
import type { RequestRow } from '#src/requests/list/row.ts';
import { replacingIn } from '#src/requests/progress/replacing.ts';
import type { DetailProps } from '#views/requests/detail-page.ts';

const MOST = 20;

/** @param rows those of the kept list. @param displayed the words of the request's own references, by `Type/id`. */
export function relatedRequests(
  own: RequestRow,
  rows: readonly RequestRow[],
  displayed: ReadonlyMap<string | undefined, string | undefined> = new Map(),
): DetailProps['related'] {
  const { basedOn, replaces, byNumber = [], requisition } = own.relations;
  const self = `ServiceRequest/${own.id}`;
  const others = rows.filter(({ id }) => id !== own.id);
  /** The details of another one of its service distinguish it, such as its side. */
  const inFull = (row: Parameters<typeof withCaution>[0] & Partial<Pick<RequestRow, 'detail'>>) =>
    [withCaution(row), ...(row.service === own.service && row.detail !== own.detail ? [row.detail] : [])]
      .filter(Boolean)
      .join(', ');
  const named = (relation: string, locals: readonly string[]) =>
    locals.flatMap((local) => {
      const [type, id] = local.split('/');
      if (type !== 'ServiceRequest' || id === undefined || local === self) return [];
      const known = [...others, ...rows.flatMap(({ older }) => older ?? [])].find((one) => one.id === id);
      return [{ relation, id, service: known ? inFull(known) : displayed.get(local), needed: known?.needed }];
    });
  const entry = (relation: string, row: RequestRow) => ({
    relation,
    id: row.id,
    service: inFull(row),
    needed: row.needed,
  });
  const listed = (relation: string, isRelated: (row: RequestRow) => boolean) =>
    others.filter(isRelated).map((row) => entry(relation, row));
  const replacers = replacingIn(rows).replacersOf(own);
  const isOfForm = (row: RequestRow) => requisition !== undefined && row.relations.requisition === requisition;
  const strong = [
    ...named('Made from', basedOn),
    ...named('Replaces', [...replaces, ...byNumber]),
    ...replacers.map(({ relation, row }) => entry(relation, row)),
  ];
  // That it replaces this one says more of a request than that it was made from it, or came on the same form.
  const weak = [
    ...listed('On the same form', isOfForm),
    ...listed('Made from this one', ({ relations }) => relations.basedOn.includes(self)),
  ];
  const relations = new Map([...weak, ...strong].map((one) => [one.id, one]));
  return [...new Set([...strong, ...weak].map(({ id }) => id))].flatMap((id) => relations.get(id) ?? []).slice(0, MOST);
}
