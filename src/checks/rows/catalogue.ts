/** Every check, in the order in which its row stands: the guide's three, then a launch from the network to the clock. */
import type { Clock } from '#src/adapters/clock.ts';
import { capabilityChecks } from './client.ts';
import { configurationChecks } from './configuration.ts';
import type { CheckDefinition } from './definition.ts';
import { endpointChecks } from './endpoints.ts';
import { fhirChecks } from './fhir.ts';
import { guideChecks } from './guide.ts';
import { issuerChecks } from './issuer.ts';
import { networkChecks } from './network.ts';
import { ownChecks } from './own.ts';
import { scopeChecks } from './scopes.ts';

/** @param clock for the days until a certificate expires. */
export function checkCatalogue(clock: Clock): CheckDefinition[] {
  return [
    ...guideChecks,
    ...networkChecks(clock),
    ...configurationChecks,
    ...endpointChecks,
    ...capabilityChecks,
    ...issuerChecks,
    ...scopeChecks,
    ...fhirChecks,
    ...ownChecks,
  ];
}

/** The guide's three: "All checks passed" needs them all (REG-06). */
export const guideCheckIds: readonly string[] = guideChecks.map(({ id }) => id);

/** Every id in the order of the rows, for pages that place rows as they arrive. */
export const checkIds: readonly string[] = checkCatalogue(() => new Date(0)).map(({ id }) => id);
