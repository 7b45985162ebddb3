/** Decides which addresses count as one visitor: by the assigned prefix, not by the part a subscriber can choose. */
import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface VisitorKey {
  /** An IPv4 address, or an IPv6 /64: one line's addresses. */
  one: string;
  /** The /48 around an IPv6 /64, for a second, wider limit per customer. Undefined for IPv4. */
  network: string | undefined;
}

/** All invalid addresses count as one visitor, so that inventing them gains nothing. */
const UNREADABLE: VisitorKey = { one: 'unreadable', network: undefined };
/** The longest address with brackets, zone and port; longer texts are not parsed. */
const LONGEST = 100;

/** IPv6 ranges that embed an IPv4 address, and the byte at which it begins. */
const CARRIES_IPV4: readonly (readonly [cidr: string, at: number])[] = [
  ['::ffff:0:0/96', 12],
  // RFC 2765 and its successors, stateless translation; RFC 6052 and RFC 8215, NAT64.
  ['::ffff:0:0:0/96', 12],
  ['64:ff9b::/96', 12],
  ['64:ff9b:1::/48', 12],
  // RFC 3056, 6to4: every holder of one IPv4 address has a whole /48.
  ['2002::/16', 2],
];
/** RFC 4380, Teredo: the last four bytes are the client's IPv4 address with all bits inverted. */
const TEREDO = '2001::/32';

/**
 * The visitor for an address from `request.ip`.
 *
 * IPv4 counts as a whole. IPv6 counts by /64, because one line chooses freely among its 2^64 addresses, and again by
 * /48. Forms that embed an IPv4 address (mapped, NAT64, 6to4, Teredo) count as that address: otherwise one holder would
 * count as many visitors, or all holders as one.
 * @param address untrusted; may include a port, brackets or a zone, as proxies write it.
 */
export function visitorKey(address: string | undefined): VisitorKey {
  // The usual case needs no parsing.
  if (address !== undefined && isIPv4(address)) return { one: address, network: undefined };
  const text = bare(address ?? '');
  if (!ipaddr.isValid(text)) return UNREADABLE;
  const ip = ipaddr.parse(text);
  if (ip instanceof ipaddr.IPv4) return { one: ip.toString(), network: undefined };
  const carried = ipv4In(ip);
  if (carried !== undefined) return { one: carried, network: undefined };
  return { one: prefix(ip, 64), network: prefix(ip, 48) };
}

function bare(written: string): string {
  const text = written.length > LONGEST ? '' : written.trim();
  const [, inBrackets, withPort] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? [];
  const [address = ''] = (inBrackets ?? withPort ?? text).split('%');
  return address;
}

function ipv4In(ip: ipaddr.IPv6): string | undefined {
  const bytes = ip.toByteArray();
  const found = CARRIES_IPV4.find(([cidr]) => ip.match(ipaddr.IPv6.parseCIDR(cidr)));
  if (found) return bytes.slice(found[1], found[1] + 4).join('.');
  const isTeredo = ip.match(ipaddr.IPv6.parseCIDR(TEREDO));
  return isTeredo
    ? bytes
        .slice(12)
        .map((byte) => 255 - byte)
        .join('.')
    : undefined;
}

function prefix(ip: ipaddr.IPv6, bits: number): string {
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${ip.toString()}/${bits}`).toString()}/${bits}`;
}
