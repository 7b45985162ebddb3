/** The organization whose FHIR URL a refused launch came from. For operators only: an administrator learns of no other. */
import type { Reader } from '#src/errors/error-row.ts';
import { isSameFhirBase } from '#src/smart/step-2-launch-ehr.ts';
import { byRule } from './causes.ts';
import type { Diagnosis } from './diagnosis.ts';

interface Place {
  id: string;
  fhirBaseUrl: string;
}

/** undefined where the launch came from its own organization, or from none here. */
export function homeOf<T extends Place>(places: readonly T[], launch: Diagnosis): T | undefined {
  const { explanation, organizationId, steps } = launch;
  const iss = steps.find(({ name }) => name === 'launch')?.facts['iss'];
  if (!explanation?.rule?.startsWith('launch.') || typeof iss !== 'string') return undefined;
  const homes = places.filter(({ fhirBaseUrl }) => fhirBaseUrl !== '' && isSameFhirBase(fhirBaseUrl, iss));
  return homes.some(({ id }) => id === organizationId) ? undefined : homes[0];
}

/** The launch as an operator reads it: the other organization explains what looked like another environment. */
export function asHome(launch: Diagnosis, home: Place | undefined): Diagnosis {
  const isOfHome = home && /unproven$|environment$/.test(launch.explanation?.rule ?? '');
  return isOfHome ? { ...launch, explanation: byRule('launch.other-organization', launch.steps) } : launch;
}

/** Every organization for an operator, and none for another reader. */
export async function placesFor<T>(reader: Reader, organizations: { list(): Promise<T[]> }): Promise<T[]> {
  return reader === 'operator' ? organizations.list() : [];
}
