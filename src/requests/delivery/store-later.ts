/** What may be stored a little later than it is known. */
import type { StoreRetries } from '#src/launches/session/store-retries.ts';

/** Does it now, or behind the caller's back once the store answers again. */
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
