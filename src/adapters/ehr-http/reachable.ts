/** Which URLs our servers may call at all, before a name is looked up (TL-01, TL-04). */
import { LRUCache } from 'lru-cache';
import { isAddressAllowed } from './address-policy.ts';
import { OutboundError } from './error.ts';
import { isLoopbackHost } from './loopback-host.ts';

const MOST_KNOWN = 1_000;

/** @param options.production no http even on loopback. @param options.allowPrivate CIDRs every call may reach. */
export function createReachability(options: { production: boolean; allowPrivate: readonly string[] }) {
  // Depends only on the address and the networks, and EHRs are few, so it is cached.
  const reachable = new LRUCache<string, true>({ max: MOST_KNOWN });
  const accepts = (url: URL) =>
    url.protocol === 'https:' || (url.protocol === 'http:' && !options.production && isLoopbackHost(url.hostname));
  return {
    accepts,
    /** An address in place of a name is never looked up, so it is judged here. @throws OutboundError 'address-refused' */
    assertReachable: (url: URL, networks: readonly string[]): void => {
      const key = `${url.origin} ${networks.join(' ')}`;
      if (reachable.get(key)) return;
      const literal = url.hostname.replace(/^\[|\]$/g, '');
      const isLiteral = /^[\d.]+$/.test(literal) || literal.includes(':');
      if (!accepts(url) || (isLiteral && !isAddressAllowed(literal, [...options.allowPrivate, ...networks])))
        throw new OutboundError('address-refused', url.host);
      reachable.set(key, true);
    },
  };
}
