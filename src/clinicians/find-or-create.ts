/** Finds and updates the EHR user's row at a launch, or creates it at the first one. */
import { randomUUID } from 'node:crypto';
import type { Queries } from '#src/adapters/database/index.ts';
import { readableLetters } from '#src/adapters/random.ts';
import type { AuditEvent } from '#src/audit/audit.ts';
import { AppError } from '#src/errors.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { CliniciansDependencies, EhrUser, Membership } from './clinician.ts';
import { lookupsOf, openIdentity, sealIdentity, sealName } from './clinician-details.ts';
import { cliniciansOf } from './clinician-store.ts';
import { type FoundIdentity, identitiesOf, type Lookups, membershipOf } from './identity-store.ts';

/** The most users of one organization: far more than any hospital employs. */
const MOST_USERS = 100_000;

export interface LaunchingUser extends Pick<AuditEvent, 'address' | 'launchId' | 'supportCode'> {
  user: EhrUser;
}

export type Meeting = { membership: Membership; isFirst: boolean };

/**
 * Finds or creates the user's row; of many concurrent first launches, one creates it. Throws as the database does, and
 * @throws AppError 'user.not-allowed' when the organization has as many EHR users as it may.
 */
export async function findOrCreate(deps: CliniciansDependencies, organization: Organization, launching: LaunchingUser) {
  const { db, sealer } = deps;
  const { id: organizationId, userAssociation } = organization;
  const lookups = lookupsOf(sealer, organizationId, launching.user);
  const found = await identitiesOf(db, organizationId).find(lookups);
  if (found && !isToBeLinked(organization, found)) {
    await noteHints(deps, found, lookups, launching.user);
    return meetingOf(found);
  }
  if (userAssociation === 'code') return meetingOf(found);
  return db.transaction(async (tx) => {
    const users = identitiesOf(tx, organizationId);
    await users.lock(lookups);
    const again = await users.findForUpdate(lookups);
    if (again && !isToBeLinked(organization, again)) return meetingOf(again);
    const most = deps.mostUsers ?? MOST_USERS;
    if (!again && (await users.areAtLeast(most)))
      throw new AppError(
        'user.not-allowed',
        `the organization has ${most} EHR users, the most there may be`,
        'user.most',
      );
    return userAssociation === 'automatic'
      ? makeClinician(deps, tx, organizationId, lookups, { launching, before: again })
      : letWait(deps, tx, organizationId, lookups, launching.user);
  });
}

/** Did this user wait for a confirmation that is no longer needed? A refused user stays refused. */
function isToBeLinked({ userAssociation }: Organization, { identity }: FoundIdentity): boolean {
  return userAssociation === 'automatic' && identity.clinicianId === null && identity.refusedAt === null;
}

function meetingOf(found: FoundIdentity | undefined): Meeting {
  return { membership: membershipOf(found), isFirst: false };
}

/** The id_token's facts about a user besides their identity, as one text; they may change (ID-18). */
export function hintsOf({ name, fhirUser }: EhrUser): string {
  return JSON.stringify([name, fhirUser]);
}

/** Stores the hints of this launch, and replaces an older secret's hash with the current one's. */
async function noteHints(
  { db, sealer }: CliniciansDependencies,
  { identity }: FoundIdentity,
  lookups: Lookups,
  user: EhrUser,
): Promise<void> {
  const { organizationId } = identity;
  const [lookup] = lookups;
  const before = await openIdentity(sealer, identity);
  const isSame = before?.name === user.name && before?.fhirUser === user.fhirUser && sealer.isCurrent(identity.details);
  if (isSame && identity.lookup === lookup) return;
  const { iss, sub, name, fhirUser } = user;
  const details = await sealIdentity(sealer, { organizationId, lookup }, { ...before, iss, sub, name, fhirUser });
  await identitiesOf(db, organizationId).update(identity.lookup, { lookup, details });
}

async function makeClinician(
  { sealer, clock, audit }: CliniciansDependencies,
  tx: Queries,
  organizationId: string,
  lookups: Lookups,
  { launching, before }: { launching: LaunchingUser; before: FoundIdentity | undefined },
): Promise<Meeting> {
  const { user, ...from } = launching;
  const now = clock();
  const clinicianId = randomUUID();
  const [lookup] = lookups;
  const details = await sealIdentity(sealer, { organizationId, lookup }, user);
  const link = { lookup, clinicianId, details, reference: null, linkedAt: now, linkedBy: 'automatic' };
  const name = await sealName(sealer, clinicianId, user.name);
  const users = identitiesOf(tx, organizationId);
  await cliniciansOf(tx, organizationId).insert({ id: clinicianId, details: name, createdAt: now, lastLaunchAt: now });
  if (before) await users.update(before.identity.lookup, link);
  else await users.insert({ ...link, firstSeenAt: now });
  const detail = { clinician: clinicianId, how: 'automatic' };
  const { iss, sub } = user;
  audit.record({ event: 'user-linked', organizationId, actor: { iss, sub }, ...from, detail });
  return { membership: { kind: 'linked', clinicianId, isDisabled: false }, isFirst: true };
}

async function letWait(
  { sealer, clock }: CliniciansDependencies,
  tx: Queries,
  organizationId: string,
  [lookup]: Lookups,
  user: EhrUser,
): Promise<Meeting> {
  // Clinician and administrator identify the user by it; it grants nothing.
  const reference = readableLetters(6);
  const details = await sealIdentity(sealer, { organizationId, lookup }, user);
  await identitiesOf(tx, organizationId).insert({ lookup, details, reference, firstSeenAt: clock() });
  return { membership: { kind: 'waiting', reference }, isFirst: false };
}
