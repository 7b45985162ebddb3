/** The FHIR calls of a launch's pages other than the list, and the end of a launch whose token is refused. */
import type { Clock } from '#src/adapters/clock.ts';
import { within } from '#src/adapters/deadline.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { CurrentTokens, RefusedToken } from '#src/launches/tokens/current-token.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { assertInUse } from '#src/patients/patient.ts';
import type { RequestList } from '#src/requests/list/list.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { mayShowRequests } from './patient-and-list-reads.ts';
import type { ChartReadings, OpenReading } from './read-ahead.ts';

/** The launch's calls, patient and user; a token refused after a renewal ends the launch. @param through wraps the calls. */
export function openReadings(
  { readings, currentTokens }: { readings: ChartReadings; currentTokens: CurrentTokens },
  launch: Launch,
  organization: Organization,
  through?: (api: FhirApi) => FhirApi,
) {
  const renew = (refused: string) => currentTokens.renew(launch.id, organization, refused);
  const { patient, ...rest } = readings.open(launch, organization, renew, through);
  const inUse = patient.then(assertInUse);
  return { ...rest, patient: inUse.catch((error: unknown) => endIfOver(currentTokens, launch, organization, error)) };
}

/** The kept list, or one read now. Never throws: undefined where no list is shown, 'unread' if the EHR is too slow. */
export async function listNow(
  { readings, keptLists, clock }: { readings: ChartReadings; keptLists: FoundLists; clock: Clock },
  launch: Launch,
  organization: Organization,
  opened: Pick<OpenReading, 'api' | 'user'>,
): Promise<RequestList | 'unread' | undefined> {
  if (!mayShowRequests(launch, organization)) return undefined;
  const kept = await keptLists.find(launch.id, clock());
  if (kept) return kept.list;
  const read = async () => (await (await readings.askedList(launch, organization, opened)).read()).list;
  return within(PATIENCE_MS, read()).catch(() => 'unread' as const);
}

/** The lists that launches have read in the last minute. */
export interface FoundLists {
  find(launchId: string, now: Date): Promise<{ list: RequestList } | undefined>;
}

const PATIENCE_MS = 5_000;

const REASONS: Partial<Record<ErrorCode, RefusedToken>> = {
  'session.expired': 'token-refused',
  'session.never-accepted': 'token-never-accepted',
};

/** Always throws. A launch whose fresh token is refused too has ended, so that no reload tries on (FH-05). */
export async function endIfOver(
  currentTokens: CurrentTokens,
  launch: Launch,
  organization: Organization,
  error: unknown,
): Promise<never> {
  const reason = error instanceof AppError ? REASONS[error.code] : undefined;
  if (reason) await currentTokens.end(launch.id, organization, reason);
  throw error;
}
