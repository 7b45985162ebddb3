/** The list behind a page once the EHR has answered: known to be the one of the last page, or read now. */
import type { StepFacts } from '#src/diagnostics/traces/trace.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { ReadList } from '#src/requests/chart/asked-list.ts';
import type { RequestList } from '#src/requests/list/list.ts';
import type { KeptList, KeptLists } from './kept-list.ts';
import type { ListReading } from './list-reading.ts';
import type { ListFacts, PageMemory, RememberedPage } from './page-memory.ts';

/** What a page says beside its rows, and the rows where they are not known already. */
export interface FoundList {
  facts: ListFacts;
  /** The page of the very same list. */
  page: RememberedPage | undefined;
  /** Of the page, where it may be remembered. */
  key: string | undefined;
  read(): Promise<ReadList>;
}

/** @param depends what the page depends on besides its list; undefined for one that is not remembered. */
export async function findList(
  pages: PageMemory,
  launch: Launch,
  reading: Pick<ListReading, 'requests'>,
  depends: unknown,
): Promise<FoundList> {
  const asked = await reading.requests;
  const keyOf = (key: string | undefined) =>
    key === undefined || depends === undefined ? undefined : JSON.stringify([key, depends]);
  const known = keyOf(asked.key);
  const page = known === undefined ? undefined : pages.find(launch, known);
  if (page) return { facts: page.list, page, key: known, read: asked.read };
  const read = await asked.read();
  const { open: _open, closed: _closed, ...facts } = read.list;
  return { facts, page: undefined, key: keyOf(read.key), read: async () => read };
}

/** For filters, pages and details. @returns the list sealed; undefined where nothing is kept. */
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
  // There is nothing in it that a filter could show, or it is to be read again soon.
  return isEmpty(list) ? undefined : keptLists.keep(launch, { ...of, list });
}

function isEmpty({ open, closed }: RequestList): boolean {
  return open.length + closed.length === 0;
}

/** How it went, not what is on the list. */
export function requestFacts({ problem, notices, hasOthers = false }: ListFacts): StepFacts {
  const { kind, status, issues, rule } = problem ?? {};
  return {
    rule: rule ?? (hasOthers ? 'fhir.others-in-search' : undefined),
    problem: kind,
    status,
    'issue codes': issues,
    'notices on the page': notices.length,
    warning: problem?.text ?? (hasOthers ? 'requests of another patient came and are not shown' : undefined),
  };
}
