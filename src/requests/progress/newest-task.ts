/** Finds the Task that speaks for a request among all that are about it. */
import { isDeskWork, repeats } from './errand.ts';
import { nameKey, type Task } from './task.ts';
import { isOver, type TaskWord } from './task-words.ts';

/**
 * The newest of several Tasks, but an end has to be proved. If the newest has ended, an open Task that may be as new,
 * or that is another owner's, comes before it: another provider may still have to act. Then comes a Task that may be as
 * new and is not done.
 */
function newestOf(tasks: readonly Task[]): Task | undefined {
  const [newest, ...older] = tasks.toSorted((a, b) => b.changedMs - a.changedMs);
  if (!newest || !isOver(newest.word)) return newest;
  const isAsNew = (task: Task) => task.latestMs >= newest.changedMs;
  return (
    older.find((task) => !isOver(task.word) && (isAsNew(task) || isOfOtherOwner(task, newest))) ??
    [newest, ...older].find((task) => isAsNew(task) && task.word.icon !== 'done') ??
    newest
  );
}

/** Of one Task in several versions, such as on pages that overlap, the one that changed last. */
function onceById(tasks: readonly Task[]): readonly Task[] {
  const isNewer = (one: Task, other: Task) => one.id === other.id && one.changedMs > other.latestMs;
  return tasks.filter((task) => task.id === undefined || !tasks.some((other) => isNewer(other, task)));
}

function isOfOtherOwner({ owner: one }: Task, { owner: other }: Task): boolean {
  return one !== undefined && other !== undefined && nameKey(one) !== nameKey(other);
}

/**
 * The Task that speaks for a request: the one that carries it out, if there is any. An errand beside it has no word about
 * who provides, and that it has ended ends nothing; a question is the clinician's turn, whatever it is about.
 *
 * @param all those about the request.
 */
export function newestTask(
  all: readonly Task[],
  request: { readonly service: string; readonly category: string | undefined },
): Task | undefined {
  if (all.length === 0) return undefined;
  const tasks = onceById(all);
  const isRepeated = repeats(request);
  const isBeside = ({ errand }: Task) => errand !== undefined && !isRepeated(errand);
  const errands = [...Map.groupBy(tasks.filter(isBeside), ({ errand }) => errand).values()];
  const latest = errands.flatMap((some) => newestOf(some) ?? []);
  const handOvers = tasks.filter((task) => !isBeside(task));
  const own = newestOf(handOvers) ?? standIn(latest);
  const rivals = own && AGREED.has(own.word.icon) ? othersWhoAgreed(handOvers, own) : [];
  const newest = latest.filter(({ errand }) => own === undefined || errand !== own.errand);
  if (own?.word.icon === 'done' || newest.length === 0) return own && { ...asOwn(own), beside: rivalText(rivals) };
  const question = newest.find(({ word }) => word.icon === 'question');
  const shown = question ?? own ?? newestOf(newest);
  const beside = newest.filter((one) => one !== question && (own === undefined || PRESSING.has(one.word.icon)));
  return (
    shown && {
      ...(shown === own ? asOwn(shown) : { ...shown, owner: own?.owner }),
      beside: [rivalText(rivals), besideText(beside)].filter(Boolean).join(' · ') || undefined,
      isDeclinedBeside: own !== undefined && beside.some(({ word }) => word.icon === 'declined'),
    }
  );
}

const AGREED = new Set<TaskWord['icon']>(['accepted', 'booked', 'under-way']);

/** The newest Tasks of other owners who have agreed as well: the service may be carried out twice. */
function othersWhoAgreed(tasks: readonly Task[], own: Task): readonly Task[] {
  const others = tasks.filter((task) => isOfOtherOwner(task, own));
  const byOwner = Map.groupBy(others, ({ owner }) => owner && nameKey(owner));
  return [...byOwner.values()].flatMap((some) => newestOf(some) ?? []).filter(({ word }) => AGREED.has(word.icon));
}

function rivalText([first, ...others]: readonly Task[]): string | undefined {
  if (first === undefined) return undefined;
  return others.length > 0
    ? `${others.length + 1} other providers have agreed too`
    : `another provider says “${first.word.word}” too`;
}

/** Where no Task says that it carries the request out, one under way whose code we do not know may do so. */
function standIn(tasks: readonly Task[]): Task | undefined {
  const open = tasks.filter(({ errand = '', word }) => !isOver(word) && !isDeskWork(errand));
  const found = newestOf(open);
  return found && { ...found, remark: [found.errand, found.remark].filter(Boolean).join(': ') };
}

const asOwn = (task: Task): Task => ({ ...task, errand: undefined });

/** What the clinician has to know of an errand although the request itself goes on. */
const PRESSING = new Set<TaskWord['icon']>(['declined', 'hold']);
const MOST_BESIDE = 2;

/** "Verify insurance: declined, No coverage". */
function besideText(errands: readonly Task[]): string | undefined {
  const lines = errands.map(({ errand, word, reason }) =>
    [`${errand}: ${word.word.toLowerCase()}`, reason].filter(Boolean).join(', '),
  );
  const more = lines.length > MOST_BESIDE ? ` +${lines.length - MOST_BESIDE} more` : '';
  return `${lines.slice(0, MOST_BESIDE).join(' · ')}${more}` || undefined;
}
