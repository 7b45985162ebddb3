/** Reads a list in two steps: each page calls the EHR, but the answers are parsed only if they have changed. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { agedBy } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { RequestList } from '#src/requests/list/list.ts';
import type { FhirAnswer } from '#src/smart/fhir/fhir-answer.ts';
import { steadyUntil } from '#src/smart/fhir/unchanged-until.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

/** A list with a key of everything that it depends on: two lists with the same key are the same list. */
export interface ReadList {
  list: RequestList;
  /** Undefined where the answers do not identify the list. */
  key: string | undefined;
}

/** A list whose answers have arrived; they may not be parsed yet. */
export interface AskedList {
  /** The key of the list before it is parsed; undefined where it is known only afterwards. */
  key: string | undefined;
  /** Until when the words of a list that was read from the same answers at `readAt` stay true, in ms since 1970. */
  steadyUntil(readAt: Date): number;
  read(): Promise<ReadList>;
}

export interface ListSource {
  launchId: string;
  api: FhirApi;
  /** Everything that the list depends on, except the answers and {@link ListSource.user}. */
  basis: string;
  /** The user's name, which may still be loading. */
  user(): Promise<string | undefined>;
  load(api: FhirApi): Promise<RequestList>;
}

const MOST_KEPT = 2_000;
const KEPT_MS = 60 * 60_000;

/**
 * There is one per process. For each launch it keeps the paths of the reads that its list was made of, and no answer.
 * The next page sends the same reads again, and only their answers decide whether the list is the same.
 */
export function createAskedLists(clock: Clock) {
  const lastReads = new LRUCache<string, { basis: string; paths: readonly string[] }>({
    max: MOST_KEPT,
    ttl: KEPT_MS,
    ...agedBy(clock),
  });

  const readWith = async (source: ListSource, api: FhirApi): Promise<ReadList> => {
    const { launchId, basis } = source;
    const recording = recordReads(api);
    const [list, user] = await Promise.all([source.load(recording.api), source.user()]);
    const answers = recording.answers();
    if (!answers || list.problem) lastReads.delete(launchId);
    else lastReads.set(launchId, { basis, paths: answers.map(({ path }) => path) });
    const key = answers && !list.problem ? keyOf(basis, user, answers) : undefined;
    return { list, key };
  };

  return {
    ask: async (source: ListSource): Promise<AskedList> => {
      const { launchId, api, basis } = source;
      const known = lastReads.get(launchId);
      if (known?.basis !== basis) {
        const read = await readWith(source, api);
        return { key: read.key, steadyUntil: () => 0, read: async () => read };
      }
      const ahead = new Map(known.paths.map((path) => [path, api.ask(path)]));
      const [user, ...settled] = await Promise.all([
        source.user(),
        // A read that fails here fails again in `read`, which describes the failure.
        ...Array.from(ahead, ([path, answer]) =>
          answer.then((one) => ({ path, digest: one.digest, text: one.text })).catch(() => undefined),
        ),
      ]);
      const answers = settled.filter((answer) => answer !== undefined);
      return {
        key: answers.length === ahead.size ? keyOf(basis, user, answers) : undefined,
        steadyUntil: (readAt) => Math.min(...answers.map(({ text }) => steadyUntil(text(), readAt))),
        read: () => readWith(source, answeringFrom(ahead, api)),
      };
    },
    forget: (launchId: string): void => void lastReads.delete(launchId),
  };
}

function keyOf(basis: string, user: string | undefined, answers: readonly { path: string; digest: string }[]): string {
  const digests = answers.map(({ path, digest }) => [path, digest]);
  return hash('sha256', JSON.stringify([basis, user ?? null, digests]), 'base64url');
}

/** Uses the answer of each read that was sent ahead, once. Any other read is sent. */
function answeringFrom(ahead: Map<string, Promise<FhirAnswer>>, api: FhirApi): FhirApi {
  return withAsk(api, (path) => {
    const answer = ahead.get(path) ?? api.ask(path);
    ahead.delete(path);
    return answer;
  });
}

/** Only reads that depend on no answer can be sent ahead: no key if one began after an answer, or needed a batch. */
function recordReads(api: FhirApi) {
  const answers: { path: string; digest: string }[] = [];
  let isPlain = true;
  let begun = 0;
  const recording = withAsk(api, async (path) => {
    const at = (begun += 1) - 1;
    isPlain &&= answers.length === 0;
    const answer = await api.ask(path);
    answers[at] = { path, digest: answer.digest };
    return answer;
  });
  return {
    api: {
      ...recording,
      batch: (bundle) => {
        isPlain = false;
        return api.batch(bundle);
      },
    } satisfies FhirApi,
    answers: () => (isPlain && begun > 0 && answers.filter(Boolean).length === begun ? answers : undefined),
  };
}

function withAsk(api: FhirApi, ask: FhirApi['ask']): FhirApi {
  const get: FhirApi['get'] = async (path, onAnswer) => {
    const answer = await ask(path);
    onAnswer?.(answer);
    return answer.resource();
  };
  return { ...api, ask, get };
}
