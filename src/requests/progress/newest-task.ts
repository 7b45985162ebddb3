/** Finds the Task that speaks for a request among all that are about it. */
import { type Written, writtenFrom } from './done.ts';
import { repeats } from './purpose.ts';
import { nameKey, type Task } from './task.ts';
import { doneInDoubt, isOver, type TaskWord } from './task-words.ts';

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

/** What a request says that decides which Tasks are its own. */
interface About extends Written {
  readonly service: string;
  readonly category: string | undefined;
}

/**
 * The Task that speaks for a request: the one that carries it out, if there is any. A Task beside it has no word about
 * who provides, and that it has ended ends nothing; a question is the clinician's turn, whatever it is about.
 *
 * @param all those about the request.
 */
export function newestTask(all: readonly Task[], request: About): Task | undefined {
  if (all.length === 0) return undefined;
  const written = writtenFrom(request);
  const tasks = onceById(all).map((task) => notBefore(task, written));
  const isWhole = repeats(request);
  const isBeside = ({ purpose }: Task) => purpose !== undefined && !(purpose.mayCarryOut && isWhole(purpose.words));
  const beside = [...Map.groupBy(tasks.filter(isBeside), wordsOf).values()].flatMap((some) => newestOf(some) ?? []);
  const handOvers = tasks.filter((task) => !isBeside(task));
  const own = newestOf(handOvers) ?? standIn(beside);
  const isStopped = beside.some(({ purpose, word }) => purpose?.isStop === true && word.icon === 'done');
  if (own?.word.icon === 'done' && !isStopped) return { ...own, purpose: undefined };
  const rivals = own && AGREED.has(own.word.icon) ? othersWhoAgreed(handOvers, own) : [];
  const others = beside.filter((task) => own === undefined || wordsOf(task) !== wordsOf(own));
  const question = others.find(({ word }) => word.icon === 'question');
  const shown = question ?? own ?? newestOf(others);
  const said = others.filter((one) => one !== question && (own === undefined || isPressing(one)));
  return (
    shown && {
      ...(shown === own ? ownInDoubt(shown) : { ...shown, owner: own?.owner }),
      beside: [rivalText(rivals), besideText(said)].filter(Boolean).join(' · ') || undefined,
      besideStep: stepFor(said, own),
    }
  );
}

const wordsOf = ({ purpose }: Task) => purpose?.words;

/** A Task that ended before the request was written carried out something else. */
function notBefore(task: Task, writtenMs: number | undefined): Task {
  const isBefore = task.word.icon === 'done' && writtenMs !== undefined && task.endedMs < writtenMs;
  if (!isBefore) return task;
  const remark = [doneInDoubt.note, task.remark, 'before it was ordered'].filter(Boolean).join(' · ');
  return { ...task, word: doneInDoubt, remark };
}

/** What is done although the request was stopped may not have been done. */
function ownInDoubt(task: Task): Task {
  const word = task.word.icon === 'done' ? doneInDoubt : task.word;
  const remark = word === task.word ? task.remark : [word.note, task.remark].filter(Boolean).join(' · ');
  return { ...task, word, remark, purpose: undefined };
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
  const found = newestOf(tasks.filter(({ purpose, word }) => purpose?.mayCarryOut === true && !isOver(word)));
  return found && { ...found, remark: [found.purpose?.words, found.remark].filter(Boolean).join(': ') };
}

/** What the clinician has to know of a Task beside the request although the request itself goes on. */
function isPressing({ word, purpose }: Task): boolean {
  return word.icon === 'declined' || word.icon === 'hold' || purpose?.isStop === true;
}

/** What the Tasks beside a request ask of the clinician. */
function stepFor(said: readonly Task[], own: Task | undefined): string | undefined {
  if (said.some(({ word }) => word.icon === 'declined')) return 'Check what was declined';
  const mayBeEnd = ({ purpose, word }: Task) =>
    word.icon === 'done' && (purpose?.isStop === true || (own === undefined && purpose?.mayCarryOut === true));
  return said.some(mayBeEnd) ? 'Check it in the EHR' : undefined;
}

const MOST_BESIDE = 2;

/** "Verify insurance: declined, No coverage". */
function besideText(tasks: readonly Task[]): string | undefined {
  const lines = tasks.map(({ purpose, word, reason }) =>
    [`${purpose?.words}: ${word.word.toLowerCase()}`, reason].filter(Boolean).join(', '),
  );
  const more = lines.length > MOST_BESIDE ? ` +${lines.length - MOST_BESIDE} more` : '';
  return `${lines.slice(0, MOST_BESIDE).join(' · ')}${more}` || undefined;
}
