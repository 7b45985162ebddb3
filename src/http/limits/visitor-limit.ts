/** A limit per visitor: by address, and with a wider allowance by the network around it. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createLimiter, type Limit } from './limiter.ts';
import { visitorKey } from './visitor-key.ts';

/**
 * Counts visitors by {@link visitorKey}, over all instances. Addresses are untrusted; `scope` separates counts, for
 * example by organization.
 *
 * @param limit `networkPoints` is the total allowance of an IPv6 /48.
 */
export function createVisitorLimiter(store: KeyStore, { networkPoints, ...limit }: Limit & { networkPoints: number }) {
  const byOne = createLimiter(store, limit);
  const byNetwork = createLimiter(store, { ...limit, name: `${limit.name}-network`, points: networkPoints });
  const keys = (address: string | undefined, scope: string | undefined) => {
    const { one, network } = visitorKey(address);
    const within = scope === undefined ? '' : `${scope} `;
    return { one: `${within}${one}`, network: network === undefined ? undefined : `${within}${network}` };
  };
  return {
    /** @throws AppError with the limit's code. */
    take: async (address: string | undefined, scope?: string): Promise<void> => {
      const { one, network } = keys(address, scope);
      // In sequence: a visitor's refused request does not count against its neighbours.
      await byOne.take(one);
      if (network !== undefined) await byNetwork.take(network);
    },
    /** Returns one point to both counts. Never rejects. */
    giveBack: async (address: string | undefined, scope?: string): Promise<void> => {
      const { one, network } = keys(address, scope);
      await Promise.all([byOne.giveBack(one), network === undefined ? undefined : byNetwork.giveBack(network)]);
    },
    /** Resets the visitor's count and returns one point to the network's. Never rejects. */
    forget: async (address: string | undefined, scope?: string): Promise<void> => {
      const { one, network } = keys(address, scope);
      await Promise.all([byOne.forget(one), network === undefined ? undefined : byNetwork.giveBack(network)]);
    },
  };
}
