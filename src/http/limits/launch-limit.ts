/** A bound on launches that are begun and not finished: floods stop, busy hospitals do not (LA-15). */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createLimiter } from './limiter.ts';
import { createVisitorLimiter } from './visitor-limit.ts';

/**
 * Counts unfinished launches over all instances: of strangers per visitor and per organization, of known browsers per
 * browser and in a share of the organization that strangers cannot take.
 *
 * `address` is as `request.ip` tells it; `browser` is the name of a browser that launched here before.
 */
export interface LaunchLimit {
  /** @throws AppError 'request.too-many' with Retry-After. */
  begin(organizationId: string, address: string | undefined, browser?: string): Promise<void>;
  /** A launch that was completed gives its place back, so only those that never arrive count. Never rejects. */
  finish(organizationId: string, address: string | undefined, browser?: string): Promise<void>;
}

const WINDOW = { seconds: 60, code: 'request.too-many' } as const;
/** A whole hospital can sit behind one address. */
const UNFINISHED_PER_ADDRESS = 300;
/** A fifth of the organization's: one customer's networks leave room for the others. */
const UNFINISHED_PER_NETWORK = 600;
const UNFINISHED_PER_ORGANIZATION = 3_000;
/** As from one address: a station's shared browser is busy, and one copied cookie must not stop the others. */
const UNFINISHED_PER_KNOWN_BROWSER = 300;

/** One per app. */
export function createLaunchLimit(redis: KeyStore): LaunchLimit {
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
    // One after the other: what one visitor is refused never counts for its organization, or it could shut out a hospital.
    begin: async (organizationId, address, browser) => {
      if (browser === undefined) {
        await byAddress.take(address, organizationId);
        await byOrganization.take(organizationId);
      } else {
        await byBrowser.take(`${organizationId} ${browser}`);
        await ofKnown.take(organizationId);
      }
    },
    finish: async (organizationId, address, browser) => {
      await Promise.all(
        browser === undefined
          ? [byAddress.giveBack(address, organizationId), byOrganization.giveBack(organizationId)]
          : [byBrowser.giveBack(`${organizationId} ${browser}`), ofKnown.giveBack(organizationId)],
      );
    },
  };
}
