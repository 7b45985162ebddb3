/** Orders the Tasks of one purpose by when they changed, and tells their owners apart. */
import { nameKey } from './owner.ts';
import type { Task } from './task.ts';
import { isOver } from './task-words.ts';

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

/** Of one Task in several versions, such as on pages that overlap, the one that changed last. */
export function onceById(tasks: readonly Task[]): readonly Task[] {
  const newestMs = new Map<string | undefined, number>();
  for (const { id, changedMs } of tasks) newestMs.set(id, Math.max(changedMs, newestMs.get(id) ?? -Infinity));
  return tasks.filter(({ id, latestMs }) => id === undefined || (newestMs.get(id) ?? -Infinity) <= latestMs);
}

/**
 * Whether a Task may be another owner's than the newest one. Where an owner is missing, only a Task that no provider
 * has taken up counts as the same one, sent again.
 */
function mayBeOfOther(task: Task, newest: Task): boolean {
  const keys = [task, newest].map(ownerKey);
  return keys.includes(undefined) ? task.word.icon !== 'sent' && task.word.icon !== 'draft' : keys[0] !== keys[1];
}

/** Undefined for an owner without a name or a number. */
export const ownerKey = ({ owner }: Task) => owner && nameKey(owner);
