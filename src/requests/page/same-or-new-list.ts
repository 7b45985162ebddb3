/** Finds the list of a page after the EHR has answered: the list of the last page, if it is unchanged, or a new one. */
import type { StepFacts } from '#src/diagnostics/traces/trace.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { Introspected } from '#src/launches/tokens/introspect.ts';
import type { ReadList } from '#src/requests/chart/parse-if-changed.ts';
import type { ChartReading } from '#src/requests/chart/read-ahead.ts';
import type { UserReading } from '#src/requests/chart/user-reading.ts';
import type { KeptList, KeptLists } from './last-list-store.ts';
import type { ListFacts, PageMemory, RememberedPage } from './rendered-pages.ts';

/** What a page shows besides its rows, and a way to read the rows. */
export interface FoundList {
  facts: ListFacts;
  page: RememberedPage | undefined;
  /** The key under which the page may be remembered; undefined where it may not be. */
  key: string | undefined;
  read(): Promise<ReadList>;
}

/** Waits for the EHR's answers. @param besides what else the page depends on; undefined: not remembered. */
export async function findList(
  pages: PageMemory,
  launch: Launch,
  reading: Pick<ListReading, 'requests'>,
  besides: unknown,
): Promise<FoundList> {
  const asked = await reading.requests;
  const keyOf = (key: string | undefined) =>
    key === undefined || besides === undefined ? undefined : JSON.stringify([key, besides]);
  const known = keyOf(asked.key);
  const page = known === undefined ? undefined : pages.find(launch, known, asked.steadyUntil);
  if (page) return { facts: page.list, page, key: known, read: asked.read };
  const read = await asked.read();
  const { open: _open, closed: _closed, ...facts } = read.list;
  return { facts, page: undefined, key: keyOf(read.key), read: async () => read };
}

/** Keeps the list for filters, pages and details. @returns the sealed list; undefined where nothing is kept. */
export async function keepList(
  keptLists: KeptLists,
  launch: Launch,
  { page, read }: FoundList,
  of: Omit<KeptList, 'list'>,
): Promise<string | undefined> {
  if (page) {
    await keptLists.again(launch, page.sealed, of.asOf);
    return page.sealed;
  }
  const { list } = await read();
  // An empty list has no rows to filter, and the next page reads it anew.
  return list.open.length + list.closed.length === 0 ? undefined : keptLists.keep(launch, { ...of, list });
}

/** How the reading went, without anything on the list. @param introspected what the EHR said of the token. */
export function requestFacts({ problem, notices, broke }: ListFacts, introspected?: Introspected): StepFacts {
  const { kind, status, issues, rule } = problem ?? {};
  const ofToken = introspected?.isUnusable ? 'the EHR did not confirm the access token' : undefined;
  const warning = broke ? 'something of the EHR’s answer is not in the list; its notes say what' : ofToken;
  return {
    rule: rule ?? broke ?? (ofToken && 'refresh.not-confirmed'),
    'introspection answer': introspected?.answer,
    problem: kind,
    status,
    'issue codes': issues,
    'notices on the page': notices.length,
    warning: problem?.text ?? warning,
  };
}

export type ListReading = Pick<ChartReading, 'startedAt' | 'patient' | 'requests'> & {
  readonly user: Pick<UserReading, 'soon'> & Partial<Pick<UserReading, 'unread'>>;
};

/** A kept list in the form of a completed reading. */
export function readingOf({ asOf, patient, user, list }: KeptList): ListReading {
  return {
    startedAt: asOf,
    patient: Promise.resolve(patient),
    requests: Promise.resolve({ key: undefined, steadyUntil: () => 0, read: async () => ({ list, key: undefined }) }),
    user: { soon: async () => user },
  };
}
