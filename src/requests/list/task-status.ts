/** Combines the status of a request in the EHR with what the provider says in its Task. */
import { SETTLED } from '#src/requests/progress/next-step.ts';
import type { Task } from '#src/requests/progress/task.ts';
import { claimed, doneInDoubt, type TaskWord } from '#src/requests/progress/task-words.ts';
import type { ServiceRequest } from './service-request.ts';
import { type RequestStatus, unclearWord } from './status.ts';

/**
 * The EHR's own end, draft or hold stays; of an order that is only active, the Task knows more. A declined order stays
 * open, because the order itself stands. @param isSeries a Task that is done may be one of many.
 */
export function withTask(status: RequestStatus, task: Task | undefined, isSeries = false): RequestStatus {
  const isBare = status.icon === 'ordered' || (status.icon === 'unknown' && status.word !== unclearWord);
  if (!task) return status;
  if (!isBare) return besideTask(status, task);
  if (task.purpose !== undefined && task.word.icon !== 'question') {
    return { ...status, note: [status.note, task.beside].filter(Boolean).join(' · ') };
  }
  if (task.word.icon === 'draft') return besideDraft(status, task);
  const isPart = isSeries && task.word.icon === 'done';
  const { word, icon } = isPart ? PART_DONE : task.word;
  const isDone = icon === 'done';
  const isLate = task.isLate && !isDone;
  const remark = [task.purpose?.words, task.remarks.join(' · ')].filter(Boolean).join(': ');
  return {
    word,
    icon,
    group: isDone ? 'closed' : 'open',
    ...(task.word === claimed || status.isContradicted ? { isContradicted: true } : {}),
    note:
      [status.reason, isPart ? 'part of it done' : undefined, remark, isLate ? LATE : undefined, task.beside]
        .filter(Boolean)
        .join(' · ') || undefined,
    hasProvider: status.hasProvider || task.owner !== undefined || (HEARD.has(icon) && task.purpose === undefined),
    isOverdue: isLate || (status.isOverdue && !isDone && !(status.isLateToday && SETTLED.has(icon))),
  };
}

const LATE = 'the time set for the provider is over';

/** Of what must not be done: a provider who goes on with it, or has done it, is not hidden. */
export function forbidden(status: RequestStatus, task: Task | undefined): RequestStatus {
  if (!task || status.group === 'closed' || !mayServe(task)) return status;
  const note = [status.note, saysOf(task)].filter(Boolean).join(' · ');
  return { ...status, isContradicted: true, note };
}

/** A hand-over that was never sent does not change the order, which stands. */
function besideDraft(status: RequestStatus, { word, remarks, beside, owner, isWithRequester }: Task): RequestStatus {
  const why = isWithRequester === true ? 'hand-over is still with the requester' : 'hand-over is only a draft';
  const note = [status.note, word.note ? undefined : why, ...remarks, beside].filter(Boolean).join(' · ');
  return { ...status, note, hasProvider: status.hasProvider || owner !== undefined };
}

/** Says what the provider says, where the EHR's own status would hide it: one goes on with what was cancelled. */
function besideTask(status: RequestStatus, task: Task): RequestStatus {
  const { word, purpose, owner } = task;
  const isDenied = status.icon === 'done' && (task.isMissed || word.icon === 'declined');
  const isPending = status.group === 'closed' && PENDING.has(word.icon);
  // Only a reader knows whether the provider's words deny the EHR's own end.
  const isUnread = status.icon === 'done' && task.hasWords;
  const isHidden =
    purpose === undefined && (isDenied || isPending || isUnread || HIDDEN[status.icon]?.includes(word.icon) === true);
  // The hold may come after the provider agreed, which is no contradiction: but they may still come.
  const isAgreed = purpose === undefined && status.icon === 'hold' && AGREED.has(word.icon);
  const isUnended = !isDenied && (isPending || status.icon === 'done');
  const notes = [
    status.note,
    ...(isHidden || isAgreed ? [saysOf(task)] : purpose === undefined ? [task.said, task.noted] : []),
    status.group === 'open' ? task.beside : undefined,
  ];
  return {
    ...status,
    hasProvider: status.hasProvider || owner !== undefined,
    ...(isHidden && (isUnended ? { isUnended } : { isContradicted: true })),
    note: notes.filter(Boolean).join(' · ') || undefined,
  };
}

function saysOf({ word, said, noted, remarks }: Task): string {
  if (word === doneInDoubt) return ['provider has closed it', ...remarks].join(' · ');
  const answer = word.note?.replace(/^EHR says/, 'provider says') ?? `provider says “${word.word}”`;
  return [word.icon === 'sent' ? 'provider has not answered' : answer, said, noted].filter(Boolean).join(' · ');
}

/** Whether its provider may still carry out, or has carried out, a request that another one has replaced. */
export function mayServe({ purpose, word }: Task): boolean {
  return purpose === undefined && HIDDEN.cancelled?.includes(word.icon) === true;
}

/** Whether a request without a row is still served although it was entered in error, or no other row says how it failed. */
export function isLost({ isEnteredInError, keys }: ServiceRequest, task: Task | undefined): boolean {
  if (task?.purpose !== undefined || task === undefined) return false;
  if (isEnteredInError) return mayServe(task);
  return keys.basedOn === undefined && (task.word.icon === 'declined' || task.word.icon === 'question');
}

/** For each end, draft, hold and unclear status of the EHR, what a Task may say that contradicts it. */
const HIDDEN: Partial<Record<RequestStatus['icon'], readonly RequestStatus['icon'][]>> = {
  draft: ['unknown', 'accepted', 'booked', 'under-way', 'question', 'done', 'declined'],
  hold: ['unknown', 'under-way', 'question', 'done', 'declined'],
  done: ['accepted', 'booked', 'under-way', 'question', 'declined'],
  cancelled: ['unknown', 'accepted', 'booked', 'under-way', 'question', 'done'],
  unknown: ['unknown', 'sent', 'received', 'accepted', 'booked', 'under-way', 'question', 'hold', 'done', 'declined'],
};

/** The provider still has what the EHR has closed, and may carry it out. */
const PENDING = new Set<RequestStatus['icon']>(['sent', 'received', 'hold']);
/** Of a series. */
const PART_DONE = { word: 'Under way', icon: 'under-way' } as const satisfies TaskWord;
const AGREED = new Set<RequestStatus['icon']>(['accepted', 'booked']);
/** Words that mean that a provider has the request, even if the EHR does not say which one. */
const HEARD = new Set<RequestStatus['icon']>(['received', 'accepted', 'booked', 'under-way', 'question']);
