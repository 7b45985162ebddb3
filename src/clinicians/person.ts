/** A person on the clinicians' page, by the displayed name: a clinician, or an unconfirmed EHR user. */
import type { Queries } from '#src/adapters/database/index.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { auditActors } from '#src/audit/audit.ts';
import { openIdentity, openName } from './clinician-details.ts';
import { type ClinicianEntry, findClinician, type IdentityRow } from './clinician-store.ts';
import { findUnconfirmed } from './identity-store.ts';

/** One person of one organization. */
export interface Person {
  /** The clinician's id, or the reference of an unconfirmed user; replaces the name in addresses. */
  key: string;
  /** The name that an administrator typed, or else the EHR's; undefined when neither can be read. */
  name: string | undefined;
  /** The EHR's name, if it differs. */
  ehrName: string | undefined;
  role: string | undefined;
  fhirUser: string | undefined;
  /** The reference by which administrators confirmed or refused them, if they did. */
  reference: string | undefined;
  /** The EHR user's keyed hashes under every secret, as in audit rows and traces; empty while no EHR user is linked. */
  hashes: readonly string[];
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
export async function findPerson(
  { db, sealer }: { db: Queries; sealer: Sealer },
  organizationId: string,
  key: string,
): Promise<Person | undefined> {
  const entry = await findClinician(db, organizationId, key);
  if (entry) return personOf(sealer, entry);
  const identity = await findUnconfirmed(db, organizationId, key);
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
