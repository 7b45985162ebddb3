/** The only way to end a launch: deletes its record, revokes its tokens, keeps the reason for audit and next visit. */
import type { Clock } from '#src/adapters/clock.ts';
import type { EhrOwner } from '#src/adapters/ehr-http/client.ts';
import type { Log } from '#src/adapters/log.ts';
import type { Audit, AuditEvent } from '#src/audit/audit.ts';
import type { EndReason } from '#src/launches/session/end-reasons.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { EndableLaunchStore } from '#src/launches/session/store.ts';
import type { EndLaunches } from '#src/organizations/edit.ts';
import type { Revoker } from './revoker.ts';

export type Ending = Pick<AuditEvent, 'actor' | 'address' | 'supportCode'>;

/** Ends launches on every instance at once, because all read the same records. */
export type LaunchEndings = ReturnType<typeof createLaunchEndings>;

/** The batch size; a large hospital must not delay the requests of others. */
const BATCH = 100;

/** One per process. @throws from its methods: AppError 'store.unavailable'. */
export function createLaunchEndings(dependencies: {
  launches: Pick<EndableLaunchStore, 'end' | 'live'>;
  revoker: Pick<Revoker, 'revoke'>;
  audit: Audit;
  clock: Clock;
}) {
  const { launches, revoker, audit, clock } = dependencies;
  /** @param organization whose EHR is called; without it, no private address is. @returns how many were still open. */
  const end = async (
    ids: readonly string[],
    reason: EndReason,
    organization: EhrOwner | undefined,
    by: Ending,
  ): Promise<number> => {
    const ended = await launches.end(ids, reason);
    for (const launch of ended) {
      const { organizationId, id: launchId } = launch;
      // The tokens of a launch that was not stored are already revoked.
      if (reason !== 'not-stored')
        revoker.revoke(launch, organization ?? { id: organizationId, privateNetworks: [], requestsPerMinute: 0 });
      // A sign-out has its own audit event.
      const event = reason === 'signed-out' ? 'sign-out' : 'launch-ended';
      const detail = reason === 'signed-out' ? {} : { detail: { reason } };
      audit.record({ event, organizationId, launchId, ...by, ...detail });
    }
    return ended.length;
  };
  return {
    end,
    endOf: async (
      organization: EhrOwner,
      reason: EndReason,
      by: Ending,
      isChosen: (launch: Launch) => boolean = () => true,
    ): Promise<number> => {
      const open = await launches.live.all(organization.id, clock());
      const ids = open.filter(({ launch }) => isChosen(launch)).map(({ launch }) => launch.id);
      let count = 0;
      for (let at = 0; at < ids.length; at += BATCH) {
        // oxlint-disable-next-line no-await-in-loop -- one batch after the other
        count += await end(ids.slice(at, at + BATCH), reason, organization, by);
      }
      return count;
    },
  };
}

/** MT-05, REG-11. The guard refuses them anyway; this revokes their tokens without waiting for a visit. */
export function endAfterChange(endings: Pick<LaunchEndings, 'endOf'>, log: Log): EndLaunches {
  return async (organization, by) => {
    const ending = typeof by === 'object' && 'actor' in by ? by : { actor: by };
    try {
      return await endings.endOf(organization, 'organization', ending);
    } catch (error) {
      log.error({ err: error, organizationId: organization.id }, 'launches could not be ended after a change');
      return undefined;
    }
  };
}
