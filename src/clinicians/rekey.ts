/** After a rotation of APP_SECRETS: rows kept under an older secret move to the current one, so that the old one can go. */
import { type Queries, withoutQuery } from '#src/adapters/database/index.ts';
import type { Log } from '#src/adapters/log.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { lookupsOf, openIdentity, openName, sealIdentity, sealName } from './clinician-details.ts';
import { listCliniciansAfter, updateClinician } from './clinician-store.ts';
import { listIdentitiesAfter, updateIdentity } from './identity-store.ts';

/** A run under way. */
export interface Rekeying {
  /** When every row has had its turn, or the database failed. */
  done: Promise<void>;
  /** Resolves when it has ended, at the next row at the latest. */
  stop(): Promise<void>;
}

const BATCH = 200;

/**
 * Begins at once, in the background; launches do not wait for it, because they find rows under any secret. With one
 * secret there is nothing to do.
 *
 * @param deps.secretCount how many secrets are configured.
 */
export function rekeyClinicians(deps: { db: Queries; sealer: Sealer; log: Log; secretCount: number }): Rekeying {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async () => {
    const moved = (await moveIdentities(deps, signal)) + (await moveNames(deps, signal));
    if (moved > 0) deps.log.info({ moved }, 'clinicians are kept under the current secret now');
  };
  const running =
    deps.secretCount < 2
      ? Promise.resolve()
      : run().catch((error: unknown) =>
          deps.log.warn({ err: withoutQuery(error) }, 'clinicians are still kept under an older secret'),
        );
  return {
    done: running,
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

async function moveIdentities({ db, sealer }: { db: Queries; sealer: Sealer }, signal: AbortSignal): Promise<number> {
  let moved = 0;
  for (let after: Parameters<typeof listIdentitiesAfter>[1]; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- batch by batch, so that memory stays small
    const rows = await listIdentitiesAfter(db, after, BATCH);
    for (const row of rows) {
      if (signal.aborted) return moved;
      if (sealer.isCurrent(row.details)) continue;
      // oxlint-disable-next-line no-await-in-loop -- one row after the other leaves the database to launches
      const details = await openIdentity(sealer, row);
      if (!details) continue;
      const { organizationId } = row;
      const [lookup] = lookupsOf(sealer, organizationId, details);
      // oxlint-disable-next-line no-await-in-loop
      const sealed = await sealIdentity(sealer, { organizationId, lookup }, details);
      // oxlint-disable-next-line no-await-in-loop
      await updateIdentity(db, organizationId, row.lookup, { lookup, details: sealed });
      moved += 1;
    }
    after = rows.at(-1);
    if (rows.length < BATCH) return moved;
  }
}

async function moveNames({ db, sealer }: { db: Queries; sealer: Sealer }, signal: AbortSignal): Promise<number> {
  let moved = 0;
  for (let after: string | undefined; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- as above
    const rows = await listCliniciansAfter(db, after, BATCH);
    for (const row of rows) {
      if (signal.aborted) return moved;
      if (sealer.isCurrent(row.details)) continue;
      // oxlint-disable-next-line no-await-in-loop
      const name = await openName(sealer, row);
      if (name === undefined) continue;
      // oxlint-disable-next-line no-await-in-loop
      const details = await sealName(sealer, row.id, name);
      // oxlint-disable-next-line no-await-in-loop
      await updateClinician(db, row.organizationId, row.id, { details });
      moved += 1;
    }
    after = rows.at(-1)?.id;
    if (rows.length < BATCH) return moved;
  }
}
