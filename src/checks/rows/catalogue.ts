/** Every check, in the order of the rows: the guide's three, then along a launch from the network to the clock. */
import { capabilityChecks } from './client-capabilities.ts';
import { configurationChecks } from './configuration.ts';
import type { CheckDefinition } from './definition.ts';
import { endpointChecks } from './endpoints.ts';
import { fhirChecks } from './fhir.ts';
import { issuerChecks } from './issuer.ts';
import { networkChecks } from './network.ts';
import { ownChecks } from './our-side.ts';
import { guideChecks } from './promised-checks.ts';
import { scopeChecks } from './scopes.ts';
import { signInChecks } from './sign-in.ts';

export const checkCatalogue: readonly CheckDefinition[] = [
  ...guideChecks,
  ...networkChecks,
  ...configurationChecks,
  ...endpointChecks,
  ...capabilityChecks,
  ...signInChecks,
  ...issuerChecks,
  ...scopeChecks,
  ...fhirChecks,
  ...ownChecks,
];

/** The guide's three: "All checks passed" needs them all (REG-06). */
export const guideCheckIds: readonly string[] = guideChecks.map(({ id }) => id);
