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

/** Writes only what is new. What the EHR did not say this time stays as it was. @throws whatever the database throws. */
export async function learn(
  { db, sealer }: CliniciansDependencies,
  organizationId: string,
  user: EhrUser,
  learned: LearnedDetails,
): Promise<void> {
  if (isNothingNew(learned, { name: undefined, role: undefined })) return;
  const found = await findIdentity(db, organizationId, lookupsOf(sealer, organizationId, user));
  const before = found && (await openIdentity(sealer, found.identity));
  if (!before) return;
  if (isNothingNew(learned, { name: before.shownName, role: before.role })) return;
  const next = { ...before, shownName: learned.name ?? before.shownName, role: learned.role ?? before.role };
  const { lookup } = found.identity;
  await updateIdentity(db, organizationId, lookup, { details: await sealIdentity(sealer, found.identity, next) });
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
