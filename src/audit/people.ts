/** Clinicians as search fields of the audit trail and the launches: found by name, in addresses by a key, in rows by hashes. */
import type { Request } from 'express';
import { filterText } from '#src/http/filter-fields.ts';
import { queryOf } from '#src/http/request-values.ts';

/** A person whose rows can be found. */
export interface FoundPerson {
  /** Stands for the name in addresses. */
  key: string;
  name: string | undefined;
  /** Keyed hashes in rows; none while no EHR user is linked. */
  hashes: readonly string[];
}

/** The clinicians' table comes later in the import order. */
export interface People {
  /** By every word of a name, in whatever case and with whatever accents. @returns one more than {@link MOST_PEOPLE} at most. */
  search(organizationId: string, text: string): Promise<FoundPerson[]>;
  /** Of this organization alone (MT-01). @param keys untrusted. */
  byKeys(organizationId: string, keys: readonly string[]): Promise<FoundPerson[]>;
}

/** That one search may be about. */
export const MOST_PEOPLE = 10;
const LONGEST_KEYS = 400;

/** Whose rows an address asks for. */
export interface Who {
  people: readonly FoundPerson[];
  /** undefined: of every user. */
  hashes: readonly string[] | undefined;
  /** And those of which no user is known. */
  withUnknown: boolean;
  /** As in the address, for the next search. */
  keys: string;
}

/** @param organizationId from visibleOrganization; where none is named, no person is found. */
export async function whoIn(request: Request, people: People, organizationId: string | undefined): Promise<Who> {
  const query = queryOf(request);
  const keys = filterText(query, 'who', LONGEST_KEYS);
  const withUnknown = query.get('unknown') === 'yes';
  if (keys === '') return { people: [], hashes: withUnknown ? [] : undefined, withUnknown, keys };
  const asked = keys.split(' ').slice(0, MOST_PEOPLE);
  const found = organizationId === undefined ? [] : await people.byKeys(organizationId, asked);
  return { people: found, hashes: found.flatMap(({ hashes }) => hashes), withUnknown, keys };
}
