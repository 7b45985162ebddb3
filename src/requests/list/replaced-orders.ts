/** Shows a request once if the EHR lists it twice and this is proved. In doubt, both entries are shown. */
import { circlesIn } from '#src/adapters/circles.ts';
import type { ServiceRequest } from './service-request.ts';

/**
 * Removes a request if another one of the list stands for it. A shared number, requisition or `basedOn` is no proof: orders
 * for the left and the right hand share them. @param requests in reading order, which is kept. @param inDoubt requests
 * that replace nothing. @param isOurs recognizes the numbers of this app: an order that has one of them twice was written twice.
 */
export function mergeRequests(
  requests: readonly ServiceRequest[],
  inDoubt: ReadonlySet<ServiceRequest> = new Set(),
  isOurs: (number: string) => boolean = () => false,
) {
  const olderOf = directlyOlder(requests);
  const found = findReplaced(requests, inDoubt, olderOf);
  const replaced = isTangled(requests, found, olderOf) ? new Set<ServiceRequest>() : found;
  const current = requests.filter((request) => !replaced.has(request));
  const pairs = findPairs(current);
  const orderOf = new Map([...pairs].map(([order, referral]) => [referral, order]));
  const merged = current
    .filter((request) => !pairs.has(request))
    .map((request) => withOrder(request, orderOf.get(request)));
  const repeated = findRepeated(merged.filter(({ keys }) => !keys.numbers.some(isOurs)));
  const equalTo = Map.groupBy(repeated, ({ keys }) => keys.content().digest);
  const orderById = new Map([...pairs].map(([order, referral]) => [referral.keys.id, order]));
  return {
    kept: merged.filter((request) => !repeated.has(request)),
    replaced: [...replaced],
    /** The requests that one request replaces, directly or through a chain. */
    replacedBy: (newer: ServiceRequest) => olderThan(newer, replaced, olderOf),
    /** Requests equal in every member to one that is shown, with a number that both have and a named service. */
    repeated: [...repeated],
    /** Orders that are shown as the referral made from them, as Oracle Health lists both. */
    referred: [...pairs.keys()],
    /** The other entries that are shown as this one. */
    shownAs: (request: ServiceRequest) => {
      const order = orderById.get(request.keys.id);
      const equals = repeated.size > 0 ? equalTo.get(request.keys.content().digest) : undefined;
      return [...(order ? [order] : []), ...(equals ?? [])];
    },
  };
}

const keyOf = ({ keys }: ServiceRequest): string | undefined =>
  keys.id === undefined ? undefined : `ServiceRequest/${keys.id}`;

const NONE: readonly ServiceRequest[] = [];

type OlderOf = (request: ServiceRequest) => readonly ServiceRequest[];

/** Twice the longest list. More relations than any EHR writes prove nothing: all requests are shown (MT-06). */
const MOST_RELATIONS = 1_000;

function directlyOlder(requests: readonly ServiceRequest[]): OlderOf {
  if (requests.every(({ keys }) => keys.replaces.length === 0)) return () => NONE;
  const byKey = Map.groupBy(requests, keyOf);
  const older = new Map(
    requests.map(({ keys }) => [keys, [...new Set(keys.replaces)].flatMap((key) => byKey.get(key) ?? [])]),
  );
  if ([...older.values()].flat().length > MOST_RELATIONS) return () => NONE;
  // A request that is shown with more facts is the same one.
  return ({ keys }) => older.get(keys) ?? [];
}

/** Requests that replace each other in a circle, or themselves, prove nothing. */
function findReplaced(
  requests: readonly ServiceRequest[],
  inDoubt: ReadonlySet<ServiceRequest>,
  olderOf: OlderOf,
): Set<ServiceRequest> {
  const replaced = new Set<ServiceRequest>();
  if (requests.every((request) => olderOf(request).length === 0)) return replaced;
  const circleOf = circlesIn(requests, olderOf);
  for (const newer of requests.filter((request) => !inDoubt.has(request))) {
    for (const older of olderOf(newer))
      if (mayReplace(newer, older) && circleOf.get(older) !== circleOf.get(newer)) replaced.add(older);
  }
  return replaced;
}

function isTangled(requests: readonly ServiceRequest[], replaced: ReadonlySet<ServiceRequest>, olderOf: OlderOf) {
  let reached = 0;
  const takesRoom = (one: ServiceRequest) => {
    reached += replaced.has(one) ? 0 : olderThan(one, replaced, olderOf).length;
    return reached > MOST_RELATIONS;
  };
  return requests.some(takesRoom);
}

function olderThan(newer: ServiceRequest, replaced: ReadonlySet<ServiceRequest>, olderOf: OlderOf): ServiceRequest[] {
  // A Set also visits items that are added during the loop, and none twice, so circles end.
  const found = new Set([newer]);
  for (const one of found) for (const older of olderOf(one)) if (replaced.has(older)) found.add(older);
  return [...found].slice(1);
}

/**
 * Whether a request is in force and of a kind that can replace the other: no draft or cancelled one, no completed one
 * for an open one, no proposal for an order, none with conditions, and none written before the other.
 */
function mayReplace(newer: ServiceRequest, older: ServiceRequest): boolean {
  const isInForce = newer.keys.state === 'active' || newer.keys.state === 'on-hold';
  const isDone = newer.keys.state === 'completed' && older.status.group === 'closed';
  const isOfKind = newer.keys.intent === older.keys.intent || ORDER_INTENTS.has(newer.keys.intent);
  const isOfKindAndTime = isOfKind && !isWrittenBefore(newer, older);
  const isPlain = newer.caution === undefined && older.caution === undefined;
  return (isInForce || isDone) && isOfKindAndTime && isPlain;
}

/** Adds those named as replaced by a number that one request alone has. It is a hint, no proof: both stay. */
export function withNumbers(requests: readonly ServiceRequest[]): readonly ServiceRequest[] {
  if (requests.every(({ keys }) => keys.replacedNumbers.length === 0)) return requests;
  const having = new Map<string, Set<string>>();
  for (const { keys } of requests)
    for (const number of keys.numbers)
      having.set(number, (having.get(number) ?? new Set()).add(`ServiceRequest/${keys.id}`));
  return requests.map((request) => {
    const byNumber = request.keys.replacedNumbers.flatMap((number) => {
      const found = having.get(number) ?? new Set();
      const others = found.size > 2 ? [] : [...found].filter((key) => key !== `ServiceRequest/${request.keys.id}`);
      return others.length === 1 ? others : [];
    });
    return byNumber.length === 0 ? request : { ...request, relations: { ...request.relations, byNumber } };
  });
}

const DAY_MS = 86_400_000;

/** By more than a day, because a date may have no time; false where one has no date. */
function isWrittenBefore(one: ServiceRequest, other: ServiceRequest): boolean {
  return Date.parse(one.authoredOn ?? '') + DAY_MS < Date.parse(other.authoredOn ?? '');
}

const ORDER_INTENTS = new Set<unknown>(['order', 'original-order']);

/** The orders with the referrals made from them: `R-…`, `basedOn` its order, with the same service and days. */
function findPairs(requests: readonly ServiceRequest[]): Map<ServiceRequest, ServiceRequest> {
  const pairs = new Map<ServiceRequest, ServiceRequest>();
  const referrals = requests.filter(isReferral);
  if (referrals.length === 0) return pairs;
  const byKey = Map.groupBy(requests, keyOf);
  for (const referral of referrals) {
    const [order, ...others] = byKey.get(referral.keys.basedOn ?? '') ?? [];
    if (order && others.length === 0 && !isReferral(order) && isPair(referral, order)) pairs.set(order, referral);
  }
  return pairs;
}

const isReferral = ({ keys }: ServiceRequest): boolean => keys.id?.startsWith('R-') === true;

/** Members that may differ in a pair, such as numbers and the day of authoring. */
const OWN_OF_EACH = new Set(['text', 'identifier', 'requisition', 'basedOn', 'authoredOn']);
/** Members that one of the two may leave out; if both have one, it must be equal. */
const SAID_BY_EITHER = new Set([
  ...['category', 'requester', 'performer', 'performerType', 'reasonCode', 'reasonReference'],
  ...['encounter', 'supportingInfo', 'insurance', 'relevantHistory', 'note'],
]);

function isPair(referral: ServiceRequest, order: ServiceRequest): boolean {
  const [one, other] = [referral.keys.content(), order.keys.content()];
  const [a, b] = [one.members, other.members];
  const isEqual = (name: string) =>
    OWN_OF_EACH.has(name) || a.get(name) === b.get(name) || (SAID_BY_EITHER.has(name) && !(a.has(name) && b.has(name)));
  return one.isExplicit && other.isExplicit && [...new Set([...a.keys(), ...b.keys()])].every(isEqual);
}

/** Adds to the request what only its order says. */
function withOrder(request: ServiceRequest, order: ServiceRequest | undefined): ServiceRequest {
  if (!order) return request;
  // The word for a status depends on whether a provider is named.
  const { performers, status } = request.performers.length > 0 ? request : order;
  return {
    ...request,
    performers,
    status,
    category: request.category ?? order.category,
    requester: request.requester ?? order.requester,
    performerType: request.performerType ?? order.performerType,
    reasons: request.reasons.length > 0 ? request.reasons : order.reasons,
  };
}

/** The requests that equal an earlier one of another id, numbers included. */
function findRepeated(requests: readonly ServiceRequest[]): Set<ServiceRequest> {
  const sharing = Map.groupBy(
    requests.flatMap((request) => [...new Set(request.keys.numbers)].map((number) => ({ number, request }))),
    ({ number }) => number,
  );
  const shared = new Set(
    [...sharing.values()].filter(({ length }) => length > 1).flatMap((some) => some.map(({ request }) => request)),
  );
  const idsBefore = new Map<string, Set<string | undefined>>();
  return new Set(
    requests.filter((request) => {
      const { digest, isExplicit } = shared.has(request) ? request.keys.content() : NO_CONTENT;
      if (digest === undefined || !isExplicit) return false;
      const before = idsBefore.get(digest) ?? new Set();
      const isRepeated = before.size > (before.has(request.keys.id) ? 1 : 0);
      idsBefore.set(digest, before.add(request.keys.id));
      return isRepeated;
    }),
  );
}

const NO_CONTENT = { digest: undefined, isExplicit: false };
