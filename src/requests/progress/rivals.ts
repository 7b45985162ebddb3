/** Says what several owners of Tasks about one request say: who else has agreed, who asks, and who else is asked. */
import { newestOf, ownerKey } from './latest-task.ts';
import type { Task } from './task.ts';
import { isOver, type TaskWord } from './task-words.ts';

const AGREED = new Set<TaskWord['icon']>(['accepted', 'booked', 'under-way']);
const hasAgreed = ({ word }: Task) => AGREED.has(word.icon);
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

/** Of an order that was offered to several providers and that none has taken. */
export function askedText(tasks: readonly Task[], shown: Task): string | undefined {
  if (!ASKED.has(shown.word.icon) || ownerKey(shown) === undefined) return undefined;
  const byOwner = Map.groupBy(tasks, ownerKey);
  const asked = [...byOwner].filter(
    ([key, some]) => key !== undefined && key !== ownerKey(shown) && ASKED.has(newestOf(some)?.word.icon ?? 'unknown'),
  );
  if (asked.length === 0) return undefined;
  return asked.length === 1 ? 'another provider is asked too' : `${asked.length} other providers are asked too`;
}

const ASKED = new Set<TaskWord['icon']>(['sent', 'received']);

/** A question is answered; whether a provider who has agreed still goes on, only the EHR can say. */
export function rivalStep(rivals: readonly Task[], shown: Task): string | undefined {
  if (rivals.some(isQuestion)) return 'Answer the provider';
  if (rivals.some(mayAsk)) return READ;
  return rivals.some(hasAgreed) && !hasAgreed(shown) ? 'Check it in the EHR' : undefined;
}

/** The step where a person has to read what is written beside the state that is shown. */
export const READ = 'Read what the provider says';
