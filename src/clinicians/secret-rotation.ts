/** After a rotation of APP_SECRETS, moves rows to the current secret, so that the old one can be removed. */
import { type Queries, withoutQuery } from '#src/adapters/database/index.ts';
import type { Log } from '#src/adapters/log.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { lookupsOf, openIdentity, openName, sealIdentity, sealName } from './clinician-details.ts';
import { type ClinicianRow, cliniciansOf, type IdentityRow, listCliniciansAfter } from './clinician-store.ts';
import { identitiesOf, listIdentitiesAfter } from './identity-store.ts';

const BATCH = 200;

/** Runs in the background; launches find rows under any secret. With one secret there is nothing to do. */
export function moveToCurrentSecret(deps: { db: Queries; sealer: Sealer; log: Log; secretCount: number }) {
  const { db, sealer, log, secretCount } = deps;
  const stopping = new AbortController();

  async function moveAll<Row extends { details: string }>(
    listAfter: (db: Queries, after: Row | undefined, limit: number) => Promise<Row[]>,
    move: (row: Row) => Promise<boolean>,
  ): Promise<number> {
    let moved = 0;
    for (let after: Row | undefined; ; ) {
      // oxlint-disable-next-line no-await-in-loop -- batch by batch, so that memory stays small
      const rows = await listAfter(db, after, BATCH);
      for (const row of rows) {
        if (stopping.signal.aborted) return moved;
        // oxlint-disable-next-line no-await-in-loop -- one row after the other leaves the database to launches
        if (!sealer.isCurrent(row.details) && (await move(row))) moved += 1;
      }
      after = rows.at(-1);
      if (rows.length < BATCH) return moved;
    }
  }

  const moveIdentity = async (row: IdentityRow) => {
    const { organizationId } = row;
    const users = identitiesOf(db, organizationId);
    const details = await openIdentity(sealer, row);
    if (!details) return false;
    const [lookup] = lookupsOf(sealer, organizationId, details);
    // An instance without this secret may have created a second row: it stays, and the other rows still move.
    if (lookup !== row.lookup && (await users.find([lookup]))) return false;
    const sealed = await sealIdentity(sealer, { organizationId, lookup }, details);
    await users.update(row.lookup, { lookup, details: sealed });
    return true;
  };

  const moveName = async (row: ClinicianRow) => {
    const name = await openName(sealer, row);
    if (name === undefined) return false;
    const details = await sealName(sealer, row.id, name);
    return cliniciansOf(db, row.organizationId).update(row.id, { details });
  };

  const run = async () => {
    const moved = (await moveAll(listIdentitiesAfter, moveIdentity)) + (await moveAll(listCliniciansAfter, moveName));
    if (moved > 0) log.info({ moved }, 'clinicians are kept under the current secret now');
  };
  const running = (secretCount < 2 ? Promise.resolve() : run()).catch((error: unknown) =>
    log.warn({ err: withoutQuery(error) }, 'clinicians are still kept under an older secret'),
  );
  return {
    /** Resolves when every row was processed or the database failed. */
    done: running,
    /** Stops before the next row; resolves when the run has ended. */
    stop: (): Promise<void> => {
      stopping.abort();
      return running;
    },
  };
}
