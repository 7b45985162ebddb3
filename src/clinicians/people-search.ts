/** The people of an organization: clinicians and unconfirmed EHR users, found by key or by name; opens their sealed names. */
import type { Queries } from '#src/adapters/database/index.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { auditActors } from '#src/audit/audit.ts';
import { type FoundPerson, MOST_PEOPLE, type People } from '#src/audit/searched-people.ts';
import { openIdentity, openName } from './clinician-details.ts';
import { type ClinicianEntry, cliniciansOf, type IdentityRow } from './clinician-store.ts';
import { identitiesOf } from './identity-store.ts';

export interface Person extends FoundPerson {
  ehrName: string | undefined;
  role: string | undefined;
  fhirUser: string | undefined;
  /** The reference by which administrators confirmed or refused them, if they did. */
  reference: string | undefined;
}

/** Opens a clinician's sealed details. */
export async function personOf(sealer: Sealer, { clinician, identity }: ClinicianEntry): Promise<Person> {
  const [typed, user] = await Promise.all([openName(sealer, clinician), identity && userOf(sealer, identity)]);
  const name = typed ?? user?.ehrName;
  return {
    key: clinician.id,
    name,
    ehrName: user?.ehrName === name ? undefined : user?.ehrName,
    role: user?.role,
    fhirUser: user?.fhirUser,
    reference: user?.reference,
    hashes: user?.hashes ?? [],
  };
}

/** Opens an unconfirmed EHR user's sealed details. */
export async function unconfirmedPersonOf(sealer: Sealer, identity: IdentityRow): Promise<Person> {
  const { ehrName: name, ...user } = await userOf(sealer, identity);
  return { ...user, key: identity.reference ?? '', name, ehrName: undefined };
}

/** @param key untrusted. @returns undefined when this organization has no such person (MT-01). */
export async function findPerson({ db, sealer }: { db: Queries; sealer: Sealer }, organizationId: string, key: string) {
  const entry = await cliniciansOf(db, organizationId).find(key);
  if (entry) return personOf(sealer, entry);
  const identity = await identitiesOf(db, organizationId).findUnconfirmed(key);
  return identity && unconfirmedPersonOf(sealer, identity);
}

async function userOf(sealer: Sealer, identity: IdentityRow) {
  const details = await openIdentity(sealer, identity);
  return {
    ehrName: details?.shownName ?? details?.name,
    role: details?.role,
    fhirUser: details?.fhirUser,
    reference: identity.reference ?? undefined,
    hashes: details ? auditActors(sealer, details) : [],
  };
}

const BATCH = 500;
/** The most users searched, latest launches first: more than a hospital has, and less than a second's work. */
const MOST_SEARCHED = 20_000;
/** The users whose names a list can show, latest launches first: a list is opened often, so it searches fewer. */
const MOST_NAMED = 2_000;

/** @param deps.mostSearched the limit, for tests. */
export function createPeople(deps: { db: Queries; sealer: Sealer; mostSearched?: number }): People {
  const { db, sealer, mostSearched = MOST_SEARCHED } = deps;

  async function* everyone(organizationId: string): AsyncGenerator<Person[]> {
    const unconfirmed = await identitiesOf(db, organizationId).listUnconfirmed(BATCH);
    yield Promise.all(unconfirmed.map((row) => unconfirmedPersonOf(sealer, row)));
    for (let offset = 0; offset < mostSearched; offset += BATCH) {
      // oxlint-disable-next-line no-await-in-loop -- page by page, so that memory stays small and the search can end
      const entries = await cliniciansOf(db, organizationId).list({ limit: BATCH, offset });
      yield Promise.all(entries.map((entry) => personOf(sealer, entry)));
      if (entries.length < BATCH) return;
    }
  }

  return {
    search: async (organizationId, text) => {
      const words = folded(text).split(' ').filter(Boolean);
      const found: FoundPerson[] = [];
      for await (const some of everyone(organizationId)) {
        const isOne = ({ key, name = '', ehrName = '' }: Person) => {
          const names = folded(`${name} ${ehrName}`);
          return key === text || words.every((word) => names.includes(word));
        };
        found.push(...some.filter(isOne));
        if (found.length > MOST_PEOPLE) break;
      }
      return found.slice(0, MOST_PEOPLE + 1);
    },
    byKeys: async (organizationId, keys) => {
      const found = await Promise.all(keys.map((key) => findPerson(deps, organizationId, key)));
      return found.filter((person) => person !== undefined);
    },
    byHashes: async (organizationId, hashes) => {
      const found: FoundPerson[] = [];
      const wanted = new Set(hashes);
      if (wanted.size === 0) return found;
      let seen = 0;
      for await (const some of everyone(organizationId)) {
        if (wanted.size === 0 || seen > MOST_NAMED) break;
        seen += some.length;
        for (const person of some) {
          const own = person.hashes.filter((hash) => wanted.delete(hash));
          if (own.length > 0) found.push(person);
        }
      }
      return found;
    },
  };
}

/** Letters that Unicode does not take apart, as people type them by ear. */
const PLAIN = new Map(
  ['øo', 'łl', 'đd', 'ðd', 'þth', 'ßss', 'æae', 'œoe', 'ıi'].map((pair) => [pair.charAt(0), pair.slice(1)]),
);

/** Removes case, accents and punctuation, so that `NOVAK, jana` finds `Jana Novák` and `obrien` finds `O’Brien`. */
function folded(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\p{M}'’‘`´]/gu, '')
    .replaceAll(/[øłđðþßæœı]/g, (letter) => PLAIN.get(letter) ?? letter)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ');
}
