/** Clinicians in searches of audit trail and launches: found by name, addressed by key, matched by hashes. */
import type { Request } from 'express';
import { filterText } from '#src/http/list-filter-fields.ts';
import { queryOf } from '#src/http/request-values.ts';

export interface FoundPerson {
  /** The clinician's id, or the reference of an unconfirmed user; replaces the name in addresses. */
  key: string;
  /** The name that an administrator typed, or else the EHR's; undefined when neither can be read. */
  name: string | undefined;
  /** The EHR user's keyed hashes under every secret, as in audit rows and traces; empty while no EHR user is linked. */
  hashes: readonly string[];
}

/** The clinicians' table comes later in the import order. */
export interface People {
  /** Matches every word of a name, ignoring case and accents. @returns at most {@link MOST_PEOPLE} + 1 people. */
  search(organizationId: string, text: string): Promise<FoundPerson[]>;
  /** Finds people of this organization only (MT-01). @param keys untrusted. */
  byKeys(organizationId: string, keys: readonly string[]): Promise<FoundPerson[]>;
  /** Finds whom the keyed hashes of rows mean, among the latest users of this organization only (MT-01). */
  byHashes(organizationId: string, hashes: ReadonlySet<string>): Promise<FoundPerson[]>;
}

export const MOST_PEOPLE = 10;
const LONGEST_KEYS = 400;

export interface Who {
  people: readonly FoundPerson[];
  /** undefined means every user. */
  hashes: readonly string[] | undefined;
  /** Also rows without a known user. */
  withUnknown: boolean;
  /** The keys as in the address, for the next search. */
  keys: string;
}

/** @param organizationId from visibleOrganization; without one, no person is found. */
export async function whoIn(request: Request, people: People, organizationId: string | undefined): Promise<Who> {
  const query = queryOf(request);
  const keys = filterText(query, 'who', LONGEST_KEYS);
  const withUnknown = query.get('unknown') === 'yes';
  if (keys === '') return { people: [], hashes: withUnknown ? [] : undefined, withUnknown, keys };
  const asked = keys.split(' ').slice(0, MOST_PEOPLE);
  const found = organizationId === undefined ? [] : await people.byKeys(organizationId, asked);
  return { people: found, hashes: found.flatMap(({ hashes }) => hashes), withUnknown, keys };
}
