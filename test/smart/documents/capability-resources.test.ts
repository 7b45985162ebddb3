/** A CapabilityStatement is read entry by entry, so that an odd entry hides no other. */
import { expect, test } from 'vitest';
import { parseCapability } from '#src/smart/documents/capability-statement.ts';
import { supportsUsCoreRequests, US_CORE_SERVICE_REQUEST } from '#src/smart/documents/us-core.ts';

const resource = { type: 'Patient', interaction: [{ code: 'read' }], searchParam: [{ name: '_id' }] };
const server = { mode: 'server', resource: [resource] };
const statement = (...rest: unknown[]) => ({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', rest });

test.for([null, 7, 'x', [], {}])('an entry that is %j hides no other', (odd) => {
  const interaction = { ...resource, interaction: [odd, { code: 'read' }], searchParam: [odd, { name: '_id' }] };
  for (const document of [
    statement(odd, server),
    statement({ ...server, resource: [odd, resource] }),
    statement({ ...server, resource: [interaction] }),
  ]) {
    expect(parseCapability(document)?.resources.get('Patient')).toEqual({
      interactions: ['read'],
      searchParameters: ['_id'],
      searchIncludes: [],
      searchRevIncludes: [],
      profiles: [],
    });
  }
});

test.for<[string, string, object, boolean]>([
  ['without a version', 'ServiceRequest', { supportedProfile: ['http://x', US_CORE_SERVICE_REQUEST] }, true],
  ['in a version', 'ServiceRequest', { supportedProfile: [`${US_CORE_SERVICE_REQUEST}|6.1.0`] }, true],
  ['as its only profile', 'ServiceRequest', { profile: US_CORE_SERVICE_REQUEST }, true],
  ['of another type', 'Task', { supportedProfile: [US_CORE_SERVICE_REQUEST] }, false],
  ['of another name', 'ServiceRequest', { supportedProfile: [`${US_CORE_SERVICE_REQUEST}-x`] }, false],
  ['that is no list', 'ServiceRequest', { supportedProfile: US_CORE_SERVICE_REQUEST, profile: 5 }, false],
])('US Core’s profile %s', ([, type, named, isSupported]) => {
  const capability = parseCapability(statement({ ...server, resource: [{ type, ...named }] }));
  expect(supportsUsCoreRequests(capability)).toBe(isSupported);
});
