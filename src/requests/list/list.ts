/** Loads the EHR's requests of one patient, checked, sorted, merged and named, as the page shows them. */
import { serverTimeZone } from '#src/adapters/time-zone.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { markReplaced } from '#src/requests/progress/replacing.ts';
import { describeLimits } from '#src/requests/search/scope-limits.ts';
import { maxRequests } from '#src/requests/search/search-requests.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { askForList, type RequestListOptions } from './ask-for-list.ts';
import { fillersIn } from './fillers.ts';
import { onceById, sift } from './left-out.ts';
import { namesItself, resolveNames } from './names.ts';
import {
  brokenRule,
  describeLeftOut,
  describeMerged,
  describeNotGranted,
  describeRemarks,
  nameServices,
} from './notices.ts';
import { orderForReading } from './reading-order.ts';
import { mergeRequests, withNumbers } from './replaced-orders.ts';
import { markAlike, type RequestRow, toRow } from './row.ts';
import { tasksFor } from './search-tasks.ts';
import { isLost } from './task-status.ts';
import { describeProblem, type RequestsProblem } from './why-unread.ts';

export interface RequestList {
  /** In reading order. */
  readonly open: readonly RequestRow[];
  readonly closed: readonly RequestRow[];
  /** How many execution details of other orders the EHR also has. */
  readonly otherOrders: number;
  readonly otherServices?: string | undefined;
  readonly notices: readonly string[];
  /** Why nothing, or not everything, could be read. */
  readonly problem: RequestsProblem | undefined;
  /** The rule that the EHR broke where it answered, and something of its answer is not in the list. */
  readonly broke?: Rule | undefined;
  /** The EHR was not asked, so the page claims nothing about what it has. */
  readonly isUnread?: boolean;
  /** Ids of all requests that were read, by `system|value` and `ServiceRequest/id`; undefined if not asked. */
  readonly identifiers?: ReadonlyMap<string, string>;
  /** Ids of this patient's requests that have no row: entered in error, or steps of other orders. */
  readonly leftOut?: readonly string[];
}

/** Only this patient's requests (LC-06). A failure of the EHR is not thrown: it is `problem`, beside what was read. */
export async function loadRequests(api: FhirApi, options: RequestListOptions): Promise<RequestList> {
  const { helpDeskName = '', batches, remembered, includes, movement, encounter } = options;
  if (!options.grantedSearch) {
    const problem = describeProblem('not-granted', false, { helpDeskName });
    return { open: [], closed: [], otherOrders: 0, notices: [], problem };
  }
  const { patientId, now, timeZone = serverTimeZone, canRead = () => true, user, limits = [], ownSystem } = options;
  const found = await askForList(api, options);
  const sifted = sift(found.requests, patientId);
  const shown = orderForReading(sifted.requests).slice(0, maxRequests);
  const ours = `${ownSystem}|`;
  const isOurs = (name: string) => ownSystem !== undefined && name.startsWith(ours);
  const { kept: all, replacedBy, shownAs, ...merged } = mergeRequests(shown, sifted.inDoubt, isOurs);
  const { onlyOf, withFiller } = fillersIn(sifted.otherOrders);
  const kept = withNumbers(all.map(withFiller));
  const taskOf = tasksFor(found.tasks, (request) => [...shownAs(request), ...onlyOf(request)]);
  const owners = kept.flatMap((request) => taskOf(request)?.owner ?? []);
  const others = kept.flatMap(({ performers, requester }) => [...performers, ...(requester ? [requester] : [])]);
  const isNamed = (party: (typeof others)[number]) => namesItself(party) || party.local === user?.reference;
  if (others.length > 0) includes?.noteNaming({ isComplete: others.every(isNamed) });
  const parties = [...owners, ...others];
  const naming = { included: found.included, now, patientId, canRead, user, batches, remembered };
  const { nameOf, isUser, notGranted } = await resolveNames(api, parties, naming);
  const own = new Set([
    ...[...found.identifiers].flatMap(([name, id]) => (isOurs(name) ? [id] : [])),
    ...kept.flatMap(({ id, keys }) => (keys.numbers.some(isOurs) ? [id] : [])),
  ]);
  const { isUnheard, failure } = found;
  const at = { now, timeZone, limits: movement, isUser, encounter, isUnheard, isOwn: (id: string) => own.has(id) };
  const replacedFor = (request: (typeof kept)[number]) =>
    replacedBy(request).map((one) => ({ request: one, task: taskOf(one) }));
  const unmarked = kept.map((request) => toRow(request, nameOf, at, taskOf(request), replacedFor(request)));
  const rows = markAlike(markReplaced(unmarked));
  const { end, isBegun, counted, unreadable, limitedBy } = found.result;
  const unshown = [...sifted.inError, ...sifted.otherOrders].filter((one) => isLost(one, taskOf(one)));
  const otherPatients = sifted.otherPatients + found.otherTasks;
  const leftOut = { ...sifted, otherPatients, unreadable, counted, limitedBy };
  const hasMore = end === 'more' || sifted.requests.length > shown.length;
  return {
    open: rows.filter((row) => row.status.group === 'open'),
    closed: rows.filter((row) => row.status.group === 'closed'),
    otherOrders: sifted.otherOrders.length,
    otherServices: nameServices(sifted.otherOrders),
    notices: [
      ...describeLimits(limits),
      ...describeLeftOut({ ...leftOut, enteredInError: sifted.inError.length, hasMore, helpDeskName }),
      ...describeMerged({ ...merged, inDoubt: onceById(sifted.inDoubt), disputed: sifted.disputed, unshown }),
      ...describeNotGranted(notGranted, helpDeskName),
      ...found.taskNotices,
      ...describeRemarks([...found.remarks]),
    ],
    problem:
      end === 'complete' || end === 'more' ? undefined : describeProblem(end, isBegun, { failure, helpDeskName }),
    broke: brokenRule({ ...leftOut, counted: hasMore ? undefined : counted }),
    identifiers: found.identifiers,
    leftOut: [...sifted.inError, ...sifted.otherOrders].flatMap(({ keys }) => keys.id ?? []),
  };
}
