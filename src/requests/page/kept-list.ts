/** A launch's list as it was read last, so that filters, pages and details of it cost the EHR no call. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { type Sealer, TooLargeError } from '#src/adapters/seal.ts';
import { listKeyOf } from '#src/launches/session/launch-record.ts';
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

/**
 * One record per launch, sealed and bound to its key; it goes with the launch (launches/session/store.ts). It only saves calls: where the store does not answer, or the list is
 * too large, nothing is kept and nothing fails.
 *
 * @param publicSystem the start of the identifiers that we give to requests: no others are looked for later.
 */
export function createKeptLists(redis: KeyStore, sealer: Sealer, publicSystem: string) {
  const isNeeded = (identifier: string) =>
    identifier.startsWith(publicSystem) || identifier.startsWith('ServiceRequest/');
  return {
    keep: async (launchId: string, { asOf, list, ...rest }: KeptList): Promise<void> => {
      const identifiers = list.identifiers && [...list.identifiers].filter(isNeeded);
      const record: Stored = { asOf: asOf.toISOString(), ...rest, list: { ...list, identifiers } };
      try {
        const sealed = await sealer.seal(listKeyOf(launchId), record, MOST_BYTES);
        await redis.set(listKeyOf(launchId), sealed, LIFETIME_MS);
      } catch (error) {
        // An older one must not outlive what was read since.
        if (error instanceof TooLargeError) await redis.delete(listKeyOf(launchId)).catch(() => undefined);
      }
    },
    /** @returns undefined where nothing is kept, or it was not sealed here for this launch (ST-04, ST-08). */
    find: async (launchId: string, now: Date): Promise<KeptList | undefined> => {
      const sealed = await redis.get(listKeyOf(launchId)).catch(() => undefined);
      const record =
        sealed && ((await sealer.open(listKeyOf(launchId), sealed).catch(() => undefined)) as Stored | undefined);
      if (!record) return undefined;
      const asOf = new Date(record.asOf);
      if (now.getTime() - asOf.getTime() > LIFETIME_MS) return undefined;
      const { identifiers, ...list } = record.list;
      return { ...record, asOf, list: identifiers ? { ...list, identifiers: new Set(identifiers) } : list };
    },
  };
}

/** As JSON has it. */
type Stored = Omit<KeptList, 'asOf' | 'list'> & {
  asOf: string;
  list: Omit<RequestList, 'identifiers'> & { identifiers: string[] | undefined };
};
