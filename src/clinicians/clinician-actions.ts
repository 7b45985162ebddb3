/** An administrator's actions on clinicians; each change is written to the audit trail, without names (ER-05). */
import { randomUUID } from 'node:crypto';
import { type AuditEvent, type AuditEventName, auditActors } from '#src/audit/audit.ts';
import { markChanged } from '#src/organizations/store.ts';
import type { CliniciansDependencies, Conflict } from './clinician.ts';
import { openIdentity, sealName } from './clinician-details.ts';
import { cliniciansOf } from './clinician-store.ts';
import { identitiesOf } from './identity-store.ts';
import { newCode } from './one-time-code.ts';

export interface ActingOn {
  organizationId: string;
  actor: { userId: string };
  address?: string | undefined;
  supportCode: string;
}

type Deps = CliniciansDependencies;

/** Creates a clinician with a typed name and a one-time code. */
export async function addClinician(deps: Deps, acting: ActingOn, name: string) {
  const { organizationId } = acting;
  const id = randomUUID();
  const { code, columns } = newCode(deps, organizationId);
  const details = await sealName(deps.sealer, id, name);
  await cliniciansOf(deps.db, organizationId).insert({ id, details, createdAt: deps.clock(), ...columns });
  record(deps, acting, 'clinician-change', { clinician: id, change: 'added, code issued' });
  return { clinicianId: id, code };
}

/** Issues a new code, which replaces an older one. Refused for a linked clinician: undo that association first. */
export async function issueCode(deps: Deps, acting: ActingOn, id: string) {
  const { organizationId } = acting;
  const { code, columns } = newCode(deps, organizationId);
  const outcome = await deps.db.transaction(async (tx) => {
    const own = cliniciansOf(tx, organizationId);
    if (!(await own.lock({ id }))) return 'not-found';
    if (await identitiesOf(tx, organizationId).hasOther(id, [])) return 'clinician-taken';
    await own.update(id, { ...columns, codeUsedAt: null, conflictAt: null });
    return 'issued';
  });
  if (outcome !== 'issued') return outcome;
  record(deps, acting, 'clinician-change', { clinician: id, change: 'code issued' });
  return { clinicianId: id, code };
}

/** Ends the association and, within two seconds, the user's launches. Their next launch counts as their first. */
export async function unlink(deps: Deps, acting: ActingOn, id: string): Promise<boolean> {
  const { organizationId } = acting;
  const { identity } = (await cliniciansOf(deps.db, organizationId).find(id)) ?? {};
  const details = identity && (await openIdentity(deps.sealer, identity));
  // The user's hashes in audit rows, with which the clinician's timeline finds them after the association is undone.
  const users = details ? auditActors(deps.sealer, details) : [];
  const isDone = await deps.db.transaction(async (tx) => {
    if (!(await identitiesOf(tx, organizationId).delete({ clinicianId: id }))) return false;
    await markChanged(tx, organizationId);
    return cliniciansOf(tx, organizationId).update(id, { conflictAt: null });
  });
  return isDone && record(deps, acting, 'user-unlinked', { clinician: id, users });
}

/** Disables or enables a clinician. Disabling ends launches and refuses new ones; the association stays. */
export async function setDisabled(deps: Deps, acting: ActingOn, id: string, isDisabled: boolean): Promise<boolean> {
  const { organizationId } = acting;
  const [disabledAt, change] = isDisabled ? [deps.clock(), 'disabled'] : [null, 'enabled'];
  const isDone = await deps.db.transaction(async (tx) => {
    await markChanged(tx, organizationId);
    return cliniciansOf(tx, organizationId).update(id, { disabledAt });
  });
  return isDone && record(deps, acting, 'clinician-change', { clinician: id, change });
}

export type Confirmation = { kind: 'linked'; clinicianId: string } | { kind: 'not-found' } | { kind: Conflict };

/** Confirms a waiting or refused user. @param as the typed name of a new clinician, or the id of an existing one. */
export async function confirm(
  deps: Deps,
  acting: ActingOn,
  reference: string,
  as: { name: string } | { clinicianId: string },
): Promise<Confirmation> {
  const { db, sealer, clock } = deps;
  const { organizationId, actor } = acting;
  const now = clock();
  const outcome = await db.transaction(async (tx): Promise<Confirmation> => {
    const known = cliniciansOf(tx, organizationId);
    const users = identitiesOf(tx, organizationId);
    const isKnown = 'clinicianId' in as;
    const id = isKnown ? as.clinicianId : randomUUID();
    if (isKnown && !(await known.lock({ id }))) return { kind: 'not-found' };
    const identity = await users.lockByReference(reference);
    if (!identity) return { kind: 'not-found' };
    if (identity.clinicianId !== null) return { kind: 'identity-taken' };
    if (isKnown && (await users.hasOther(id, []))) return { kind: 'clinician-taken' };
    const lastLaunchAt = identity.firstSeenAt;
    if (isKnown) await known.update(id, { codeUsedAt: now, lastLaunchAt });
    else await known.insert({ id, details: await sealName(sealer, id, as.name), createdAt: now, lastLaunchAt });
    const link = { clinicianId: id, refusedAt: null, linkedAt: now, linkedBy: `user:${actor.userId}` };
    await users.update(identity.lookup, link);
    return { kind: 'linked', clinicianId: id };
  });
  if (outcome.kind === 'linked') {
    record(deps, acting, 'user-linked', { clinician: outcome.clinicianId, how: 'confirmation', reference });
  } else if (outcome.kind !== 'not-found') {
    record(deps, acting, 'denial', { reason: `confirmation: ${outcome.kind}`, reference });
  }
  return outcome;
}

/** Refuses a waiting user, who sees this at once; an administrator can still confirm them later. */
export async function refuse(deps: Deps, acting: ActingOn, reference: string): Promise<boolean> {
  if (!(await identitiesOf(deps.db, acting.organizationId).refuse(reference, deps.clock()))) return false;
  return record(deps, acting, 'clinician-change', { change: 'refused', reference });
}

/** Deletes a waiting or refused user, as if they had never launched. */
export async function forget(deps: Deps, acting: ActingOn, reference: string): Promise<boolean> {
  if (!(await identitiesOf(deps.db, acting.organizationId).delete({ reference }))) return false;
  return record(deps, acting, 'clinician-change', { change: 'forgotten', reference });
}

/** Records the change in the audit trail; always returns true. */
function record({ audit }: Deps, acting: ActingOn, event: AuditEventName, detail: AuditEvent['detail'] & object): true {
  audit.record({ event, ...acting, detail });
  return true;
}
