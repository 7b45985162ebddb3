/** Finds and updates the EHR user's row at a launch, or creates it at the first one. */
import { randomUUID } from 'node:crypto';
import type { Queries } from '#src/adapters/database/index.ts';
import { readableLetters } from '#src/adapters/random.ts';
import type { AuditEvent } from '#src/audit/audit.ts';
import { AppError } from '#src/errors.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { CliniciansDependencies, EhrUser, Membership } from './clinician.ts';
import { lookupsOf, openIdentity, sealIdentity, sealName } from './clinician-details.ts';
import { cliniciansOf, type IdentityRow } from './clinician-store.ts';
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
  const { db, sealer, clock } = deps;
  const { id: organizationId, userAssociation } = organization;
  const lookups = lookupsOf(sealer, organizationId, launching.user);
  const found = await identitiesOf(db, organizationId).find(lookups);
  if (found && !isToBeLinked(organization, found)) {
    await noteHints(deps, found, lookups, launching.user);
    return meetingOf(found);
  }
  if (userAssociation === 'code') return meetingOf(found);
  return db.transaction(async (tx): Promise<Meeting> => {
    const users = identitiesOf(tx, organizationId);
    await users.lock(lookups);
    const again = await users.findForUpdate(lookups);
    if (again && !isToBeLinked(organization, again)) return meetingOf(again);
    const most = deps.mostUsers ?? MOST_USERS;
    const isFull = !again && (await users.areAtLeast(most));
    const refusal = `the organization has ${most} EHR users, the most there may be`;
    if (isFull) throw new AppError('user.not-allowed', refusal, 'user.most');
    const [lookup] = lookups;
    const details = await sealIdentity(sealer, { organizationId, lookup }, launching.user);
    const row = { lookup, details };
    if (userAssociation === 'automatic') return makeClinician(deps, tx, organizationId, launching, row, again);
    // Clinician and administrator identify the user by it; it grants nothing.
    const reference = readableLetters(6);
    await users.insert({ ...row, reference, firstSeenAt: clock() });
    return { membership: { kind: 'waiting', reference }, isFirst: false };
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
  { user, ...from }: LaunchingUser,
  row: Pick<IdentityRow, 'lookup' | 'details'>,
  before: FoundIdentity | undefined,
): Promise<Meeting> {
  const now = clock();
  const clinicianId = randomUUID();
  const link = { ...row, clinicianId, reference: null, linkedAt: now, linkedBy: 'automatic' };
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
