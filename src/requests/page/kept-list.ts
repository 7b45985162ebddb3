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

type ListOwner = Pick<Launch, 'id' | 'organizationId'>;

/** See {@link createKeptLists}. */
export type KeptLists = ReturnType<typeof createKeptLists>;

/** Nothing on a page is older than this without being read anew. */
const LIFETIME_MS = 60_000;
/** 500 rows with long texts. A list that is larger is read anew for each page instead (MT-06). */
const MOST_BYTES = 786_432;
/** Some eight thousand usual lists within a minute; the next ones are read anew. */
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
  sealer: Pick<Sealer, 'sealCompressed' | 'open' | 'fingerprint' | 'fingerprints'>,
  options: { publicSystem: string; clock: Clock; mostBytes?: number },
) {
  const { publicSystem, clock, mostBytes = MOST_BYTES_PER_ORGANIZATION } = options;
  const room = createPendingBytes({ clock, lifetimeMs: LIFETIME_MS, mostBytes });
  const isNeeded = ([identifier]: [string, string]) =>
    identifier.startsWith(publicSystem) || identifier.startsWith('ServiceRequest/');
  const neededOf = ({ identifiers }: RequestList) => identifiers && [...identifiers].filter(isNeeded);
  const write = async ({ id, organizationId }: ListOwner, sealed: string, asOf: Date): Promise<void> => {
    const key = listKeyOf(id);
    const readAt = `${asOf.getTime()}.${sealer.fingerprint(readAtText(key, String(asOf.getTime()), sealed))}`;
    room.release(key);
    room.take(organizationId, key, { bytes: readAt.length + sealed.length, isKnown: true });
    await redis.set(key, `${readAt}~${sealed}`, LIFETIME_MS);
  };
  /** An older one must not outlive what was read since. */
  const drop = async ({ id }: ListOwner): Promise<undefined> => {
    await redis.delete(listKeyOf(id)).catch(() => undefined);
    return undefined;
  };
  return {
    /** @returns the list sealed, for {@link again}; undefined for one that is too large. */
    keep: async (launch: ListOwner, { asOf, list, ...rest }: KeptList): Promise<string | undefined> => {
      const record: Stored = { ...rest, list: { ...list, identifiers: neededOf(list) } };
      try {
        const sealed = await sealer.sealCompressed(listKeyOf(launch.id), record, MOST_BYTES);
        // A list that finds no room now may find some when the EHR answers the same once more.
        await write(launch, sealed, asOf).catch(() => drop(launch));
        return sealed;
      } catch {
        return drop(launch);
      }
    },
    /** It is known to be out of date, such as after a request of it was cancelled. Never throws. */
    forget: (launchId: string): Promise<void> => redis.delete(listKeyOf(launchId)).catch(() => undefined),
    /** The EHR has just answered the same once more: the list is kept anew, and not sealed again. */
    again: async (launch: ListOwner, sealed: string, asOf: Date): Promise<void> => {
      await write(launch, sealed, asOf).catch(() => drop(launch));
    },
    /** @returns undefined where nothing is kept, or it was not sealed here for this launch (ST-04, ST-08). */
    find: async (launchId: string, now: Date): Promise<KeptList | undefined> => {
      const key = listKeyOf(launchId);
      const [readAt = '', sealed = ''] = (await redis.get(key).catch(() => undefined))?.split('~') ?? [];
      const [ms = '', proof = ''] = readAt.split('.');
      if (!sealer.fingerprints(readAtText(key, ms, sealed)).includes(proof)) return undefined;
      const asOf = new Date(Number(ms));
      if (now.getTime() - asOf.getTime() > LIFETIME_MS) return undefined;
      const record = (await sealer.open(key, sealed).catch(() => undefined)) as Stored | undefined;
      if (!record) return undefined;
      const { identifiers, ...list } = record.list;
      return { ...record, asOf, list: identifiers ? { ...list, identifiers: new Map(identifiers) } : list };
    },
  };
}

/**
 * What proves when a list was read, beside the list, so that it need not be sealed again when it is read again. Its last 18
 * bytes hold its authentication tag, which no other sealed value has.
 */
function readAtText(key: string, ms: string, sealed: string): string {
  return `read ${key} ${ms} ${sealed.slice(-24)}`;
}

/** As JSON has it. */
type Stored = Omit<KeptList, 'asOf' | 'list'> & {
  list: Omit<RequestList, 'identifiers'> & { identifiers: [string, string][] | undefined };
};
