/** Assigns JWKS fetches to organizations by the DNS addresses of their EHR's hosts. */
import ipaddr from 'ipaddr.js';
import { within } from '#src/adapters/deadline.ts';
import { findAddresses } from '#src/adapters/ehr-http/name-lookup.ts';
import type { JwksFetch } from './key-use-store.ts';

/** The parts of an organization that this folder needs; the hosts are of its FHIR server and token endpoint. */
export interface KeyHolder {
  id: string;
  name: string;
  hosts: readonly string[];
}

const LOOKUP_MS = 2_000;

/** Matches the addresses of hosts: an indication, not a proof, as hosts share them. @param fetches newest first. */
export async function placeFetches(
  fetches: readonly JwksFetch[],
  holders: readonly KeyHolder[],
  resolve: (host: string) => Promise<readonly string[]> = addressesOf,
) {
  const hosts = [...new Set(holders.flatMap((holder) => holder.hosts))];
  const found = await Promise.all(hosts.map(async (host) => [host, await resolve(host)] as const));
  const addresses = new Map(found);
  const byOrganization = new Map<string, JwksFetch>();
  const placed = new Set<JwksFetch>();
  for (const holder of holders) {
    const own = new Set(holder.hosts.flatMap((host) => (addresses.get(host) ?? []).map(plain)));
    const matching = fetches.filter((fetch) => own.has(plain(fetch.address)));
    for (const fetch of matching) placed.add(fetch);
    if (matching[0]) byOrganization.set(holder.id, matching[0]);
  }
  return { byOrganization, others: fetches.filter((fetch) => !placed.has(fetch)) };
}

/** Never throws; a host that does not resolve within the deadline has no addresses. */
async function addressesOf(host: string): Promise<string[]> {
  const name = host.replace(/^\[|\]$/g, '');
  const found = await within(LOOKUP_MS, findAddresses(name)).catch(() => []);
  return found.map(({ address }) => address);
}

/** Makes `::ffff:192.0.2.1` and `192.0.2.1` equal. */
function plain(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}
