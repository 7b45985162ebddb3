/** Asks name servers directly, because the system's lookup blocks one of few threads until a name server answers. */
import type { LookupAddress } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isLoopbackHost } from './loopback-host.ts';

/** @throws Error with the code ENOTFOUND, or EAI_AGAIN when no name server answers. */
export type FindAddresses = (hostname: string) => Promise<LookupAddress[]>;

/** For each of two tries, below the time for a connection. */
const TRY_MS = 1_200;
/** How much longer than for IPv4 addresses to wait for IPv6 ones: some name servers never answer about them. */
const IPV6_PATIENCE_MS = 200;
/** Of each family, as each is judged for every connection: an answer over TCP has room for four thousand (MT-06). */
const MOST_ADDRESSES = 16;
/** No system tries more of its search list. */
const MOST_DOMAINS = 6;
/** How long the hosts file, the search list and the list of name servers are used as they were read. */
const FRESH_MS = 10_000;

/** The hosts file comes first, then the search list; the system has names without a dot. @param options for tests. */
export function createNameLookup(
  options: { servers?: readonly string[]; hostsFile?: string; resolverFile?: string } = {},
): FindAddresses {
  const resolverOf = renewed(() => {
    const resolver = new Resolver({ timeout: TRY_MS, tries: 2 });
    if (options.servers) resolver.setServers(options.servers);
    return resolver;
  });
  const searchOf = renewed(() => readSearchList(options.resolverFile ?? '/etc/resolv.conf'));
  const hostsOf = renewed(() => readHosts(options.hostsFile ?? '/etc/hosts'));
  return async (hostname) => {
    if (isIP(hostname) || !hostname.includes('.') || isLoopbackHost(hostname)) return lookup(hostname, { all: true });
    return (await hostsOf()).get(hostname.toLowerCase()) ?? askInTurn(resolverOf(), hostname, searchOf);
  };
}

/** One for the process, with the system's name servers. */
export const findAddresses = createNameLookup();

async function askInTurn(resolver: Resolver, hostname: string, searchOf: () => Promise<readonly string[]>) {
  try {
    return await ask(resolver, hostname);
  } catch (error) {
    const domains = isNoName(error) && !hostname.endsWith('.') ? await searchOf() : [];
    for (const domain of domains) {
      // oxlint-disable-next-line no-await-in-loop -- in the order of the list
      const found = await ask(resolver, `${hostname}.${domain}`).catch(() => []);
      if (found.length > 0) return found;
    }
    throw error;
  }
}

async function ask(resolver: Resolver, hostname: string): Promise<LookupAddress[]> {
  const of = (family: 4 | 6) => (addresses: string[]) =>
    addresses.slice(0, MOST_ADDRESSES).map((address) => ({ address, family }));
  const four = resolver.resolve4(hostname).then(of(4));
  const six = resolver.resolve6(hostname).then(of(6));
  const patience = four.then(
    () => pause(IPV6_PATIENCE_MS, [], { ref: false }),
    () => six,
  );
  const answers = await Promise.allSettled([four, Promise.race([six, patience])]);
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (found.length > 0) return found;
  const isUnknown = answers.every((answer) => answer.status === 'rejected' && isNoName(answer.reason));
  const code = isUnknown ? 'ENOTFOUND' : 'EAI_AGAIN';
  throw Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), { code, syscall: 'getaddrinfo', hostname });
}

function isNoName(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA');
}

async function readSearchList(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const [, ...domains] = lines.findLast(([word]) => word === 'search' || word === 'domain') ?? [];
  return domains.filter((domain) => domain !== '.').slice(0, MOST_DOMAINS);
}

/** Lines of an address and its names; a part after `#` is a comment. A file that cannot be read has none. */
async function readHosts(path: string): Promise<ReadonlyMap<string, LookupAddress[]>> {
  const names = new Map<string, LookupAddress[]>();
  const text = await readFile(path, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [address = '', ...given] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    const family = isIP(address);
    const known = family === 0 ? [] : given;
    for (const name of known) {
      const key = name.toLowerCase();
      names.set(key, [...(names.get(key) ?? []), { address, family }]);
    }
  }
  return names;
}

/** Makes a value when it is asked for, and again once it is older than {@link FRESH_MS}. */
function renewed<Value>(make: () => Value): () => Value {
  let copy: { value: Value; until: number } | undefined;
  return () => {
    if (!copy || copy.until < Date.now()) copy = { value: make(), until: Date.now() + FRESH_MS };
    return copy.value;
  };
}
