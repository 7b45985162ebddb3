/** Which network addresses our servers may call: public ones, and private ones that are configured on purpose (TL-04). */
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { type FindAddresses, findAddresses } from './name-lookup.ts';

/** These addresses are in a public range, but a cloud's host agent answers them. */
const METADATA = ['168.63.129.16'];

/** Public unicast only, unless one of `allowPrivate` (CIDRs) has it; also no IPv4-mapped or translated address. */
export function isAddressAllowed(address: string, allowPrivate: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  if (isAddressIn(allowPrivate)(address)) return true;
  // The address is judged as written: a mapped address could bypass the check, whatever it maps to.
  const written = ipaddr.parse(address);
  return (
    written.range() === 'unicast' && isAllocated(written) && !METADATA.includes(ipaddr.process(address).toString())
  );
}

/** Tests for membership in addresses or CIDRs; an IPv4-mapped address counts as its IPv4 address. */
export function isAddressIn(ranges: readonly string[]): (address: string | undefined) => boolean {
  const parsed = ranges.map((range) => {
    if (range.includes('/')) return ipaddr.parseCIDR(range);
    const one = ipaddr.process(range);
    return [one, one.kind() === 'ipv4' ? 32 : 128] as const;
  });
  return (address = '') => {
    if (!ipaddr.isValid(address)) return false;
    const ip = ipaddr.process(address);
    return parsed.some(([network, bits]) => network.kind() === ip.kind() && ip.match(network, bits));
  };
}

/** IPv6 allocates 2000::/3 only. Other ranges hide forms such as `::169.254.169.254`, which no range list names. */
function isAllocated(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address.kind() === 'ipv4' || address.match(ipaddr.parseCIDR('2000::/3'));
}

/** Names the refused host, but not its address inside the network. */
export class AddressRefusedError extends Error {
  constructor(hostname: string) {
    super(`${hostname} resolves to an address that outbound calls may not reach`);
    this.name = 'AddressRefusedError';
  }
}

/** Returns only allowed addresses. The socket connects to the checked address, even if DNS changes a moment later. */
export function guardedLookup(allowPrivate: readonly string[], find: FindAddresses = findAddresses): LookupFunction {
  return (hostname, options, callback) => {
    const answer = (addresses: LookupAddress[]) => {
      const allowed = addresses.filter(({ address }) => isAddressAllowed(address, allowPrivate));
      const [first] = allowed;
      if (!first) return callback(new AddressRefusedError(hostname), '', 0);
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    };
    // Each callback is outside of the promise, so that what it throws is thrown as from any lookup.
    find(hostname).then(
      (addresses) => setImmediate(answer, addresses),
      (error: NodeJS.ErrnoException) => setImmediate(callback, error, '', 0),
    );
  };
}
