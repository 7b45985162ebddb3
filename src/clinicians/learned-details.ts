/** A linked user's details from the EHR's directory, kept as a hint for the administrator's list. */
import type { CliniciansDependencies, EhrUser } from './clinician.ts';
import { lookupsOf, openIdentity, sealIdentity } from './clinician-details.ts';
import { identitiesOf } from './identity-store.ts';

/** Read from Practitioner and PractitionerRole; undefined where the EHR gave none. */
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
