/** The FHIR calls of the pages of a launch beside its list, and what ends the launch when its token does. */
import { AppError } from '#src/errors.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { CurrentTokens } from '#src/launches/tokens/current-token.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { assertInUse } from '#src/patients/patient.ts';
import type { ChartReadings } from './read-ahead.ts';

/** The launch's calls, its patient and its user; a token that is refused for good ends the launch. */
export function openReadings(
  { readings, currentTokens }: { readings: ChartReadings; currentTokens: CurrentTokens },
  launch: Launch,
  organization: Organization,
) {
  const { patient, ...rest } = readings.open(launch, organization, (refused) =>
    currentTokens.renew(launch.id, organization, refused),
  );
  const inUse = patient.then(assertInUse);
  return { ...rest, patient: inUse.catch((error: unknown) => endIfOver(currentTokens, launch, organization, error)) };
}

/** Refused with a fresh token too: the launch is over, and no reload may try indefinitely (FH-05). Always throws. */
export async function endIfOver(
  currentTokens: CurrentTokens,
  launch: Launch,
  organization: Organization,
  error: unknown,
): Promise<never> {
  if (error instanceof AppError && error.code === 'session.expired') await currentTokens.end(launch.id, organization);
  throw error;
}
