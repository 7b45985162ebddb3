/** The catalogue of named faults: add a row in `faults/`, and tests, people and the faults page can switch it on. */

import { authorizeFaults } from '#sandbox/faults/authorize.ts';
import { discoveryFaults } from '#sandbox/faults/discovery.ts';
import { fhirFaults } from '#sandbox/faults/fhir.ts';
import { fhirContentFaults } from '#sandbox/faults/fhir-content.ts';
import { idTokenFaults } from '#sandbox/faults/id-token.ts';
import { introspectionFaults } from '#sandbox/faults/introspection.ts';
import { openidFaults } from '#sandbox/faults/openid.ts';
import { scopeFaults } from '#sandbox/faults/scopes.ts';
import { tokenEndpointFaults } from '#sandbox/faults/token-endpoint.ts';
import { tokenResponseFaults } from '#sandbox/faults/token-response.ts';
import type { Fault } from './fault-type.ts';
import { fhirCreateFaults } from './faults/fhir-create.ts';

const catalogue = {
  ...discoveryFaults,
  ...openidFaults,
  ...authorizeFaults,
  ...scopeFaults,
  ...tokenEndpointFaults,
  ...tokenResponseFaults,
  ...idTokenFaults,
  ...introspectionFaults,
  ...fhirFaults,
  ...fhirCreateFaults,
  ...fhirContentFaults,
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof catalogue;

/** Every fault by name. */
export const faultCatalogue: Record<FaultName, Fault> = catalogue;

/** Whether a text from outside (the faults page, a command line) names a fault. */
export function isFaultName(text: string): text is FaultName {
  return Object.hasOwn(catalogue, text);
}

/** Every name, in the order of a launch. */
export const faultNames: FaultName[] = Object.keys(catalogue).filter(isFaultName);
