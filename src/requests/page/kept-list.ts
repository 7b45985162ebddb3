/** A launch's list as it was read last, so that filters, pages and details of it cost the EHR no call. */
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import { listKeyOf } from '#src/launches/session/launch-record.ts';
import { createPendingBytes } from '#src/launches/session/pending-bytes.ts';
import type { PatientSummary } from '#src/patients/patient.ts';
import type { RequestList } from '#src/requests/list/list.ts';

/** What one reading of the chart gave. */
export interface KeptList {
  readonly asOf: Date;
  readonly patient: PatientSummary;
  /** Who was signed in, as far as it was known by then. */
  readonly user: { readonly name: string | undefined; readonly role: string | undefined; readonly isPending: boolean };
  readonly list: RequestList;
}

/** See {@link createKeptLists}. */
export type KeptLists = ReturnType<typeof createKeptLists>;

/** Nothing on a page is older than this without being read anew. */
const LIFETIME_MS = 60_000;
/** 500 rows with long texts. A list that is larger is read anew for each page instead (MT-06). */
const MOST_BYTES = 786_432;
/** A thousand usual lists within a minute; the next ones are read anew. */
const MOST_BYTES_PER_ORGANIZATION = 32 * 1_024 * 1_024;

/**
 * One record per launch, sealed and bound to its key; it goes with the launch (launches/session/store.ts). It only saves
 * calls: where the store does not answer, the list is too large, or an organization's lists have no room left, nothing is
 * kept and nothing fails.
 *
 * @param options.publicSystem the start of the identifiers that we give to requests: no others are looked for later.
 * @param options.mostBytes of one organization's lists at a time, for each process (MT-06).
 */
export function createKeptLists(
  redis: KeyStore,
  sealer: Sealer,
  options: { publicSystem: string; clock: Clock; mostBytes?: number },
) {
  const { publicSystem, clock, mostBytes = MOST_BYTES_PER_ORGANIZATION } = options;
  const room = createPendingBytes({ clock, lifetimeMs: LIFETIME_MS, mostBytes });
  const isNeeded = ([identifier]: [string, string]) =>
    identifier.startsWith(publicSystem) || identifier.startsWith('ServiceRequest/');
  return {
    keep: async (launch: Pick<Launch, 'id' | 'organizationId'>, { asOf, list, ...rest }: KeptList): Promise<void> => {
      const key = listKeyOf(launch.id);
      const identifiers = list.identifiers && [...list.identifiers].filter(isNeeded);
      const record: Stored = { asOf: asOf.toISOString(), ...rest, list: { ...list, identifiers } };
      try {
        const sealed = await sealer.seal(key, record, MOST_BYTES);
        room.release(key);
        room.take(launch.organizationId, key, { bytes: sealed.length, isKnown: true });
        await redis.set(key, sealed, LIFETIME_MS);
      } catch {
        // An older one must not outlive what was read since.
        await redis.delete(key).catch(() => undefined);
      }
    },
    /** It is known to be out of date, such as after a request of it was cancelled. Never throws. */
    forget: (launchId: string): Promise<void> => redis.delete(listKeyOf(launchId)).catch(() => undefined),
    /** @returns undefined where nothing is kept, or it was not sealed here for this launch (ST-04, ST-08). */
    find: async (launchId: string, now: Date): Promise<KeptList | undefined> => {
      const sealed = await redis.get(listKeyOf(launchId)).catch(() => undefined);
      const record =
        sealed && ((await sealer.open(listKeyOf(launchId), sealed).catch(() => undefined)) as Stored | undefined);
      if (!record) return undefined;
      const asOf = new Date(record.asOf);
      if (now.getTime() - asOf.getTime() > LIFETIME_MS) return undefined;
      const { identifiers, ...list } = record.list;
      return { ...record, asOf, list: identifiers ? { ...list, identifiers: new Map(identifiers) } : list };
    },
  };
}

/** As JSON has it. */
type Stored = Omit<KeptList, 'asOf' | 'list'> & {
  asOf: string;
  list: Omit<RequestList, 'identifiers'> & { identifiers: [string, string][] | undefined };
};
