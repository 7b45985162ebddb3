/** A person on the clinicians' page, by the name it shows: a clinician, or an EHR user who is not confirmed. */
import type { Queries } from '#src/adapters/database/index.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { auditActors } from '#src/audit/audit.ts';
import { openIdentity, openName } from './clinician-details.ts';
import { type ClinicianEntry, findClinician, type IdentityRow } from './clinician-store.ts';
import { findUnconfirmed } from './identity-store.ts';

/** One person of one organization. */
export interface Person {
  /** The clinician's id, or the reference of a user who is not confirmed; addresses hold it in place of a name. */
  key: string;
  /** As typed by an administrator or, without that, as the EHR says; undefined when neither can be read. */
  name: string | undefined;
  /** As the EHR says, where it says otherwise. */
  ehrName: string | undefined;
  role: string | undefined;
  fhirUser: string | undefined;
  /** By which administrators confirmed or refused them, where they did. */
  reference: string | undefined;
  /** Keyed hashes of the EHR user under every secret, as audit rows and traces hold one; none while no EHR user is linked. */
  hashes: readonly string[];
}

/** Opens what is sealed of a clinician. */
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

/** The same of an EHR user who is not confirmed. */
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
