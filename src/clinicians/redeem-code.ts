/** Links the EHR user who types a one-time code to its clinician; a conflict changes nothing. */
import type { Queries } from '#src/adapters/database/index.ts';
import type { CliniciansDependencies, Conflict } from './clinician.ts';
import { lookupsOf, sealIdentity } from './clinician-details.ts';
import { type ClinicianRow, lockClinician, updateClinician } from './clinician-store.ts';
import type { LaunchingUser } from './find-or-create.ts';
import {
  findIdentityForUpdate,
  hasOtherIdentity,
  insertIdentity,
  lockIdentity,
  updateIdentity,
} from './identity-store.ts';
import { codeHash } from './one-time-code.ts';

/** The outcome. `wrong` also stands for expired, so that guessing reveals nothing. */
export type RedeemOutcome =
  | { kind: 'linked'; clinicianId: string }
  | { kind: 'wrong' }
  | { kind: 'used' }
  | { kind: 'refused' }
  | { kind: Conflict };

/** @throws whatever the database throws. */
export async function redeem(
  deps: CliniciansDependencies,
  organizationId: string,
  launching: LaunchingUser,
  code: string,
): Promise<RedeemOutcome> {
  const { user, ...from } = launching;
  const { iss, sub } = user;
  const { outcome, clinicianId } = await deps.db.transaction((tx) => judge(deps, tx, organizationId, launching, code));
  const about = clinicianId === undefined ? {} : { clinician: clinicianId };
  const event = { organizationId, actor: { iss, sub }, ...from };
  if (outcome.kind === 'linked') {
    deps.audit.record({ ...event, event: 'user-linked', detail: { ...about, how: 'code' } });
  } else {
    const detail = { reason: `one-time code: ${outcome.kind}`, ...about };
    deps.audit.record({ ...event, event: 'denial', detail });
  }
  return outcome;
}

async function judge(
  deps: CliniciansDependencies,
  tx: Queries,
  organizationId: string,
  launching: LaunchingUser,
  code: string,
): Promise<{ outcome: RedeemOutcome; clinicianId?: string }> {
  const lookups = lookupsOf(deps.sealer, organizationId, launching.user);
  await lockIdentity(tx, organizationId, lookups);
  // Locked in the same order as in a confirmation.
  const clinician = await lockClinician(tx, organizationId, { codeHash: codeHash(organizationId, code) });
  const found = await findIdentityForUpdate(tx, organizationId, lookups);
  if (!clinician) return { outcome: { kind: 'wrong' } };
  const { id } = clinician;
  const now = deps.clock();
  const linkedTo = found?.identity.clinicianId ?? undefined;
  if (linkedTo === id) return { outcome: { kind: 'linked', clinicianId: id }, clinicianId: id };
  const refusal = await refusalOf(tx, clinician, { linkedTo, lookups, now });
  if (refusal) {
    // Shown in the administrator's list: a different EHR user has this clinician's code.
    if (refusal.kind !== 'wrong') await updateClinician(tx, organizationId, id, { conflictAt: now });
    return { outcome: refusal, clinicianId: id };
  }
  if (found?.identity.refusedAt) return { outcome: { kind: 'refused' }, clinicianId: id };
  const [lookup] = lookups;
  const details = await sealIdentity(deps.sealer, { organizationId, lookup }, launching.user);
  const link = { lookup, clinicianId: id, details, reference: null, linkedAt: now, linkedBy: 'code' };
  if (found) await updateIdentity(tx, organizationId, found.identity.lookup, link);
  else await insertIdentity(tx, { ...link, organizationId, firstSeenAt: now });
  await updateClinician(tx, organizationId, id, { codeUsedAt: now, lastLaunchAt: now });
  return { outcome: { kind: 'linked', clinicianId: id }, clinicianId: id };
}

async function refusalOf(
  tx: Queries,
  { organizationId, id, codeUsedAt, codeExpiresAt, disabledAt }: ClinicianRow,
  { linkedTo, lookups, now }: { linkedTo: string | undefined; lookups: readonly string[]; now: Date },
): Promise<Exclude<RedeemOutcome, { kind: 'linked' }> | undefined> {
  if (codeUsedAt !== null) return { kind: 'used' };
  if (disabledAt !== null || codeExpiresAt === null || codeExpiresAt <= now) return { kind: 'wrong' };
  if (linkedTo !== undefined) return { kind: 'identity-taken' };
  return (await hasOtherIdentity(tx, organizationId, id, lookups)) ? { kind: 'clinician-taken' } : undefined;
}
