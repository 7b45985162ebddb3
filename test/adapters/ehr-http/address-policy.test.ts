/** Which addresses our servers may call, whatever a URL or DNS says (TL-04, REG-07). */
import { describe, expect, test } from 'vitest';
import { AddressRefusedError, guardedLookup, isAddressAllowed } from '#src/adapters/ehr-http/address-policy.ts';
import { isLoopbackHost } from '#src/adapters/ehr-http/loopback-host.ts';

test.for(['8.8.8.8', '13.56.93.191', '172.15.255.255', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
  '%s is public: allowed',
  (address) => {
    expect(isAddressAllowed(address, [])).toBe(true);
  },
);

test.for([
  ['this host', ['0.0.0.0', '0.1.2.3', '::']],
  ['loopback', ['127.0.0.1', '127.8.8.8', '::1']],
  [
    'private networks',
    ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1', 'fec0::1'],
  ],
  ['link-local and the clouds’ metadata', ['169.254.169.254', '169.254.170.2', 'fe80::1', 'fd00:ec2::254']],
  ['metadata at public-looking addresses', ['168.63.129.16', '100.100.100.200', '192.0.0.192']],
  ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255']],
  ['IPv4 dressed as IPv6', ['::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:a9fe:a9fe', '::ffff:0:127.0.0.1']],
  ['IPv4 hidden in the deprecated form', ['::127.0.0.1', '::10.0.0.1', '::a9fe:a9fe']],
  ['NAT64, which leads to any IPv4', ['64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::a9fe:a9fe']],
  ['tunnels: 6to4 and Teredo', ['2002:7f00:1::', '2002:a9fe:a9fe::1', '2001::1']],
  [
    'documentation and benchmarks',
    ['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '2001:db8::1', '3fff::1'],
  ],
  ['multicast, broadcast and reserved', ['224.0.0.1', '255.255.255.255', '240.0.0.1', '192.88.99.1', 'ff02::1']],
  ['unallocated IPv6', ['100::1', '4000::1', '5f00::1', 'e000::1']],
  ['what is no address', ['', 'localhost', '0x7f000001', '2130706433', '1.2.3.4.5', '8.8.8.8/8', 'fe80::1%eth0']],
] as const)('%s: refused', ([, addresses]) => {
  expect(addresses.filter((address) => isAddressAllowed(address, []))).toEqual([]);
});

test('a network that an operator named is allowed, and no other private address', () => {
  const allowed = ['10.1.0.0/16', 'fd12::/16'];
  expect(['10.1.2.3', 'fd12::1', '::ffff:10.1.2.3'].map((one) => isAddressAllowed(one, allowed))).toEqual([
    true,
    true,
    true,
  ]);
  expect(
    ['10.2.0.1', '127.0.0.1', '169.254.169.254', 'fd13::1'].filter((one) => isAddressAllowed(one, allowed)),
  ).toEqual([]);
});

test.for([
  ['localhost', true],
  ['app.localhost', true],
  ['127.0.0.1', true],
  ['127.200.1.1', true],
  ['[::1]', true],
  ['localhost.example', false],
  ['notlocalhost', false],
  ['127.0.0.1.example', false],
  ['10.0.0.1', false],
  ['', false],
] as const)('%s on plain http in development: %s', ([host, expected]) => {
  expect(isLoopbackHost(host)).toBe(expected);
});

/** The addresses that a socket would connect to. */
function lookUp(hostname: string, allowPrivate: readonly string[], options: { all?: boolean; family?: number } = {}) {
  return new Promise<unknown>((resolve, reject) => {
    guardedLookup(allowPrivate)(hostname, options, (error, address) => (error ? reject(error) : resolve(address)));
  });
}

describe('the lookup of sockets', () => {
  test('refuses a name whose addresses are all refused, without naming them', async () => {
    await expect(lookUp('localhost', [])).rejects.toThrow(AddressRefusedError);
    await expect(lookUp('localhost', [])).rejects.toThrow(/^localhost resolves to an address/);
    await expect(lookUp('localhost', ['10.0.0.0/8'], { all: true })).rejects.toThrow(AddressRefusedError);
  });

  test('returns checked addresses only, so that a socket connects to an address that was checked', async () => {
    const all = (await lookUp('localhost', ['127.0.0.0/8'], { all: true })) as { address: string }[];
    expect(all.map(({ address }) => address)).toEqual(all.map(() => '127.0.0.1'));
    expect(all.length).toBeGreaterThan(0);
    expect(await lookUp('localhost', ['127.0.0.0/8'])).toBe('127.0.0.1');
  });

  test('reports a name that does not exist as such', async () => {
    await expect(lookUp('no-such-host.invalid', [])).rejects.toMatchObject({ syscall: 'getaddrinfo' });
  });
});
