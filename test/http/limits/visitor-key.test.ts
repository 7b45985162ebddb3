/** Which addresses count as one visitor, in every form an address can have. */
import { expect, test } from 'vitest';
import { visitorKey } from '#src/http/limits/visitor-key.ts';

const IPV4 = { one: '192.0.2.1', network: undefined };
const IPV6 = { one: '2001:db8:1:2::/64', network: '2001:db8:1::/48' };
const UNREADABLE = { one: 'unreadable', network: undefined };

test.for([
  ['IPv4', '192.0.2.1', IPV4],
  ['IPv4 with a port', '192.0.2.1:4711', IPV4],
  ['IPv4 with spaces', ' 192.0.2.1 ', IPV4],
  ['IPv4 as one number', '3221225985', IPV4],
  ['IPv4 in hexadecimal', '0xc0.0x0.0x2.0x1', IPV4],
  ['IPv4-mapped', '::ffff:192.0.2.1', IPV4],
  ['IPv4-mapped in hexadecimal', '::FFFF:C000:0201', IPV4],
  ['IPv4-mapped, written out', '0:0:0:0:0:ffff:192.0.2.1', IPV4],
  ['IPv4-mapped with a zone', '::ffff:192.0.2.1%eth0', IPV4],
  ['IPv4-mapped in brackets with a port', '[::ffff:192.0.2.1]:443', IPV4],
  ['stateless translation', '::ffff:0:192.0.2.1', IPV4],
  ['NAT64', '64:ff9b::192.0.2.1', IPV4],
  ['NAT64 with a local prefix', '64:ff9b:1::c000:201', IPV4],
  ['6to4', '2002:c000:201::1', IPV4],
  ['6to4, another of its networks', '2002:c000:201:ffff:1:2:3:4', IPV4],
  ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdfe', IPV4],
  ['Teredo with another port', '2001:0:4136:e378:8000:1:3fff:fdfe', IPV4],
  ['IPv6', '2001:db8:1:2:3:4:5:6', IPV6],
  ['IPv6 in capitals', '2001:DB8:1:2::A', IPV6],
  ['IPv6 with leading zeros', '2001:0db8:0001:0002:0000:0000:0000:0001', IPV6],
  ['IPv6 with an IPv4 tail', '2001:db8:1:2::192.0.2.1', IPV6],
  ['IPv6 in brackets', '[2001:db8:1:2::1]', IPV6],
  ['IPv6 in brackets with a port', '[2001:db8:1:2::1]:443', IPV6],
  ['IPv6 with a zone', '2001:db8:1:2::1%25en0', IPV6],
  ['the first of a /64', '2001:db8:1:2::', IPV6],
  ['the last of a /64', '2001:db8:1:2:ffff:ffff:ffff:ffff', IPV6],
  ['its neighbour', '2001:db8:1:3::1', { one: '2001:db8:1:3::/64', network: '2001:db8:1::/48' }],
  ['link-local, whatever the zone', 'fe80::1%eth0', { one: 'fe80::/64', network: 'fe80::/48' }],
  ['nothing', undefined, UNREADABLE],
  ['an empty text', '', UNREADABLE],
  ['RFC 7239 unknown', 'unknown', UNREADABLE],
  ['RFC 7239 obfuscated', '_gazonk', UNREADABLE],
  ['two addresses', '192.0.2.1, 192.0.2.2', UNREADABLE],
  ['too large a byte', '256.0.2.1', UNREADABLE],
  ['two gaps', '2001:db8::1::2', UNREADABLE],
  ['a name', 'visitor.example', UNREADABLE],
  ['a hundred thousand characters', '1'.repeat(100_000), UNREADABLE],
  ['a hundred thousand colons', ':'.repeat(100_000), UNREADABLE],
  ['nothing before the zone', '%eth0', UNREADABLE],
] as const)('%s', ([, address, key]) => {
  expect(visitorKey(address)).toEqual(key);
});

test('the addresses of one /64 are one visitor', () => {
  const keys = Array.from({ length: 3_000 }, (_unused, index) =>
    visitorKey(`2001:db8:1:2:${index.toString(16)}:${(index * 7).toString(16)}::1`),
  );
  expect(new Set(keys.map(({ one }) => one))).toEqual(new Set(['2001:db8:1:2::/64']));
});
