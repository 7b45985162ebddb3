/** A bound on launches that are begun and not finished: floods stop, busy hospitals do not (LA-15). */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createLimiter } from './limiter.ts';
import { createVisitorLimiter } from './visitor-limit.ts';

const WINDOW = { seconds: 60, code: 'request.too-many' } as const;
/** A whole hospital can sit behind one address. */
const UNFINISHED_PER_ADDRESS = 300;
/** A fifth of the organization's: one customer's networks leave room for the others. */
const UNFINISHED_PER_NETWORK = 600;
const UNFINISHED_PER_ORGANIZATION = 3_000;
/** As from one address: a station's shared browser is busy, and one copied cookie must not stop the others. */
const UNFINISHED_PER_KNOWN_BROWSER = 300;

export type LaunchLimit = ReturnType<typeof createLaunchLimit>;

/**
 * Counts unfinished launches over all instances: of strangers per visitor and per organization, of known browsers per
 * browser and in a share of the organization that strangers cannot take. `browser` names one that launched here before.
 */
export function createLaunchLimit(redis: KeyStore) {
  const limit = (name: string, points: number) => createLimiter(redis, { name, points, ...WINDOW });
  const byAddress = createVisitorLimiter(redis, {
    name: 'launch-address',
    points: UNFINISHED_PER_ADDRESS,
    networkPoints: UNFINISHED_PER_NETWORK,
    ...WINDOW,
  });
  const byOrganization = limit('launch', UNFINISHED_PER_ORGANIZATION);
  const byBrowser = limit('launch-browser', UNFINISHED_PER_KNOWN_BROWSER);
  const ofKnown = limit('launch-known', UNFINISHED_PER_ORGANIZATION);
  return {
    /** @throws AppError 'request.too-many' with Retry-After. */
    begin: async (organizationId: string, address: string | undefined, browser?: string): Promise<void> => {
      // One after the other: what one visitor is refused never counts for its organization, or it could shut out a hospital.
      if (browser === undefined) {
        await byAddress.take(address, organizationId);
        await byOrganization.take(organizationId);
      } else {
        await byBrowser.take(`${organizationId} ${browser}`);
        await ofKnown.take(organizationId);
      }
    },
    /** A launch that was completed gives its place back, so only those that never arrive count. Never rejects. */
    finish: async (organizationId: string, address: string | undefined, browser?: string): Promise<void> => {
      await Promise.all(
        browser === undefined
          ? [byAddress.giveBack(address, organizationId), byOrganization.giveBack(organizationId)]
          : [byBrowser.giveBack(`${organizationId} ${browser}`), ofKnown.giveBack(organizationId)],
      );
    },
  };
}
