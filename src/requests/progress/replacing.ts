/** Tells which requests say that they replace another one, what that proves, and what has to be done about the other one. */
import { cached } from '#src/adapters/cache.ts';
import type { relationsOf } from '#src/smart/fhir/reference.ts';
import type { RequestRow } from '#views/requests/request-row.ts';
import { codeOf } from './codes.ts';
import type { NextStep } from './next-step.ts';

/** The relation of a request to one that says that it replaces it. */
export const REPLACED_BY = 'Replaced by';
const NOT_IN_FORCE = 'Meant to replace it, not in force';
const UNPROVED = 'Says that it replaces this one: see the EHR';
const LATER = 'Says that it replaces this one, but is older';
const INDIRECT = 'Replaces a request that was to replace this one';
const FORBIDS = 'Is about the same order, and says not to do it';

const DAY_MS = 86_400_000;
/** Longer chains are not followed: no EHR has them, and they prove nothing. */
const LONGEST_CHAIN = 50;
const IN_FORCE = ['active', 'on-hold', 'completed'];
const OVER = ['draft', 'revoked', 'cancelled'];

/** Whether a request replaces another: a draft does not yet, and a cancelled one no longer does. @param status as received. */
export function isInForce(status: unknown): boolean {
  return IN_FORCE.includes(codeOf(status) ?? '');
}

/** A row of the list, as far as it replaces another one or is replaced. */
interface Entry extends Pick<RequestRow, 'id' | 'service' | 'caution' | 'source' | 'status' | 'next'> {
  readonly ehrStatus: string | undefined;
  readonly isProhibited?: true;
  readonly numbers?: readonly string[];
  readonly requestedMs: number | undefined;
  readonly relations: ReturnType<typeof relationsOf>;
  readonly older?: readonly { readonly id: string; readonly replaces?: readonly string[] }[] | undefined;
}

/** What a request's row and page say of a newer one. */
export interface Replaced {
  readonly step: NextStep;
  readonly note: string;
  readonly notice: string;
}

const says = (note: string, notice: string, text = 'Check which request counts'): Replaced => {
  return { step: { text, isAction: true }, note, notice };
};
const REPLACED = 'replaced by a newer request';
const STILL_OPEN = 'A newer request replaces this one, but this one is still open in the EHR.';
const SURELY = says(REPLACED, `${STILL_OPEN} This one has to be cancelled.`, 'Cancel this request');
const BY_DOUBTED = says(REPLACED, `${STILL_OPEN} It is not sure that the newer one was done: check which one counts.`);
const BY_HELD = says(`${REPLACED} that is on hold`, `${STILL_OPEN} The newer one is on hold: check which one counts.`);
const BEGUN = says(
  REPLACED,
  `${STILL_OPEN} A provider may have begun with it: check which one counts, and call the provider.`,
);
const forbiddenBy = (who: string) =>
  says(`${who.toLowerCase()} entry says not to do it`, `${who} entry says not to do this. Check which one counts.`);
const PERHAPS = says(
  'may have been replaced by another request',
  'Another request may have replaced this one. Check which one counts.',
);
const BY_CANCELLED = says(
  'the request that replaced it is cancelled',
  'The request that replaced this one is cancelled. Check whether this one is still needed.',
);
const SEVERAL = says(
  'came in several versions',
  'The EHR sent several versions of this request. This page shows one of them: check it in the EHR.',
  'Check it in the EHR',
);
const REFERRAL_DONE = says(
  'the referral made from it is done',
  'The referral made from this order is done, but the order is still open in the EHR.',
  'Check what was done',
);
const REFERRAL_CANCELLED = says(
  'the referral made from it is cancelled',
  'The referral made from this order is cancelled, but the order is still open in the EHR.',
);
const ORDERED_SINCE = says(
  'an order was made from it',
  'An order was made from this proposal, but the proposal is still open in the EHR.',
);

const keyOf = ({ id }: { readonly id: string }) => `ServiceRequest/${id}`;

/** @param rows the rows of one list, or those that are known. */
export function replacingIn<Row extends Entry>(rows: readonly Row[]) {
  // Requests without an id are not versions of one.
  const byId = Map.groupBy(
    rows.filter(({ id }) => id !== ''),
    keyOf,
  );
  const links = [
    ...rows.flatMap((row) => linksOf(row, [...row.relations.replaces, ...(row.older ?? []).map(keyOf)])),
    ...rows.flatMap((row) => linksOf(row, row.relations.byNumber, { isByNumber: true })),
    ...rows.flatMap((row) =>
      linksOf(
        row,
        row.older?.flatMap(({ replaces = [] }) => replaces),
        { isDirect: false },
      ),
    ),
  ];
  const byKey = Map.groupBy(links, ({ key }) => key);
  const forbidding = rows.filter(
    ({ isProhibited, ehrStatus, status }) => isProhibited && status.group === 'open' && !OVER.includes(ehrStatus ?? ''),
  );
  const forbiddingBy = new Map<string, Row[]>();
  for (const row of forbidding)
    for (const key of orderKeysOf(row, [...(row.numbers ?? []), ...row.relations.basedOn]))
      cached(forbiddingBy, key, (): Row[] => []).push(row);
  const referrals = rows.filter(({ id }) => id.startsWith('R-'));

  /** Requests that replace each other in a circle prove nothing, and one of them is needed. */
  const leadsTo = (from: Entry, to: Row) => {
    // A Set also visits items that are added during the loop, and none twice.
    const found = new Set(from.relations.replaces);
    for (const key of found) {
      if (found.size > LONGEST_CHAIN) return true;
      for (const { relations } of byId.get(key) ?? []) for (const one of relations.replaces) found.add(one);
    }
    return found.has(keyOf(to));
  };
  const relationTo = (own: Entry, row: Row, isByNumber: boolean) => {
    if ((row.requestedMs ?? NaN) + DAY_MS < (own.requestedMs ?? NaN)) return LATER;
    if (OVER.includes(row.ehrStatus ?? '')) return NOT_IN_FORCE;
    const isPlain = row.caution === undefined && own.caution === undefined;
    const isOfKind = row.source === own.source || row.source === 'EHR order';
    const isOneVersion = byId.get(keyOf(row))?.length === 1;
    const isProof = isInForce(row.ehrStatus) && isPlain && isOfKind && isOneVersion && !isByNumber;
    return isProof && !leadsTo(own, row) ? REPLACED_BY : UNPROVED;
  };
  /** The rows that say, directly or through others, that they replace a request. */
  const replacersOf = (own: Entry) => {
    const found = new Map<Row, string | undefined>();
    const keys = new Set([keyOf(own)]);
    for (const key of keys) {
      if (keys.size > LONGEST_CHAIN && key !== keyOf(own)) break;
      for (const { row, isDirect, isByNumber } of byKey.get(key) ?? []) {
        if (row.id === own.id || found.has(row)) continue;
        const indirect = OVER.includes(row.ehrStatus ?? '') ? undefined : INDIRECT;
        found.set(row, key === keyOf(own) && isDirect ? relationTo(own, row, isByNumber) : indirect);
        keys.add(keyOf(row));
      }
    }
    const isAllowed = own.isProhibited !== true && forbidding.length > 0;
    const keysOfOrder = isAllowed ? orderKeysOf(own, [...(own.numbers ?? []), keyOf(own)]) : [];
    const sameOrder = new Set(keysOfOrder.flatMap((key) => forbiddingBy.get(key) ?? []));
    for (const row of sameOrder.size > 0 ? forbidding : [])
      if (sameOrder.has(row) && !found.has(row) && row.id !== own.id) found.set(row, FORBIDS);
    return [...found].flatMap(([row, relation]) => (relation === undefined ? [] : { row, relation }));
  };
  /** Of Oracle Health, which lists an order and the referral made from it. */
  const byReferral = (own: Entry): Replaced | undefined => {
    const isFrom = ({ service, relations }: Row) => service === own.service && relations.basedOn.join() === keyOf(own);
    const made = referrals.filter(isFrom);
    // Beside one that is cancelled, another one may go on.
    const referral = made.find(({ status }) => status.icon !== 'cancelled') ?? made[0];
    if (referral && !byId.has(keyOf(own))) {
      const note = `the referral made from it: ${referral.status.word.toLowerCase()}`;
      return { step: referral.next, note, notice: 'The list shows this order as the referral made from it.' };
    }
    if (referral?.status.icon === 'done') return REFERRAL_DONE;
    return referral?.status.icon === 'cancelled' ? REFERRAL_CANCELLED : undefined;
  };
  /** A plan may lead to several orders, and what a provider has answered goes on. */
  const byOrder = (own: Entry): Replaced | undefined => {
    if (own.source !== 'proposed in the EHR' || own.status.icon !== 'ordered') return undefined;
    const isFrom = ({ source, service, ehrStatus, relations }: Row) =>
      source === 'EHR order' &&
      isInForce(ehrStatus) &&
      service === own.service &&
      relations.basedOn.includes(keyOf(own));
    return rows.some(isFrom) ? ORDERED_SINCE : undefined;
  };
  return {
    replacersOf,
    /** @returns undefined where no other request speaks of it, and for a closed request of one version. */
    replaced: (own: Entry): Replaced | undefined => {
      if ((byId.get(keyOf(own)) ?? []).length > 1) return SEVERAL;
      if (own.status.group !== 'open') return undefined;
      const found = replacersOf(own);
      const rowsOf = (relation: string) => found.flatMap((one) => (one.relation === relation ? one.row : []));
      const proved = rowsOf(REPLACED_BY);
      const isDoubted = ({ status, next }: Row) => status.group === 'closed' && next.isAction;
      const sure = proved.filter((row) => !isDoubted(row));
      // What is begun, or may be done, is not simply cancelled.
      if (sure.length > 0 && ['under-way', 'unknown'].includes(own.status.icon)) return BEGUN;
      if (sure.length > 0) return sure.every(({ status }) => status.icon === 'hold') ? BY_HELD : SURELY;
      if (proved.length > 0) return BY_DOUBTED;
      const isForbidden = (relation: string) =>
        !own.isProhibited && rowsOf(relation).some((row) => row.isProhibited && row.status.group === 'open');
      if (isForbidden(UNPROVED)) return forbiddenBy('A newer');
      if ([LATER, FORBIDS].some(isForbidden)) return forbiddenBy('Another');
      if (found.some(({ relation }) => relation !== NOT_IN_FORCE)) return PERHAPS;
      const isCancelled = ({ status, isProhibited }: Row) => status.icon === 'cancelled' && !isProhibited;
      return rowsOf(NOT_IN_FORCE).some(isCancelled) ? BY_CANCELLED : (byReferral(own) ?? byOrder(own));
    },
  };
}

const linksOf = <Row>(row: Row, keys: readonly string[] = [], { isDirect = true, isByNumber = false } = {}) =>
  keys.map((key) => ({ row, key, isDirect, isByNumber }));

/** A row's service with each number or reference of its order: rows that share one are compared no further. */
const orderKeysOf = ({ service }: Pick<Entry, 'service'>, orders: readonly string[]) =>
  [...new Set(orders)].map((order) => JSON.stringify([service, order]));

/** The row, with what is to be done about it. A question is answered first. */
export function withReplaced<Row extends Entry>(row: Row, replaced: Replaced | undefined): Row {
  if (!replaced) return row;
  const { note = '' } = row.status;
  const said = note.includes(replaced.note) ? note : [note, replaced.note].filter(Boolean).join(' · ');
  return {
    ...row,
    status: { ...row.status, note: said },
    next: row.status.icon === 'question' ? row.next : replaced.step,
  };
}

/** Marks the open rows that another row of the list replaces, or may replace, and that yet have a row of their own. */
export function markReplaced<Row extends Entry>(rows: readonly Row[]): readonly Row[] {
  const speaks = ({ relations: { replaces, byNumber, basedOn }, isProhibited }: Row) =>
    replaces.length > 0 || byNumber !== undefined || basedOn.length > 0 || isProhibited === true;
  if (!rows.some(speaks) && new Set(rows.map(({ id }) => id)).size === rows.length) return rows;
  const { replaced } = replacingIn(rows);
  return rows.map((row) => withReplaced(row, replaced(row)));
}
