/** A list in two steps: the EHR is asked for every page, and what it answers is read only where it is not known already. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { agedBy } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { RequestList } from '#src/requests/list/list.ts';
import type { FhirAnswer } from '#src/smart/fhir/fhir-answer.ts';
import { steadyUntil } from '#src/smart/fhir/unchanged-until.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

/** A list with the name of everything that it depends on: two with one key are the same list. */
export interface ReadList {
  list: RequestList;
  /** Undefined where it cannot be told by its answers. */
  key: string | undefined;
  /** ms since 1970; from then on its words may be others. */
  steadyUntil: number;
}

/** A list whose answers have come. */
export interface AskedList {
  /** What the list that was not read yet depends on; undefined where that is not known before. */
  key: string | undefined;
  read(): Promise<ReadList>;
}

/** How one list is read. */
export interface ListSource {
  launchId: string;
  api: FhirApi;
  now: Date;
  /** All that it depends on but the answers and {@link ListSource.user}. */
  basis: string;
  /** What the user is called; it may still be on its way. */
  user(): Promise<string | undefined>;
  load(api: FhirApi): Promise<RequestList>;
}

const MOST_KEPT = 2_000;
const KEPT_MS = 60 * 60_000;

/**
 * One per process. Of each launch it keeps which reads its list was made of, and no answer: the same reads are sent again
 * for its next page, and their answers alone say whether it is the same list.
 */
export function createAskedLists(clock: Clock) {
  const sent = new LRUCache<string, { basis: string; paths: readonly string[] }>({
    max: MOST_KEPT,
    ttl: KEPT_MS,
    ...agedBy(clock),
  });

  const readWith = async (source: ListSource, api: FhirApi): Promise<ReadList> => {
    const { launchId, basis, now } = source;
    const noted = note(api, now);
    const [list, user] = await Promise.all([source.load(noted.api), source.user()]);
    const answers = noted.answers();
    if (!answers || list.problem) sent.delete(launchId);
    else sent.set(launchId, { basis, paths: answers.map(({ path }) => path) });
    const key = answers && !list.problem ? keyOf(basis, user, answers) : undefined;
    return { list, key, steadyUntil: noted.steadyUntil() };
  };

  return {
    ask: async (source: ListSource): Promise<AskedList> => {
      const { launchId, api, basis } = source;
      const known = sent.get(launchId);
      if (known?.basis !== basis) {
        const read = await readWith(source, api);
        return { key: read.key, read: async () => read };
      }
      const ahead = new Map(known.paths.map((path) => [path, api.ask(path)]));
      const [user, ...came] = await Promise.all([
        source.user(),
        // A read that fails fails again where the list is read, which knows what to say of it.
        ...Array.from(ahead, ([path, answer]) =>
          answer.then(({ digest }) => ({ path, digest })).catch(() => undefined),
        ),
      ]);
      const answers = came.filter((answer) => answer !== undefined);
      const key = answers.length === ahead.size ? keyOf(basis, user, answers) : undefined;
      return { key, read: () => readWith(source, handing(api, ahead)) };
    },
    forget: (launchId: string): void => void sent.delete(launchId),
  };
}

function keyOf(basis: string, user: string | undefined, answers: readonly { path: string; digest: string }[]): string {
  return hash(
    'sha256',
    JSON.stringify([basis, user ?? null, answers.map(({ path, digest }) => [path, digest])]),
    'base64url',
  );
}

/** Each read as it was sent ahead, once; every other read is sent. */
function handing(api: FhirApi, ahead: Map<string, Promise<FhirAnswer>>): FhirApi {
  return withAsk(api, (path) => {
    const answer = ahead.get(path) ?? api.ask(path);
    ahead.delete(path);
    return answer;
  });
}

/** Notes what is read. Only reads that depend on no other answer can be sent ahead: what is asked for after one spoils it. */
function note(api: FhirApi, now: Date) {
  const answers: { path: string; digest: string }[] = [];
  let isPlain = true;
  let steady = Infinity;
  let begun = 0;
  const noting = withAsk(api, async (path) => {
    const at = (begun += 1) - 1;
    isPlain &&= answers.length === 0;
    const answer = await api.ask(path);
    answers[at] = { path, digest: answer.digest };
    steady = Math.min(steady, steadyUntil(answer.text(), now));
    return answer;
  });
  return {
    api: {
      ...noting,
      batch: (bundle) => {
        isPlain = false;
        return api.batch(bundle);
      },
    } satisfies FhirApi,
    answers: () => (isPlain && begun > 0 && answers.filter(Boolean).length === begun ? answers : undefined),
    steadyUntil: () => steady,
  };
}

function withAsk(api: FhirApi, ask: FhirApi['ask']): FhirApi {
  const get: FhirApi['get'] = async (path, onBytes) => {
    const answer = await ask(path);
    onBytes?.(answer.size);
    return answer.resource();
  };
  return { ...api, ask, get };
}
