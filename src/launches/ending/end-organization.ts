/** Ends what an organization has open as soon as a change of its settings is saved (MT-05, REG-11). */
import type { Log } from '#src/adapters/log.ts';
import type { EndLaunches } from '#src/organizations/edit.ts';
import type { LaunchEndings } from './end-launches.ts';

/**
 * For the process that saves the change. The guard refuses these launches on every instance anyway; this deletes their
 * tokens here and at the EHR without waiting for a visit.
 */
export function endAfterChange(endings: Pick<LaunchEndings, 'endOf'>, log: Log): EndLaunches {
  return async (organization, by) => {
    try {
      return await endings.endOf(organization, 'organization', by);
    } catch (error) {
      log.error({ err: error, organizationId: organization.id }, 'launches could not be ended after a change');
      return undefined;
    }
  };
}
