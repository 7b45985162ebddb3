/** A clinician's names, issuer, subject and what the EHR's directory says: sealed. Rows are found by keyed hashes. */
import { boundedName } from '#src/adapters/bounded-text.ts';
import { SealError, type Sealer } from '#src/adapters/seal.ts';
import { storedText } from '#src/adapters/stored-text.ts';
import type { CliniciansDependencies, EhrUser } from './clinician.ts';
import type { IdentityRow } from './clinician-store.ts';
import { identitiesOf, type Lookups } from './identity-store.ts';

export interface IdentityDetails {
  iss: string;
  sub: string;
  name?: string | undefined;
  /** The name in their own resource, once a page has read it. */
  shownName?: string | undefined;
  fhirUser?: string | undefined;
  /** Their role according to the EHR, such as "Cardiology". */
  role?: string | undefined;
}

const LONGEST = 200;

/** ID-18, MT-02: the same `sub` in another organization, or of another issuer, is another user. */
export function lookupsOf(sealer: Sealer, organizationId: string, { iss, sub }: Pick<EhrUser, 'iss' | 'sub'>): Lookups {
  return sealer.fingerprints(JSON.stringify(['ehr-user', organizationId, iss, sub]));
}

type RowKey = Pick<IdentityRow, 'organizationId' | 'lookup'>;

/** The seal is bound to the row, so that swapped ciphertexts do not open (ST-04). */
export function sealIdentity(sealer: Sealer, row: RowKey, details: IdentityDetails): Promise<string> {
  const { iss, sub, name, shownName, fhirUser, role } = details;
  const texts = { name: shownText(name), shownName: shownText(shownName), role: shownText(role) };
  return sealer.seal(identityName(row), { iss, sub, fhirUser, ...texts });
}

/** @returns undefined when its secret was removed, so that the row cannot be read. */
export function openIdentity(sealer: Sealer, row: RowKey & Pick<IdentityRow, 'details'>) {
  return opened<IdentityDetails>(sealer, identityName(row), row.details);
}

/** Cleans a typed or received name, so that nothing in it changes how the page around it reads. */
function shownText(text: string | undefined): string | undefined {
  return text && boundedName(storedText(text, LONGEST), 2 * LONGEST);
}

/** Seals the name that an administrator typed, or that the EHR sent at the first launch. */
export function sealName(sealer: Sealer, clinicianId: string, name: string | undefined): Promise<string> {
  return sealer.seal(`clinician:${clinicianId}`, { name: shownText(name) });
}

export async function openName(sealer: Sealer, { id, details }: { id: string; details: string }) {
  return (await opened<{ name?: string }>(sealer, `clinician:${id}`, details))?.name;
}

function identityName({ organizationId, lookup }: RowKey): string {
  return `ehr-identity:${organizationId}:${lookup}`;
}

async function opened<Details>(sealer: Sealer, name: string, sealed: string): Promise<Details | undefined> {
  try {
    return (await sealer.open(name, sealed)) as Details;
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

/** A linked user's, from Practitioner and PractitionerRole, as a hint for administrators; undefined where there is none. */
export interface LearnedDetails {
  name: string | undefined;
  role: string | undefined;
}

/** Does `learned` add nothing? Missing details are not new. */
export function isNothingNew(learned: LearnedDetails, known: LearnedDetails): boolean {
  const isSame = (member: keyof LearnedDetails) => learned[member] === undefined || learned[member] === known[member];
  return isSame('name') && isSame('role');
}

/** Writes only new details; what was not sent stays. @returns what is stored; undefined without a readable row. */
export async function learn(
  { db, sealer }: CliniciansDependencies,
  organizationId: string,
  user: EhrUser,
  learned: LearnedDetails,
): Promise<LearnedDetails | undefined> {
  const found = await identitiesOf(db, organizationId).find(lookupsOf(sealer, organizationId, user));
  const before = found && (await openIdentity(sealer, found.identity));
  if (!before) return undefined;
  const { shownName: name, role } = before;
  if (isNothingNew(learned, { name, role })) return { name, role };
  const next = { name: learned.name ?? name, role: learned.role ?? role };
  const details = await sealIdentity(sealer, found.identity, { ...before, shownName: next.name, role: next.role });
  await identitiesOf(db, organizationId).update(found.identity.lookup, { details });
  return next;
}

/** The details that an earlier page read, or the id_token's name. @throws whatever the database throws. */
export async function recall(
  { db, sealer }: Pick<CliniciansDependencies, 'db' | 'sealer'>,
  organizationId: string,
  user: EhrUser,
): Promise<LearnedDetails | undefined> {
  const found = await identitiesOf(db, organizationId).find(lookupsOf(sealer, organizationId, user));
  const details = found && (await openIdentity(sealer, found.identity));
  return details && { name: details.shownName ?? details.name, role: details.role };
}
