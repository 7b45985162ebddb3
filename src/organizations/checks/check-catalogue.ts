/** Every check, in the order in which its row stands: the guide's three, then a launch from the network to the clock. */
import type { Clock } from '#src/adapters/clock.ts';
import { capabilityChecks } from './capability-checks.ts';
import type { CheckDefinition } from './check-definition.ts';
import { configurationChecks } from './configuration-checks.ts';
import { endpointChecks } from './endpoint-checks.ts';
import { fhirChecks } from './fhir-checks.ts';
import { guideChecks } from './guide-checks.ts';
import { issuerChecks } from './issuer-checks.ts';
import { networkChecks } from './network-checks.ts';
import { ownChecks } from './own-checks.ts';
import { scopeChecks } from './scope-checks.ts';

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
