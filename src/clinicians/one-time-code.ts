/** The one-time code that links an EHR user to a clinician: its format, lifetime, stored form, its use and its limits. */
import { hash } from 'node:crypto';
import type { Queries } from '#src/adapters/database/index.ts';
import { lettersInGroups } from '#src/adapters/random.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createAttemptLimit, createLimiter } from '#src/http/limits/limiter.ts';
import type { CliniciansDependencies, Conflict } from './clinician.ts';
import { lookupsOf, sealIdentity } from './clinician-details.ts';
import { type ClinicianRow, cliniciansOf } from './clinician-store.ts';
import type { LaunchingUser } from './find-or-create.ts';
import { identitiesOf } from './identity-store.ts';

const LIFETIME_MS = 7 * 24 * 60 * 60_000;

/** A new code, of 100 random bits, and the columns of the clinician who gets it. */
export function newCode({ clock }: Pick<CliniciansDependencies, 'clock'>, organizationId: string) {
  const code = lettersInGroups(4, 5);
  const codeExpiresAt = new Date(clock().getTime() + LIFETIME_MS);
  return { code, columns: { codeHash: codeHash(organizationId, code), codeExpiresAt } };
}

/** Of a code as typed: case, spaces and dashes do not count. Plain, because 100 random bits cannot be guessed and a new APP_SECRETS must not invalidate issued codes. */
function codeHash(organizationId: string, code: string): string {
  const letters = code.toUpperCase().replace(/[^\dA-Z]/g, '');
  return hash('sha256', JSON.stringify([organizationId, letters]), 'base64url');
}

/** The outcome. `wrong` also stands for expired, so that guessing reveals nothing. */
export type RedeemOutcome =
  | { kind: 'linked'; clinicianId: string }
  | { kind: 'wrong' }
  | { kind: 'used' }
  | { kind: 'refused' }
  | { kind: Conflict };

/** Links the EHR user who types the code to its clinician; a conflict changes nothing. @throws whatever the database throws. */
export async function redeem(
  deps: CliniciansDependencies,
  organizationId: string,
  launching: LaunchingUser,
  code: string,
): Promise<RedeemOutcome> {
  const { user, ...from } = launching;
  const { iss, sub } = user;
  const linking = deps.db.transaction((tx) => linkByCode(deps, tx, organizationId, launching, code));
  const { outcome, clinician } = await linking;
  const isLinked = outcome.kind === 'linked';
  const detail = { ...(isLinked ? { how: 'code' } : { reason: `one-time code: ${outcome.kind}` }), clinician };
  const event = isLinked ? 'user-linked' : 'denial';
  deps.audit.record({ event, organizationId, actor: { iss, sub }, ...from, detail });
  return outcome;
}

async function linkByCode(
  deps: CliniciansDependencies,
  tx: Queries,
  organizationId: string,
  launching: LaunchingUser,
  code: string,
): Promise<{ outcome: RedeemOutcome; clinician?: string }> {
  const lookups = lookupsOf(deps.sealer, organizationId, launching.user);
  const own = cliniciansOf(tx, organizationId);
  const users = identitiesOf(tx, organizationId);
  await users.lock(lookups);
  // Locked in the same order as in a confirmation.
  const clinician = await own.lock({ codeHash: codeHash(organizationId, code) });
  const found = await users.findForUpdate(lookups);
  if (!clinician) return { outcome: { kind: 'wrong' } };
  const { id } = clinician;
  const now = deps.clock();
  const linkedTo = found?.identity.clinicianId ?? undefined;
  if (linkedTo === id) return { outcome: { kind: 'linked', clinicianId: id }, clinician: id };
  const refusal = await refusalOf(tx, clinician, { linkedTo, lookups, now });
  if (refusal) {
    // Shown in the administrator's list: a different EHR user has this clinician's code.
    if (refusal.kind !== 'wrong') await own.update(id, { conflictAt: now });
    return { outcome: refusal, clinician: id };
  }
  if (found?.identity.refusedAt) return { outcome: { kind: 'refused' }, clinician: id };
  const [lookup] = lookups;
  const details = await sealIdentity(deps.sealer, { organizationId, lookup }, launching.user);
  const link = { lookup, clinicianId: id, details, reference: null, linkedAt: now, linkedBy: 'code' };
  if (found) await users.update(found.identity.lookup, link);
  else await users.insert({ ...link, firstSeenAt: now });
  await own.update(id, { codeUsedAt: now, lastLaunchAt: now });
  return { outcome: { kind: 'linked', clinicianId: id }, clinician: id };
}

async function refusalOf(
  tx: Queries,
  { organizationId, id, codeUsedAt, codeExpiresAt, disabledAt }: ClinicianRow,
  { linkedTo, lookups, now }: { linkedTo: string | undefined; lookups: readonly string[]; now: Date },
): Promise<Exclude<RedeemOutcome, { kind: 'linked' }> | undefined> {
  if (codeUsedAt !== null) return { kind: 'used' };
  if (disabledAt !== null || codeExpiresAt === null || codeExpiresAt <= now) return { kind: 'wrong' };
  if (linkedTo !== undefined) return { kind: 'identity-taken' };
  return (await identitiesOf(tx, organizationId).hasOther(id, lookups)) ? { kind: 'clinician-taken' } : undefined;
}

export type AssociationLimit = ReturnType<typeof createAssociationLimit>;

const WINDOW = { seconds: 15 * 60, code: 'user.too-many-tries' } as const;
const TRIES_PER_LAUNCH = 10;
/** A user, known by a keyed hash, with any number of launches can use up only a part of their colleagues' allowance. */
const TRIES_PER_USER = 50;
/** A hospital that starts using codes has many people typing on one morning. */
const TRIES_PER_ORGANIZATION = 300;

/** Limits wrong codes. A right code resets the count of its launch. @param redis counts over all instances. */
export function createAssociationLimit(redis: KeyStore) {
  const limit = (name: string, points: number, isReset = false) =>
    createLimiter(redis, { name, points, isReset, ...WINDOW });
  const byLaunch = limit('association-launch', TRIES_PER_LAUNCH, true);
  const byUser = limit('association-user', TRIES_PER_USER);
  const byOrganization = limit('association-organization', TRIES_PER_ORGANIZATION);
  return createAttemptLimit((organizationId: string, { launchId, user }: { launchId: string; user: string }) => [
    [byLaunch, launchId],
    [byUser, `${organizationId} ${user}`],
    [byOrganization, organizationId],
  ]);
}
