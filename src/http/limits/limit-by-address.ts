/** A limit per visitor: by address, and with a wider allowance by the network around it. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { type Counts, createLimiter, type Limit } from './limiter.ts';
import { visitorKey } from './visitor-key.ts';

/** Finds counts by {@link visitorKey}; a success never resets a network's. @param limit.networkPoints of a /48. */
export function createVisitorLimiter(store: KeyStore, { networkPoints, ...limit }: Limit & { networkPoints: number }) {
  const byOne = createLimiter(store, limit);
  const byNetwork = createLimiter(store, {
    ...limit,
    name: `${limit.name}-network`,
    points: networkPoints,
    isReset: false,
  });
  return (address: string | undefined, scope?: string): Counts => {
    const { one, network } = visitorKey(address);
    const within = scope === undefined ? '' : `${scope} `;
    const own = [byOne, `${within}${one}`] as const;
    return network === undefined ? [own] : [own, [byNetwork, `${within}${network}`]];
  };
}
