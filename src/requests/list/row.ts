/** Turns a parsed request and its newest Task into the words of its row. */
import { hash } from 'node:crypto';
import { dayText, readFhirDate } from '#src/patients/fhir-date.ts';
import type { PartyReference } from '#src/patients/party.ts';
import { codeOf } from '#src/requests/progress/codes.ts';
import { lettersOf } from '#src/requests/progress/letters.ts';
import { daysWithoutMovement, type MovementLimits } from '#src/requests/progress/movement.ts';
import { nextStep } from '#src/requests/progress/next-step.ts';
import { nameKey } from '#src/requests/progress/owner.ts';
import type { Task } from '#src/requests/progress/task.ts';
import { elapsedText } from '#src/requests/timing/how-long-ago.ts';
import { withMoments } from '#src/requests/timing/moments.ts';
import { isEntryName } from '#src/smart/fhir/reference.ts';
import { agoText, isRecent, lastMove, sinceOf } from './row-times.ts';
import { sentTo } from './sent-to.ts';
import type { ServiceRequest } from './service-request.ts';
import { forbidden, mayServe, withTask } from './task-status.ts';

const MOST_COUNTED = 10;
/** A provider has an hour to answer what is needed soon, and no priority hurries. */
const TO_ANSWER_MS = 60 * 60_000;

/** One row, in plain texts that the view escapes. It is stored, sealed, so it holds nothing else. */
export type RequestRow = ReturnType<typeof toRow>;

/** When, where and for whom a page is read; `timeZone` is the organization's. */
export interface ReadAt {
  readonly now: Date;
  readonly timeZone: string;
  /** After how many days without movement a request is flagged; default: never. */
  readonly limits?: MovementLimits | undefined;
  /** Is it the signed-in user, directly or in a role? */
  readonly isUser?: (party: PartyReference) => boolean;
  /** Was the request with this id created by this app? */
  readonly isOwn?: ((id: string) => boolean) | undefined;
  /** `Encounter/id` of the launch. */
  readonly encounter?: string | undefined;
  /** What providers have answered could not be read, so that a request may have one that it does not name. */
  readonly isUnheard?: boolean;
}

const OF_OLDER = 'the EHR has changed the order since';

const NEVER: MovementLimits = { transport: Infinity, other: Infinity };

/** A request that another one replaces, with its own Task. */
interface Replaced {
  readonly request: ServiceRequest;
  readonly task: Task | undefined;
}

/** @param replaced the requests that this one replaces; they have no row of their own. */
export function toRow(
  request: ServiceRequest,
  nameOf: (party: PartyReference) => string,
  at: ReadAt,
  given?: Task,
  replaced: readonly Replaced[] = [],
) {
  const { id, service, detail, category, caution, source, priority, needed, neededMs, requester, isProhibited } =
    request;
  const [first, ...others] = request.reasons;
  const task = given && telling(given, service);
  // A Task does not change the status of a prohibition: the order not to do something stands.
  const status = isProhibited ? forbidden(request.status, task) : withTask(request.status, task, request.isSeries);
  // If the word is the Task's, so is its time.
  const isTasks = status.icon !== request.status.icon;
  const sinceText = isTasks ? agoText('changed', task?.changed, at) : sinceOf(request, at);
  const isOpen = status.group === 'open';
  const isUnheard = at.isUnheard === true || request.isShortened || task?.isUnheard === true;
  const { number: current } = request.keys.version;
  const isOfOlder = isOpen && current !== undefined && task?.version !== undefined && task.version < current;
  const moved = lastMove(request, at, task);
  // A note may say that what is called done was not, but not indefinitely.
  const noted = isOpen || moved.ms === undefined || isRecent(moved.ms, at) ? request.noted : undefined;
  const older = replaced.map((one) => ({
    ...{ id: one.request.id, service: one.request.service, needed: one.request.needed },
    ...{ isOpen: one.request.status.group === 'open', said: saidOf(one, task, at) },
    ...(one.request.keys.replaces.length > 0 ? { replaces: one.request.keys.replaces } : {}),
  }));
  const hasOpenOlder = older.some((one) => one.isOpen);
  const waited = elapsedText((isTasks ? task?.changed : undefined) ?? request.authoredOn, at);
  const { icon } = status;
  // What the patient does, and what asks no provider, has none to wait for.
  const isPatients = request.isPatients && !task;
  const isUnasked = request.isUnasked && !task;
  const isWaiting = isOpen && !isProhibited && !isPatients && !isUnasked;
  const still = daysWithoutMovement({ isWaiting, icon, service, category, days: moved.days }, at.limits ?? NEVER);
  // Words of a Task count only where its status does.
  const spoken = status === request.status || isProhibited ? undefined : task;
  // The word of a hand-over that was never sent is the order's own.
  const ofDraft = spoken?.word.icon === 'draft' ? 'Finish the hand-over' : undefined;
  const asked =
    spoken?.besideStep ?? ofDraft ?? (older.some(({ said }) => said) ? 'Check the older request' : undefined);
  const to = sentTo(request, status, nameOf, task);
  const counted = [...to.counted, ...others, ...request.moreDetails];
  return {
    id,
    /** The EHR's status without any Task. If the EHR has another one now, the row is out of date. */
    ehrStatus: codeOf(request.keys.state),
    /** If the EHR's order has another one now, it was changed. */
    digest: hash('sha256', JSON.stringify(request.decisive), 'base64url').slice(0, 8),
    /** Of the EHR's order; a page that is given an older one is out of date. A list is kept as JSON, without bigints. */
    ...(request.lastUpdated === undefined && current === undefined
      ? {}
      : { version: { number: current?.toString(), updatedMs: request.keys.version.updatedMs } }),
    /** A Task or another request says more of it than the order itself. */
    isHeard: task !== undefined || request.status !== request.ownStatus || undefined,
    service,
    detail,
    category,
    caution,
    noted,
    status: {
      ...{ ...status, sinceText },
      note:
        [status.note && withMoments(status.note, at.timeZone), isOfOlder && OF_OLDER].filter(Boolean).join(' · ') ||
        undefined,
    },
    next: nextStep({
      ...{ icon, word: status.word, isOpen, isProhibited, isOverdue: status.isOverdue },
      isContradicted:
        (isOpen && (request.isUnclear || request.isOver || (request.isStop && !task && !status.hasProvider))) ||
        (status.isContradicted === true && (isOpen || isRecent(moved.ms, at))) ||
        (status.isUnended === true && icon === 'done' && isNewsOf(task, request) && isRecent(moved.ms, at)),
      isUnended: status.isUnended === true,
      hasWords: spoken?.hasWords === true,
      hasNote: isOpen ? spoken?.noted !== undefined || isOfOlder : noted !== undefined && !isTasks,
      hasProvider: status.hasProvider,
      isUnheard,
      hasOpenOlder,
      hasNoMovement: still !== undefined,
      isSoon:
        request.isSoon &&
        !(icon === 'ordered' && request.hasBegun) &&
        (priority !== undefined || at.now.getTime() - (moved.ms ?? 0) >= TO_ANSWER_MS),
      asked,
      isPatients,
      isUnasked,
      hasTime: needed !== undefined,
      waited,
    }),
    /** Whole days without news; undefined while they are within the limit. */
    still,
    source,
    isOwn: at.isOwn?.(id) === true,
    priority: priority ?? (isOpen && spoken?.purpose === undefined ? spoken?.priority : undefined),
    needed,
    sentTo: to.shown,
    isUnheard: isUnheard || undefined,
    isUnasked: isUnasked || undefined,
    requested: { on: dayText(request.authoredOn, at.timeZone), by: requester && nameOf(requester) },
    reason: first === undefined ? undefined : { first, more: others.length },
    /** What the row only counts, as "+2 more", so that a search finds it. */
    counted: counted.length === 0 ? undefined : counted.slice(0, MOST_COUNTED),
    /** By which a search finds it; its page shows them. */
    numbers: request.keys.numbers.map((one) => one.slice(one.lastIndexOf('|') + 1)),
    isMine: requester !== undefined && at.isUser?.(requester) === true,
    isHere: at.encounter !== undefined && request.encounter === at.encounter,
    ...(isProhibited && !request.isUnclear ? { isProhibited: true as const } : {}),
    /** Requests that this one replaces. */
    older: older.length === 0 ? undefined : older,
    neededMs,
    requestedMs: readFhirDate(request.authoredOn, at.timeZone)?.at,
    movedMs: moved.ms,
    references: withOwner(request.references, task),
    relations: request.relations,
  };
}

/** What a row shows of the order itself, and not of what became of it. */
const OF_THE_ORDER = [
  ...(['service', 'detail', 'category', 'caution', 'source', 'priority'] as const),
  ...(['needed', 'requested', 'requestedMs', 'reason', 'noted', 'counted'] as const),
] as const;

/** Marks open rows that say the same of their orders. Only the EHR can say whether they are one order, so each stays. */
export function markAlike(rows: readonly RequestRow[]): RequestRow[] {
  const open = rows.filter(({ status }) => status.group === 'open');
  // Most lists name each service once, so that few rows are compared in full.
  const ofOneService = [...Map.groupBy(open, ({ service }) => service).values()].filter(hasSeveral).flat();
  const keyOf = (row: RequestRow) => JSON.stringify(OF_THE_ORDER.map((name) => row[name]));
  const alike = new Set([...Map.groupBy(ofOneService, keyOf).values()].filter(hasSeveral).flat());
  return rows.map((row) => {
    if (!alike.has(row)) return row;
    const note = [row.status.note, 'may be the same as another request'].filter(Boolean).join(' · ');
    return { ...row, status: { ...row.status, note } };
  });
}

const hasSeveral = (rows: readonly RequestRow[]) => rows.length > 1;

/** Whether the provider has said it after the EHR's own last word; what has to be read, unless the EHR surely spoke after it. */
function isNewsOf(task: Task | undefined, { lastUpdated = '' }: ServiceRequest): boolean {
  const updatedMs = Date.parse(lastUpdated);
  return task !== undefined && (task.hasWords ? !(task.latestMs <= updatedMs) : task.changedMs > updatedMs);
}

/** What the provider of a replaced request said last, unless the same provider has this one: they may serve both. */
function saidOf({ request, task }: Replaced, own: Task | undefined, at: ReadAt): string | undefined {
  if (!task || request.status.icon === 'done' || !mayServe(task)) return undefined;
  if (!isRecent(lastMove(request, at, task).ms, at)) return undefined;
  const [older, newer] = [task, own].map((one) => one?.owner && nameKey(one.owner));
  return own && mayServe(own) && older !== undefined && older === newer ? undefined : task.word.word;
}

/** A Task that only repeats the name of the service says nothing new; words that have to be read stay. */
function telling(task: Task, service: string): Task {
  if (task.hasWords) return task;
  const isNew = (one = '') => lettersOf(one) !== lettersOf(service);
  return { ...task, remarks: task.remarks.filter(isNew), noted: isNew(task.noted) ? task.noted : undefined };
}

/** What the request's page reads: with the owners and the results of its Tasks, which the request itself does not name. */
function withOwner(references: readonly string[], task: Task | undefined): readonly string[] {
  const { owner, owners = [], records = [] } = task ?? {};
  const named = [...(owner ? [owner] : []), ...owners].flatMap(({ local, display }) =>
    local === undefined || display !== undefined || isEntryName(local) ? [] : [local],
  );
  return named.length + records.length === 0 ? references : [...new Set([...named, ...records, ...references])];
}
