/** The CapabilityStatement, with SMART's older way to name the OAuth endpoints (DI-18). */
import type { CapabilityStatement, CapabilityStatementRestResource } from 'fhir/r4.js';
import { endpoints } from '#sandbox/authorization/documents.ts';
import { type ServedType, servedTypes } from '#sandbox/data/records.ts';
import type { Facts } from '#sandbox/facts.ts';
import type { VendorProfile } from '#sandbox/profiles.ts';
import { searchParameters, TASKS_ALONG } from './search.ts';

const oauthUris = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';

const usCoreServiceRequest = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-servicerequest';

const referenceParameters = new Set(['patient', 'subject', 'encounter', 'practitioner', 'focus', 'beneficiary']);

function resourceRow(type: ServedType, profile: VendorProfile): CapabilityStatementRestResource {
  const includes = type === 'ServiceRequest' ? [...profile.serviceRequestIncludes] : [];
  return {
    type,
    ...(type === 'ServiceRequest' && { supportedProfile: [`${usCoreServiceRequest}|7.0.0`] }),
    interaction: [
      { code: 'read' },
      { code: 'search-type' },
      ...(type === 'ServiceRequest' && profile.createsRequests
        ? [{ code: 'create' as const }, { code: 'update' as const }]
        : []),
    ],
    searchParam: ['_id', ...searchParameters(type, profile)].map((name) => ({
      name,
      type: referenceParameters.has(name) ? 'reference' : 'token',
    })),
    ...(includes.length > 0 && { searchInclude: includes }),
    ...(type === 'ServiceRequest' && profile.sendsTasksAlong && { searchRevInclude: [TASKS_ALONG] }),
  };
}

/** FHIR R4 CapabilityStatement with the oauth-uris extension. */
export function capabilityStatement(facts: Facts, profile: VendorProfile): CapabilityStatement {
  const { authorization_endpoint: authorize, token_endpoint: token } = endpoints(facts);
  const types = servedTypes.filter(
    (type) => (type !== 'Task' || profile.hasTask) && (type !== 'PractitionerRole' || profile.hasPractitionerRole),
  );
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-01-15',
    kind: 'instance',
    implementation: { description: 'Mock EHR: SYNTHETIC DATA', url: facts.fhirBase },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'server',
        security: {
          extension: [
            {
              url: oauthUris,
              extension: [
                { url: 'authorize', valueUri: authorize },
                { url: 'token', valueUri: token },
              ],
            },
          ],
          service: [{ coding: [{ code: 'SMART-on-FHIR' }] }],
        },
        resource: types.map((type) => resourceRow(type, profile)),
        interaction: [{ code: 'batch' }],
      },
    ],
  };
}
