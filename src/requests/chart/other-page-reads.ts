/** The FHIR calls of a launch's pages other than the list, and the end of a launch whose token is refused. */
import { AppError, type ErrorCode } from '#src/errors.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { CurrentTokens, RefusedToken } from '#src/launches/tokens/current-token.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { assertInUse } from '#src/patients/patient.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import type { ChartReadings } from './read-ahead.ts';

/**
 * The launch's calls, its patient and its user. A token that is refused even after a renewal ends the launch.
 * @param through what the calls go through, such as a batch that brings more than one answer.
 */
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
