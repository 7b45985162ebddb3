/** A CapabilityStatement is read entry by entry: an odd one hides no other. */
import { expect, test } from 'vitest';
import { parseCapability } from '#src/smart/documents/capability-statement.ts';

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
    });
  }
});
