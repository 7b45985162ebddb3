/** The list of a page: the one that is kept for this launch, or the one that is read from the EHR now. */
import type { UserReading } from '#src/requests/chart/practitioner.ts';
import type { ChartReading } from '#src/requests/chart/read-ahead.ts';
import type { KeptList } from './kept-list.ts';

/** The parts of a reading that the list's page needs. */
export type ListReading = Pick<ChartReading, 'startedAt' | 'patient' | 'requests'> & {
  readonly user: Pick<UserReading, 'soon'>;
};

/** A kept list in the form of a completed reading. */
export function readingOf({ asOf, patient, user, list }: KeptList): ListReading {
  return {
    startedAt: asOf,
    patient: Promise.resolve(patient),
    requests: Promise.resolve({
      key: undefined,
      steadyUntil: () => 0,
      read: async () => ({ list, key: undefined }),
    }),
    user: { soon: async () => user },
  };
}
