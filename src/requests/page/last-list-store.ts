/** Keeps the list that a launch read last, so that its filters, pages and details need no call to the EHR. */
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import { listKeyOf } from '#src/launches/session/launch-record.ts';
import { createPendingBytes } from '#src/launches/session/pending-bytes.ts';
import type { PatientSummary } from '#src/patients/patient.ts';
import type { RequestList } from '#src/requests/list/list.ts';

export interface KeptList {
  readonly asOf: Date;
  readonly patient: PatientSummary;
  /** The signed-in user, as far as name and role were known when the list was read. */
  readonly user: { readonly name: string | undefined; readonly role: string | undefined; readonly isPending: boolean };
  readonly list: RequestList;
}

type ListOwner = Pick<Launch, 'id' | 'organizationId'>;

export type KeptLists = ReturnType<typeof createKeptLists>;

/** A kept list that is older than this is read anew. */
const LIFETIME_MS = 60_000;
/** Room for 500 rows with long texts. A larger list is not kept but read anew for each page (MT-06). */
const MOST_BYTES = 786_432;
/** Room for some eight thousand usual lists within a minute; further lists are read anew. */
const MOST_BYTES_PER_ORGANIZATION = 32 * 1_024 * 1_024;

/**
 * One sealed record per launch, deleted with it. It only saves calls: without store or room, nothing is kept and
 * nothing fails. @param options.publicSystem the start of our identifiers: of a list's, only these and the FHIR ids are
 * kept.
 * @param options.mostBytes of one organization's lists in each process (MT-06).
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
  /** Deletes the older record, because it must not outlive a newer reading. */
  const drop = async ({ id }: ListOwner): Promise<undefined> => {
    await redis.delete(listKeyOf(id)).catch(() => undefined);
    return undefined;
  };
  return {
    /** @returns the sealed list, for {@link again}; undefined for a list that is too large. */
    keep: async (launch: ListOwner, { asOf, list, ...rest }: KeptList): Promise<string | undefined> => {
      const record: Stored = { ...rest, list: { ...list, identifiers: neededOf(list) } };
      try {
        const sealed = await sealer.sealCompressed(listKeyOf(launch.id), record, MOST_BYTES);
        // The sealed list is returned even without room now: there may be room when the EHR gives the same answers
        // again.
        await write(launch, sealed, asOf).catch(() => drop(launch));
        return sealed;
      } catch {
        return drop(launch);
      }
    },
    /** For a list that is known to be out of date, such as after a request of it was cancelled. Never throws. */
    forget: (launchId: string): Promise<void> => redis.delete(listKeyOf(launchId)).catch(() => undefined),
    /** Keeps the list anew without sealing it again, because the EHR has just given the same answers. */
    again: async (launch: ListOwner, sealed: string, asOf: Date): Promise<void> => {
      await write(launch, sealed, asOf).catch(() => drop(launch));
    },
    /** @returns undefined where nothing is kept, or where this app did not seal it for this launch (ST-04, ST-08). */
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

/** Its keyed fingerprint proves when a list was read; the end of `sealed` holds its authentication tag (18 bytes). */
function readAtText(key: string, ms: string, sealed: string): string {
  return `read ${key} ${ms} ${sealed.slice(-24)}`;
}

/** The record as JSON holds it: a Map is a list of pairs. */
type Stored = Omit<KeptList, 'asOf' | 'list'> & {
  list: Omit<RequestList, 'identifiers'> & { identifiers: [string, string][] | undefined };
};
