/** Writes down what a list depends on besides the EHR's answers: the same basis and answers give the same list. */
import { cached } from '#src/adapters/cache.ts';
import { dayIn } from '#src/adapters/time-zone.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { RequestListOptions } from '#src/requests/list/ask-for-list.ts';
import { dayKey } from '#src/smart/fhir/unchanged-until.ts';

/** Holds launch, user, patient, permissions, settings, what was learned of the EHR, and the day; never a token. */
export function basisOf(
  launch: Launch,
  organization: Organization,
  learned: Pick<RequestListOptions, 'batches' | 'includes' | 'tasks' | 'remembered' | 'now'>,
): string {
  const { id, organizationId, connectionVersion, fhirBase, user, context, scope, narrowedScope } = launch;
  const { batches, includes, tasks, remembered = new Map(), now } = learned;
  return JSON.stringify([
    ...[id, organizationId, connectionVersion, fhirBase, user, context, scope, narrowedScope],
    cached(settings, organization, () => JSON.stringify(organization)),
    ...[batches?.isMissing(), includes?.wanted(), tasks?.isMissing(), [...remembered]],
    ...[dayIn(now, organization.timeZone), dayKey(now)],
  ]);
}

/** One organization is one object until it changes (organizations/organization-directory.ts). */
const settings = new WeakMap<Organization, string>();

/** A user whose name is asked for once, so that it stays the same throughout one reading. */
export function onceAsked(user: RequestListOptions['user']): RequestListOptions['user'] {
  let name: Promise<string | undefined> | undefined;
  return user && { ...user, name: () => (name ??= user.name()) };
}
