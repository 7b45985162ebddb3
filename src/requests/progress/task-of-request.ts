/** Finds the Task that speaks for a request among all that are about it. */
import { cached } from '#src/adapters/cache.ts';
import type { PartyReference } from '#src/patients/party.ts';
import { besideText, groupNews, isOfRequester, isPressing, mayBeDone, mayHave, stepFor } from './beside-request.ts';
import { namesAll, type Written, writtenFrom } from './done.ts';
import { WAITING } from './next-step.ts';
import { isOf } from './owner.ts';
import { type Asked, wholeNames } from './purpose.ts';
import {
  alsoSaid,
  alsoText,
  askedText,
  hasAgreed,
  newestOf,
  onceById,
  othersWhoAct,
  ownerKey,
  rivalStep,
  rivalText,
} from './several-owners.ts';
import type { Task } from './task.ts';
import { calledOff, claimed, done, doneInDoubt, isOver, unsent } from './task-words.ts';

/** What a request says that decides which Tasks are its own. */
interface About extends Written, Asked {
  /** It is to begin on a later day. */
  readonly isAhead: boolean;
  readonly requester?: PartyReference | undefined;
}

export type TasksTogether = ReturnType<typeof tasksTogether>;

/** All Tasks about one request: each once, and each part marked as one. The same for every version of the request. */
export function tasksTogether(all: readonly Task[]) {
  const current = onceById(all);
  const ids = new Set(current.map(({ id }) => id));
  const tasks = current.map((task) => ofItsOwn(task, ids));
  const byName = new Map<string, Set<Task>>();
  for (const task of tasks)
    for (const name of task.purpose?.names ?? []) cached(byName, name, () => new Set()).add(task);
  return { tasks, byName };
}

const NO_TASKS = tasksTogether([]);

/**
 * The Task that speaks for a request: the one that carries it out, if there is one. Another Task does not decide who
 * provides, and its end does not end the request. The question of any Task is the clinician's turn.
 *
 * @param owns the Tasks about the request. @param groups the Tasks of its group: they carry it out if none of `owns`
 * does, but their end does not prove the end of each request.
 */
export function newestTask(owns: TasksTogether, request: About, groups = NO_TASKS): Task | undefined {
  const tasks = [...owns.tasks, ...groups.tasks];
  if (tasks.length === 0) return undefined;
  const named = (name: string) => [owns, groups].flatMap(({ byName }) => [...(byName.get(name) ?? [])]);
  const wholes = new Set(wholeNames(request).flatMap(named));
  // What a group's Task says does not take the place of what this request's own says, nor one part that of another.
  const keyOf = ({ group, purpose, id }: Task) => `${group} ${purpose?.part && id} ${purpose?.words}`;
  const byPurpose = Map.groupBy(tasks, (task) => (wholes.has(task) || !task.purpose ? undefined : keyOf(task)));
  const ofWhole = byPurpose.get(undefined) ?? [];
  const all = ofWhole.map((task) => fromRequester(inItsTime(proved(task, request), request), request));
  const { owned, ofGroup = [] } = Object.groupBy(all, ({ group }) => (group === undefined ? 'owned' : 'ofGroup'));
  const handOvers = owned ?? ofGroup;
  byPurpose.delete(undefined);
  const beside = [...byPurpose.values()].flatMap((some) => newestOf(some) ?? []);
  const taken = handOvers.filter(({ word }) => word !== claimed);
  const last = newestOf(taken.length > 0 ? taken : handOvers);
  const own = last && (doneBefore(last, handOvers) ?? last);
  const isStopped = beside.some(({ purpose, word }) => purpose?.isStop === true && mayBeDone(word));
  const isDone = own?.word.icon === 'done';
  const isPartOpen = isDone && beside.some((task) => isOpenPart(task, own));
  const isGroups = own?.group !== undefined;
  const group = owned && newestOf(ofGroup);
  // That the group's owner has declined this one too is not known.
  const owner =
    own?.owner ??
    (own?.isWithRequester || own?.word.icon === 'declined' ? undefined : group?.owner) ??
    (own && hasAgreed(own) ? soleOwner(beside.filter((task) => task.purpose?.part && hasAgreed(task))) : undefined);
  if (isDone && !isStopped && !isPartOpen && !isGroups) return { ...own, owner, purpose: undefined };
  const why = isGroups ? OF_GROUP : isPartOpen ? 'a part of it is not done' : undefined;
  const news = groupNews(group, own);
  const rivals = own ? othersWhoAct(handOvers, own) : [];
  const also = own ? alsoSaid(handOvers, own) : [];
  const others = beside.filter((task) => own === undefined || wordsOf(task) !== wordsOf(own));
  const question = others.find(({ word }) => word.icon === 'question');
  const shown = question ?? own ?? newestOf(others);
  const isAsked = (task: Task) => isOfRequester(task, request);
  const isFree = own && owner === undefined && WAITING.has(own.word.icon);
  const mayBeTaken = (task: Task) => mayHave(task) && (own === undefined || (isFree && task.purpose?.part));
  const said = others.filter(
    (one) => one !== question && (own === undefined || isPressing(one) || isAsked(one) || mayBeTaken(one)),
  );
  return (
    shown && {
      ...(shown === own ? { ...(isDone ? inDoubt(own, why) : own), purpose: undefined } : shown),
      owner,
      beside:
        [alsoText(also), rivalText(rivals, shown), askedText(handOvers, shown), besideText(said, isAsked), news?.text]
          .filter(Boolean)
          .join(' · ') || undefined,
      besideStep:
        rivalStep(rivals) ??
        (also.length > 0 ? 'Check it in the EHR' : undefined) ??
        stepFor(said, own, isAsked) ??
        news?.step,
      isUnheard: said.some((task) => mayBeTaken(task)),
    }
  );
}

/** Added to the words of a group's Task at each request of the group. */
export const OF_GROUP = 'for a group of requests';

/**
 * A part of a Task that is not about the request carries the request out by itself, as a laboratory's Task of a group
 * does. Only if its code says so, its end is that of the request.
 */
function ofItsOwn(task: Task, about: ReadonlySet<unknown>): Task {
  const { part, parents = [] } = task.purpose ?? {};
  if (part === undefined || isWithParent(parents, task.id, about)) return task;
  const own = { ...task, purpose: part.alone };
  return own.word.icon === 'done' && !part.carriesOut ? inDoubt(own, 'as a part of something else') : own;
}

/** Where a parent cannot be compared, a part is in doubt with its parent if another Task is about the request. */
function isWithParent(parents: readonly string[], id: string | undefined, about: ReadonlySet<unknown>): boolean {
  if (parents.length === 0) return about.size > 1;
  return parents.some((parent) => parent !== id && about.has(parent));
}

/** A part that may have had news after the whole was completed goes on, or was declined then, or failed. */
function isOpenPart({ purpose, word, latestMs }: Task, whole: Task): boolean {
  const isNotDone = word.icon === 'declined' || !isOver(word);
  return purpose?.part !== undefined && isNotDone && latestMs >= whole.changedMs;
}

/** Belgium's prescriptions name the provider only in a part of the Task. */
function soleOwner(parts: readonly Task[]): PartyReference | undefined {
  return new Set(parts.map(ownerKey)).size === 1 ? parts[0]?.owner : undefined;
}

const wordsOf = ({ purpose }: Task) => purpose?.words;

/** A result that is coded as the order itself ends it. */
function proved(task: Task, request: About): Task {
  if (task.unproved === undefined || !namesAll(request, task.unproved)) return task;
  return { ...task, word: done, hasWords: false };
}

/** A Task that ended before the request was written carried out something else; what is still to come is not carried out. */
function inItsTime(task: Task, request: About): Task {
  if (task.word.icon !== 'done') return task;
  if (task.endedMs < (writtenFrom(request) ?? -Infinity)) return inDoubt(task, 'before it was ordered');
  return request.isAhead ? inDoubt(task, 'before it is needed') : task;
}

/** What the requester still has was sent to no provider. */
function fromRequester(task: Task, { requester }: About): Task {
  const isHeld = task.isWithRequester === true || isOf(task.owner, requester);
  return task.word.icon === 'sent' && isHeld
    ? { ...task, word: unsent, owner: undefined, isWithRequester: true }
    : task;
}

/** A completed Task that may not have carried out its request. */
function inDoubt(task: Task, why?: string): Task {
  return { ...task, word: doneInDoubt, remarks: why === undefined ? task.remarks : [...task.remarks, why] };
}

/** Of several that were asked, one may have carried it out, and the others, or an offer to any, were called off for that. */
function doneBefore(last: Task, handOvers: readonly Task[]): Task | undefined {
  if (last.word === done || handOvers.some(({ word }) => !isOver(word))) return undefined;
  const keys = [undefined, ownerKey(last)];
  const found = handOvers.find((task) => task.word === done && !keys.includes(ownerKey(task)));
  const isOffer = ownerKey(last) === undefined;
  if (!found || (isOffer && last.word !== calledOff)) return undefined;
  const who = isOffer ? 'an offer to any provider says' : 'another provider says';
  return { ...inDoubt(found, `${who} “${last.word.word}”`), changed: last.changed };
}
