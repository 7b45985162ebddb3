/** Stores what may be recorded a little later than it is known. */
import type { StoreRetries } from '#src/launches/session/store-retries.ts';

/** Stores at once, or in the background as soon as the store answers again. */
export async function soon(
  { retries }: { retries: Pick<StoreRetries, 'insist'> },
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch {
    retries.insist(work);
  }
}
