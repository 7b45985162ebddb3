/** Limits how much of the store an organization's drafts may take (MT-06). */
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { AppError } from '#src/errors.ts';

/** Some eight thousand drafts a day; with those of two earlier days, the store may hold three times this. */
const MOST_BYTES_A_DAY = 8 * 1_024 * 1_024;
const DAY_MS = 24 * 60 * 60_000;

/** The stored drafts, each with the time when it was saved. */
type Saved = readonly { readonly savedAt: string }[];

/** Counts bytes in Redis by the day of the last save, as drafts outlive a process; a count expires with its drafts. */
export function createDraftRoom(redis: KeyStore, clock: Clock, mostBytes = MOST_BYTES_A_DAY) {
  const dayOf = (instant: string) => instant.slice(0, 10);
  return {
    /** The room of an organization, or of one of its users, for one change of a record; the change may take more than one try. */
    reservation: (whose: string) => {
      let taken = 0;
      return {
        /** Takes the room, in place of an earlier try's. @throws AppError 'request.too-many-forms' */
        take: async (before: Saved, after: Saved): Promise<void> => {
          const today = dayOf(clock().toISOString());
          const bytesOf = (saved: Saved) =>
            Buffer.byteLength(JSON.stringify(saved.filter(({ savedAt }) => dayOf(savedAt) === today)));
          const wanted = bytesOf(after) - bytesOf(before);
          const by = wanted - taken;
          if (by === 0) return;
          const key = `draft-room:${whose}:${today}`;
          const { total } = await redis.count(key, by, DAY_MS);
          if (by < 0 || total <= mostBytes) {
            taken = wanted;
            return;
          }
          await redis.count(key, -by, DAY_MS);
          throw new AppError('request.too-many-forms', "the organization's drafts take all their room", {
            retryAfterSeconds: 600,
          });
        },
      };
    },
  };
}
