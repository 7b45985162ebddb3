/** The list behind a page: as it is kept for this launch, or read from the EHR now. */
import type { UserReading } from '#src/requests/chart/practitioner.ts';
import type { ChartReading } from '#src/requests/chart/read-ahead.ts';
import type { KeptList } from './kept-list.ts';

/** A reading as far as its page needs it. */
export type ListReading = Pick<ChartReading, 'startedAt' | 'patient' | 'requests'> & {
  readonly user: Pick<UserReading, 'soon'>;
};

/** What is kept, in the form of a reading that has come to its end. */
export function readingOf({ asOf, patient, user, list }: KeptList): ListReading {
  return {
    startedAt: asOf,
    patient: Promise.resolve(patient),
    requests: Promise.resolve({ key: undefined, read: async () => ({ list, key: undefined, steadyUntil: 0 }) }),
    user: { soon: async () => user },
  };
}
