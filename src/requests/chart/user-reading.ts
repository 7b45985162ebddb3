/** The name and role of the signed-in user as they arrive: no page waits long for them. */
import type { LearnedDetails } from '#src/clinicians/clinician-details.ts';
import type { Rule } from '#src/errors/rules/table.ts';

/** The parts arrive independently. None of them ever rejects, and undefined means that the EHR does not give it. */
export interface UserReading {
  name: Promise<string | undefined>;
  /** Such as "Cardiology"; plain text of the EHR, for display only. */
  role: Promise<string | undefined>;
  /** Within a tenth of a second: what the EHR has sent by then, or else what it sent at an earlier launch. */
  soon(): Promise<ShownUser>;
  /**
   * Resolves when everything has arrived: whether reading again soon would give the same. It is false after a failure
   * that may pass, such as a directory that is down.
   */
  isFinal: Promise<boolean>;
  /** Why the user's own resource could not be read, for the trace. */
  unread: Promise<UnreadUser | undefined>;
}

export interface UnreadUser {
  rule: Rule;
  warning: string;
  'user answer'?: string;
  'user type'?: string;
}

interface ShownUser {
  name: string | undefined;
  role: string | undefined;
  /** The name may still arrive, so the page does not say that it is missing. */
  isPending: boolean;
}

/** No page waits longer than this for the name of its user. */
const PATIENCE_MS = 100;

/** Puts the parts together as they arrive; none of them may reject. @param parts.stored what an earlier launch has read */
export function userReading(parts: {
  name: UserReading['name'];
  role: UserReading['role'];
  remarks: Promise<string | undefined>;
  unread: UserReading['unread'];
  tokenName: string | undefined;
  stored: Promise<Partial<LearnedDetails> | undefined>;
  hasFailed(): boolean;
}): UserReading {
  const { name, role, remarks, unread, tokenName, stored, hasFailed } = parts;
  const shownOf = (ownName: Arrived, ownRole: Arrived, but: Arrived, before: Awaited<typeof stored>): ShownUser => {
    const known = ownName ? ownName.value : (before?.name ?? tokenName);
    const roles = [ownRole ? ownRole.value : before?.role, but?.value].filter((part) => part !== undefined);
    return { name: known, role: roles.join(' · ') || undefined, isPending: !ownName && known === undefined };
  };
  const wait = async (): Promise<ShownUser> => {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(late.resolve, PATIENCE_MS, undefined);
    const arrived = <T>(part: Promise<T>) => Promise.race([part.then((value) => ({ value })), late.promise]);
    const [ownName, ownRole, but, before] = await Promise.all([
      arrived(name),
      arrived(role),
      arrived(remarks),
      arrived(stored),
    ]);
    clearTimeout(timer);
    return shownOf(ownName, ownRole, but, before?.value);
  };
  // Every page within the hour asks for this: once everything has arrived, it needs no timer.
  let settled: ShownUser | undefined;
  void Promise.all([name, role, remarks]).then(
    (all) => (settled = shownOf(...(all.map((value) => ({ value })) as [Arrived, Arrived, Arrived]), undefined)),
  );
  const soon = async (): Promise<ShownUser> => settled ?? wait();
  return { name, role, soon, unread, isFinal: Promise.all([name, role, remarks]).then(() => !hasFailed()) };
}

/** A part that has arrived, possibly without a value; undefined for a part that has not arrived. */
type Arrived = { value: string | undefined } | undefined;
