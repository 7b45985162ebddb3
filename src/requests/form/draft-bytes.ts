/** Limits how much of the store the drafts of a user and of an organization may take (MT-06). */
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { AppError } from '#src/errors.ts';
import { type FormOwner, ownerHash } from './form-ticket.ts';

/** A day; with the drafts of two earlier days, the store may hold three times this. No user takes all of it. */
const MOST_BYTES = { organization: 8 * 1_024 * 1_024, user: 1_024 * 1_024 } as const;
/** What a draft takes besides what was typed. It counts as one size, so that no outcome of a post is refused. */
const BYTES_BESIDE = 512;
const DAY_MS = 24 * 60 * 60_000;

/** The stored drafts, each with the time when it was saved. */
type Saved = readonly { readonly savedAt: string; readonly values: object }[];

/** Counts bytes in Redis by the day of the last save, as drafts outlive a process; a count expires with its drafts. */
export function createDraftRoom(
  redis: KeyStore,
  clock: Clock,
  most: Record<keyof typeof MOST_BYTES, number> = MOST_BYTES,
) {
  /** Each try of the change takes room in place of the one before; without a change, none. @throws 'request.no-room' */
  return async (
    owner: FormOwner,
    change: (take: (before: Saved, after: Saved) => Promise<void>) => Promise<boolean>,
  ): Promise<boolean> => {
    const today = clock().toISOString().slice(0, 10);
    const counts = [
      [`draft-room:${ownerHash({ ...owner, patientId: '' })}:${today}`, most.user, 'your unsent requests'],
      [`draft-room:${owner.organizationId}:${today}`, most.organization, "your organization's unsent requests"],
    ] as const;
    const bytesOf = (saved: Saved) =>
      saved
        .filter(({ savedAt }) => savedAt.startsWith(today))
        .reduce((sum, { values }) => sum + BYTES_BESIDE + Buffer.byteLength(JSON.stringify(values)), 0);
    let taken = 0;
    const setTo = async (wanted: number): Promise<void> => {
      const by = wanted - taken;
      if (by === 0) return;
      taken = wanted;
      const totals = await Promise.all(counts.map(([key]) => redis.count(key, by, DAY_MS)));
      const full = by > 0 && counts.find(([, mostBytes], at) => (totals[at]?.total ?? 0) > mostBytes);
      if (full) throw noRoom(full[2], clock());
    };
    let isChanged = false;
    try {
      isChanged = await change((before, after) => setTo(bytesOf(after) - bytesOf(before)));
      return isChanged;
    } finally {
      if (!isChanged) await setTo(0).catch(() => undefined);
    }
  };
}

/** @param whose in words. */
function noRoom(whose: string, now: Date): AppError {
  const retryAfterSeconds = Math.ceil((DAY_MS - (now.getTime() % DAY_MS)) / 1_000);
  const hours = Math.ceil(retryAfterSeconds / 3_600);
  const shown = `The room for ${whose} is full. There is room again in ${hours} ${hours === 1 ? 'hour' : 'hours'}.`;
  return new AppError('request.no-room', `${whose} take all their room`, { retryAfterSeconds, shown });
}
