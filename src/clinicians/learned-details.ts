/** What the EHR's directory says about a linked user, kept as a hint for the administrator's list. */
import type { CliniciansDependencies, EhrUser } from './clinician.ts';
import { lookupsOf, openIdentity, sealIdentity } from './clinician-details.ts';
import { findIdentity, updateIdentity } from './identity-store.ts';

/** Read from Practitioner and PractitionerRole; undefined where the EHR did not say. */
export interface LearnedDetails {
  name: string | undefined;
  role: string | undefined;
}

/** What the EHR did not say is not new. */
export function isNothingNew(learned: LearnedDetails, known: LearnedDetails): boolean {
  const isSame = (member: keyof LearnedDetails) => learned[member] === undefined || learned[member] === known[member];
  return isSame('name') && isSame('role');
}

/**
 * Writes only what is new. What the EHR did not say this time stays as it was.
 *
 * @returns what is stored now; undefined when the user has no row that can be read.
 * @throws whatever the database throws.
 */
export async function learn(
  { db, sealer }: CliniciansDependencies,
  organizationId: string,
  user: EhrUser,
  learned: LearnedDetails,
): Promise<LearnedDetails | undefined> {
  const found = await findIdentity(db, organizationId, lookupsOf(sealer, organizationId, user));
  const before = found && (await openIdentity(sealer, found.identity));
  if (!before) return undefined;
  const { shownName: name, role } = before;
  if (isNothingNew(learned, { name, role })) return { name, role };
  const next = { name: learned.name ?? name, role: learned.role ?? role };
  const details = await sealIdentity(sealer, found.identity, { ...before, shownName: next.name, role: next.role });
  await updateIdentity(db, organizationId, found.identity.lookup, { details });
  return next;
}

/** What an earlier page has read about a user, or their id_token said. @throws whatever the database throws. */
export async function recall(
  { db, sealer }: Pick<CliniciansDependencies, 'db' | 'sealer'>,
  organizationId: string,
  user: EhrUser,
): Promise<LearnedDetails | undefined> {
  const found = await findIdentity(db, organizationId, lookupsOf(sealer, organizationId, user));
  const details = found && (await openIdentity(sealer, found.identity));
  return details && { name: details.shownName ?? details.name, role: details.role };
}
