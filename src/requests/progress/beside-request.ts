/** What Tasks beside a request say: those of its group, of parts of it, and for another purpose. */
import type { PartyReference } from '#src/patients/party.ts';
import { isOf, nameKey } from './owner.ts';
import { hasAgreed, othersWhoAct, READ } from './several-owners.ts';
import type { Task } from './task.ts';
import { calledOff, done, doneInDoubt, isOver, type TaskWord } from './task-words.ts';

/** What the Task of its group says that the Task of the request itself would hide: an end, a question, another provider. */
export function groupNews(group: Task | undefined, own: Task | undefined) {
  if (!group || !own || isOver(own.word)) return undefined;
  const isNews = isOver(group.word) || ['hold', 'question', 'unknown'].includes(group.word.icon) || group.hasWords;
  if (!isNews && othersWhoAct([group], own).length === 0) return undefined;
  const text = [`its group of requests: ${group.word.word.toLowerCase()}`, ...group.remarks].join(' · ');
  return { text, step: group.word.icon === 'question' ? 'Answer the question' : 'Check it in the EHR' };
}

/** What the clinician has to know of a Task beside the request although the request itself goes on. */
export function isPressing({ word, purpose, hasWords }: Task): boolean {
  const isAsking = purpose?.names.length === 0 && purpose.part === undefined && !isOver(word);
  return word.icon === 'declined' || word.icon === 'hold' || purpose?.isStop === true || isAsking || hasWords;
}

/** What waits for the requester beside the request: a part of the work that was handed back, or a Task of their own. */
export function isOfRequester(
  { word, owner, purpose }: Task,
  { requester }: { readonly requester?: PartyReference | undefined },
): boolean {
  const key = owner && nameKey(owner);
  const isBack = purpose?.part !== undefined && key !== undefined && key === (requester && nameKey(requester));
  return !isOver(word) && (isBack || isOf(owner, requester));
}

/** What the Tasks beside a request ask of the clinician. */
export function stepFor(
  said: readonly Task[],
  own: Task | undefined,
  isAsked: (task: Task) => boolean,
): string | undefined {
  if (said.some((task) => task.word.icon === 'declined' && !isWithdrawn(task))) return 'Check what was declined';
  if (said.some(isAsked)) return 'Check what the requester has to do';
  const mayBeEnd = (task: Task) =>
    task.purpose?.isStop === true
      ? mayBeDone(task.word) || !own || hasAgreed(task) || isWithdrawn(task)
      : mayBeDone(task.word) && !own && task.purpose?.names[0] !== undefined;
  if (said.some(mayBeEnd)) return 'Check it in the EHR';
  return said.some((task) => task.hasWords) ? READ : undefined;
}

/** A request to end it that was itself taken back. */
const isWithdrawn = ({ purpose, word }: Task) => purpose?.isStop === true && word === calledOff;

export const mayBeDone = (word: TaskWord) => word === done || word === doneInDoubt;

/** Whether a Task of unknown purpose may be the provider's, who has answered it. */
export function mayHave({ purpose, word }: Task): boolean {
  const isWork = purpose?.names[0] !== undefined || purpose?.part !== undefined;
  return isWork && !isOver(word) && word.icon !== 'draft' && word.icon !== 'sent';
}

const MOST_BESIDE = 2;

/** "Verify insurance: declined, No coverage". */
export function besideText(tasks: readonly Task[], isAsked: (task: Task) => boolean): string | undefined {
  const lines = tasks.slice(0, MOST_BESIDE).map((task) => {
    const { purpose, word, remarks } = task;
    const own = isWithdrawn(task) ? 'withdrawn' : word.word.toLowerCase();
    const state = isAsked(task) ? 'waits for the requester' : own;
    return [`${purpose?.words}: ${state}`, remarks.join(' · ')].filter(Boolean).join(', ');
  });
  const more = tasks.length > MOST_BESIDE ? ` +${tasks.length - MOST_BESIDE} more` : '';
  return `${lines.join(' · ')}${more}` || undefined;
}
