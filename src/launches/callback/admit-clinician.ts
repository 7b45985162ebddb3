/** Checks that the user belongs to the organization, at launch and at each request, before any patient data is read. */
import type { Admission, Clinicians } from '#src/clinicians/admission.ts';
import type { Membership } from '#src/clinicians/clinician.ts';
import type { StepFacts } from '#src/diagnostics/traces/trace.ts';
import type { LaunchTrace } from '#src/diagnostics/traces/trace-of-request.ts';
import { AppError } from '#src/errors.ts';
import type { Revoker } from '#src/launches/ending/revoker.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { OpenedLaunch } from '#src/launches/session/launch-record.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import type { Organization } from '#src/organizations/organization.ts';

export interface UserAdmissionDependencies {
  clinicians: Pick<Clinicians, 'admit' | 'membership'>;
  launches: Pick<LaunchStore, 'replace'>;
  revoker: Pick<Revoker, 'revoke'>;
}

export type Waiting = Exclude<Membership, { kind: 'linked' }>;

/**
 * Admits or refuses the user of a proven launch (FU-06, FU-07). The tokens of a refused user are revoked.
 * @returns the launch with its clinician; `isAdmitted` is false while a code or a confirmation is pending.
 * @throws AppError 'user.not-allowed', 'user.disabled' or 'store.unavailable'
 */
export async function admitUser(
  { clinicians, revoker }: UserAdmissionDependencies,
  organization: Organization,
  launch: Launch,
  visit: { address: string | undefined; supportCode: string; trace: LaunchTrace },
): Promise<{ launch: Launch; isAdmitted: boolean }> {
  const { address, supportCode, trace } = visit;
  const judge = async () => {
    assertUserType(organization, launch);
    return clinicians.admit(organization, { user: launch.user, address, supportCode, launchId: launch.id });
  };
  const types = { 'user types': organization.userTypes, association: organization.userAssociation };
  try {
    const admission = await trace.step('user', judge, types, admissionFacts);
    if (admission.kind === 'waits') return { launch, isAdmitted: false };
    const { clinicianId } = admission;
    return { launch: clinicianId === undefined ? launch : { ...launch, clinicianId }, isAdmitted: true };
  } catch (error) {
    revoker.revoke(launch, organization);
    throw error;
  }
}

/** What the trace says of an admission. */
export function admissionFacts(admission: Admission): StepFacts {
  if (admission.kind === 'waits') return { warning: `not associated yet: ${admission.membership.kind}` };
  if (admission.clinicianId === undefined) return { warning: 'our database did not answer; admitted unrecorded' };
  return { 'first launch': admission.isFirst };
}

/** @param launch `fhirUser` is a resource of the organization's own FHIR server, or undefined (FU-02, FU-03). */
function assertUserType({ userTypes }: Organization, { user }: Launch): void {
  if (userTypes === 'any' || /^Practitioner(Role)?\//.test(user.fhirUser ?? '')) return;
  const type = user.fhirUser?.split('/')[0];
  const detail = `fhirUser is ${type ?? 'absent or of another server'}; practitioners only`;
  throw new AppError('user.not-allowed', detail, type === undefined ? 'user.fhir-user-elsewhere' : 'user.other-kind');
}

export type Rechecked =
  | { kind: 'admitted'; opened: OpenedLaunch }
  | { kind: 'waits'; membership: Waiting }
  /** An administrator disabled the user, or the user is no longer linked to this clinician. */
  | { kind: 'ended'; reason: 'administrator' | 'clinician' };

/** At every request. @throws AppError 'store.unavailable' for a user who was not admitted before the outage. */
export async function recheckUser(
  { clinicians, launches }: Omit<UserAdmissionDependencies, 'revoker'>,
  opened: OpenedLaunch,
  organization: Organization,
): Promise<Rechecked> {
  const { launch } = opened;
  const isAutomatic = organization.userAssociation === 'automatic';
  const membership = await clinicians.membership(organization.id, launch.user).catch((error: unknown) => {
    // An admitted launch continues while the database is unavailable, because no user can be disabled meanwhile either.
    if (launch.clinicianId !== undefined || isAutomatic) return undefined;
    throw error;
  });
  if (!membership) return { kind: 'admitted', opened };
  if (membership.kind !== 'linked') {
    if (launch.clinicianId !== undefined) return { kind: 'ended', reason: 'clinician' };
    if (!isAutomatic || membership.kind === 'refused') return { kind: 'waits', membership };
    const admission = await clinicians.admit(organization, { user: launch.user, launchId: launch.id });
    if (admission.kind === 'waits') return admission;
    return { kind: 'admitted', opened: await tieToClinician(launches, opened, admission.clinicianId) };
  }
  const { clinicianId, isDisabled } = membership;
  if (isDisabled) return { kind: 'ended', reason: 'administrator' };
  if ((launch.clinicianId ?? clinicianId) !== clinicianId) return { kind: 'ended', reason: 'clinician' };
  return { kind: 'admitted', opened: await tieToClinician(launches, opened, clinicianId) };
}

/** The launch then ends with the association. A record that another request changes or renews is left alone (RF-03). */
export async function tieToClinician(
  launches: UserAdmissionDependencies['launches'],
  opened: OpenedLaunch,
  clinicianId: string | undefined,
): Promise<OpenedLaunch> {
  const { launch } = opened;
  if (clinicianId === undefined || launch.clinicianId === clinicianId) return opened;
  if (launch.refresh?.kind === 'under-way') return opened;
  return (await launches.replace(opened, { ...launch, clinicianId })) ?? opened;
}
