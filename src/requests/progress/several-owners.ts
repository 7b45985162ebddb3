/** Of several Tasks about one request: which is the newest, who else has agreed or asks, and who else is asked. */
import { nameKey } from './owner.ts';
import type { Task } from './task.ts';
import { calledOff, claimed, isOver, refused, type TaskWord } from './task-words.ts';

/**
 * The newest of several Tasks, but an end has to be proved. If the newest has ended, an open Task that may be as new,
 * or that is another owner's, comes before it: another provider may still have to act. Then comes a Task that may be as
 * new and is not done. A draft comes last: no provider has it yet.
 */
export function newestOf(tasks: readonly Task[]): Task | undefined {
  // A shortcut: most Tasks of a long list are alone of their kind.
  if (tasks.length === 1) return tasks[0];
  const isDraft = ({ word }: Task) => Number(word.icon === 'draft');
  const [newest, ...older] = tasks.toSorted((a, b) => isDraft(a) - isDraft(b) || b.changedMs - a.changedMs);
  if (!newest || !isOver(newest.word)) return newest;
  const isAsNew = (task: Task) => task.latestMs >= newest.changedMs;
  return (
    older.find((task) => !isOver(task.word) && (isAsNew(task) || mayBeOfOther(task, newest))) ??
    [newest, ...older].find((task) => isAsNew(task) && task.word.icon !== 'done') ??
    newest
  );
}

/** Keeps the version that changed last of each Task, because pages that overlap may bring several versions. */
export function onceById(tasks: readonly Task[]): readonly Task[] {
  const newestMs = new Map<string | undefined, number>();
  for (const { id, changedMs } of tasks) newestMs.set(id, Math.max(changedMs, newestMs.get(id) ?? -Infinity));
  return tasks.filter(({ id, latestMs }) => id === undefined || (newestMs.get(id) ?? -Infinity) <= latestMs);
}

/** Whether it may be another owner's. Without an owner, only a Task that none has taken up is the same, sent again. */
function mayBeOfOther(task: Task, newest: Task): boolean {
  const keys = [task, newest].map(ownerKey);
  return keys.includes(undefined) ? task.word.icon !== 'sent' && task.word.icon !== 'draft' : keys[0] !== keys[1];
}

/** Undefined for an owner without a name or a number. */
export const ownerKey = ({ owner }: Task) => owner && nameKey(owner);

const AGREED = new Set<TaskWord['icon']>(['accepted', 'booked', 'under-way']);
export const hasAgreed = ({ word }: Pick<Task, 'word'>) => AGREED.has(word.icon);
const isQuestion = ({ word }: Task) => word.icon === 'question';
/** It may ask something, in words that only a person can read. */
const mayAsk = ({ word, hasWords }: Task) => hasWords && !isOver(word);

/** The newest Tasks of other owners who have agreed, so that the service may be carried out twice, or who may ask something. */
export function othersWhoAct(tasks: readonly Task[], own: Task): readonly Task[] {
  const named = tasks.filter((task) => ownerKey(task) !== undefined && ownerKey(task) !== ownerKey(own));
  const byOwner = Map.groupBy(named, ownerKey);
  return [...byOwner.values()]
    .flatMap((some) => newestOf(some) ?? [])
    .filter((task) => hasAgreed(task) || isQuestion(task) || mayAsk(task));
}

export function rivalText(rivals: readonly Task[], shown: Task): string | undefined {
  const [agreed, ...others] = rivals.filter(hasAgreed);
  const too = hasAgreed(shown) ? ' too' : '';
  const who = ownerKey(shown) === undefined ? 'a provider' : 'another provider';
  const one = agreed && `${who} says “${agreed.word.word}”${too}`;
  const said = others.length > 0 ? `${others.length + 1} other providers have agreed${too}` : one;
  const asking = rivals.find(mayAsk);
  return [
    said,
    rivals.some(isQuestion) && `${who} has a question`,
    asking && `${who} writes ${asking.remarks.join(' · ')}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** What the same provider, or one that is not named, says at a moment that may be the same or a later one. */
export function alsoSaid(tasks: readonly Task[], shown: Task): readonly Task[] {
  const isSame = (task: Task) => [undefined, ownerKey(shown)].includes(ownerKey(task)) || ownerKey(shown) === undefined;
  const isOther = ({ word }: Task) => word.icon !== shown.word.icon && SAID_TOO.has(word.icon) && word !== claimed;
  // A hand-over is called off when it is sent again, and when another of the providers that were asked has taken it.
  const isEnded = (task: Task) => task.word === calledOff && (!hasAgreed(shown) || ownerKey(task) === undefined);
  return tasks.filter((task) => task.latestMs >= shown.changedMs && isSame(task) && isOther(task) && !isEnded(task));
}

const SAID_TOO = new Set<TaskWord['icon']>(['declined', 'question', 'hold', 'unknown']);

/** "also “Declined” · “No van”". */
export function alsoText(also: readonly Task[]): string | undefined {
  return also.map(({ word, remarks }) => [`also “${word.word}”`, ...remarks].join(' · ')).join(' · ') || undefined;
}

/** Of an order that was offered to several providers: how many others are asked too, or declined it too. */
export function askedText(tasks: readonly Task[], shown: Task): string | undefined {
  const [isAlike, [isToo, areToo]] = ALIKE.find(([is]) => is(shown.word)) ?? [() => false, ['', '']];
  if (ownerKey(shown) === undefined) return undefined;
  const byOwner = Map.groupBy(tasks, ownerKey);
  const others = [...byOwner].filter(([key, some]) => {
    const newest = newestOf(some);
    return key !== undefined && key !== ownerKey(shown) && newest !== undefined && isAlike(newest.word);
  });
  if (others.length === 0) return undefined;
  return others.length === 1 ? `another provider ${isToo}` : `${others.length} other providers ${areToo}`;
}

/** A hand-over that was called off, or failed, is no refusal. */
const ALIKE: readonly (readonly [is: (word: TaskWord) => boolean, words: readonly [one: string, several: string]])[] = [
  [({ icon }) => icon === 'sent' || icon === 'received', ['is asked too', 'are asked too']],
  [(word) => word === refused, ['declined it too', 'declined it too']],
];

/** A question is answered; which of two who have agreed goes on, and whether one does, only the EHR can say. */
export function rivalStep(rivals: readonly Task[]): string | undefined {
  if (rivals.some(isQuestion)) return 'Answer the provider';
  if (rivals.some(mayAsk)) return READ;
  return rivals.some(hasAgreed) ? 'Check it in the EHR' : undefined;
}

/** The step where a person has to read what is written beside the state that is shown. */
export const READ = 'Read what the provider says';
