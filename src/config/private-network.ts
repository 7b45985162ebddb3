/** Limits the networks that an operator may open for calls to EHRs: private ones, never a part of the internet. */
import ipaddr from 'ipaddr.js';

/** RFC 1918, RFC 6598, RFC 2544, loopback; RFC 4193. Not link-local, which holds the metadata services of clouds. */
const PRIVATE =
  '10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 198.18.0.0/15 127.0.0.0/8 fc00::/7 ::1/128'.split(' ');

/** Is this network within a private range (TL-04)? A wider one would disable the guard for outbound calls. */
export function isPrivateNetwork(cidr: string): boolean {
  if (!ipaddr.isValidCIDR(cidr)) return false;
  const [address, bits] = ipaddr.parseCIDR(cidr);
  return PRIVATE.some((range) => {
    const [parent, parentBits] = ipaddr.parseCIDR(range);
    return parent.kind() === address.kind() && bits >= parentBits && address.match(parent, parentBits);
  });
}
