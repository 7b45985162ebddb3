/** The US Core profile for the requests that the app writes, if the EHR declares that it supports it. */
import type { ParsedCapability } from './capability-statement.ts';

/** Without a version, because our requests conform to 5.0.1, 6.1.0 and 7.0.0. */
export const US_CORE_SERVICE_REQUEST = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-servicerequest';

/** Does the CapabilityStatement name the profile for ServiceRequest, in any version? */
export function supportsUsCoreRequests(capability: ParsedCapability | undefined): boolean {
  const profiles = capability?.resources.get('ServiceRequest')?.profiles ?? [];
  return profiles.some((profile) => profile.split('|')[0] === US_CORE_SERVICE_REQUEST);
}
