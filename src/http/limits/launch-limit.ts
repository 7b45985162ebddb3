/** Limits launches that are started and not finished: stops floods, but not busy hospitals (LA-15). */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createVisitorLimiter } from './limit-by-address.ts';
import { createAttemptLimit, createLimiter } from './limiter.ts';

const WINDOW = { seconds: 60, code: 'request.too-many' } as const;
/** A whole hospital can sit behind one address. */
const UNFINISHED_PER_ADDRESS = 300;
/** A fifth of the organization's limit, so that one customer's networks leave room for others. */
const UNFINISHED_PER_NETWORK = 600;
const UNFINISHED_PER_ORGANIZATION = 3_000;
/** As for one address: a station's shared browser is busy, and one copied cookie must not block the others. */
const UNFINISHED_PER_KNOWN_BROWSER = 300;

export type LaunchLimit = ReturnType<typeof createLaunchLimit>;

/** Counts over all instances. Browsers that are known (`browser`) have a share that strangers cannot use. */
export function createLaunchLimit(redis: KeyStore) {
  const limit = (name: string, points: number) => createLimiter(redis, { name, points, ...WINDOW });
  const [points, networkPoints] = [UNFINISHED_PER_ADDRESS, UNFINISHED_PER_NETWORK];
  const ofVisitor = createVisitorLimiter(redis, { name: 'launch-address', points, networkPoints, ...WINDOW });
  const byOrganization = limit('launch', UNFINISHED_PER_ORGANIZATION);
  const byBrowser = limit('launch-browser', UNFINISHED_PER_KNOWN_BROWSER);
  const ofKnown = limit('launch-known', UNFINISHED_PER_ORGANIZATION);
  const { begin, succeed: finish } = createAttemptLimit(
    (organizationId: string, address: string | undefined, browser?: string) =>
      browser === undefined
        ? [...ofVisitor(address, organizationId), [byOrganization, organizationId]]
        : [
            [byBrowser, `${organizationId} ${browser}`],
            [ofKnown, organizationId],
          ],
  );
  return { begin, finish };
}
