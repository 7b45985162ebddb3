/** What counts as a change at an EHR. */
import { expect, test } from 'vitest';
import { differencesBetween } from '#src/checks/drift.ts';
import type { ConnectionState } from '#src/checks/rows/result.ts';

const now = new Date('2026-11-22T00:00:00Z');
const state: ConnectionState = {
  configuration: { tokenEndpoint: 'https://ehr.example/token', capabilities: ['a', 'b'] },
  keys: ['one'],
  capability: { fhirVersion: '4.0.1', Patient: 'read; ', ServiceRequest: 'read search-type; patient' },
  certificate: { expiresAt: '2027-06-01T00:00:00.000Z', fingerprint: 'AA' },
};

test('two equal runs have no difference', () => {
  expect(differencesBetween(state, structuredClone(state), now)).toEqual([]);
});

test.for([
  [
    'another token endpoint',
    { configuration: { ...state.configuration, tokenEndpoint: 'https://b.example/' } },
    'configuration',
    'tokenEndpoint',
    'warning',
  ],
  [
    'a capability gone',
    { configuration: { ...state.configuration, capabilities: ['a'] } },
    'configuration',
    'capabilities',
    'warning',
  ],
  ['other keys', { keys: ['two'] }, 'keys', 'kid', 'info'],
  [
    'a resource gone',
    { capability: { fhirVersion: '4.0.1', Patient: 'read; ' } },
    'capability',
    'ServiceRequest',
    'warning',
  ],
  [
    'a renewed certificate',
    { certificate: { expiresAt: '2027-12-01T00:00:00.000Z', fingerprint: 'BB' } },
    'certificate',
    'expiresAt',
    'info',
  ],
  [
    'a certificate that expires soon',
    { certificate: { expiresAt: '2026-12-01T00:00:00.000Z', fingerprint: 'AA' } },
    'certificate',
    'expiresAt',
    'warning',
  ],
] as const)('%s', ([, change, part, field, severity]) => {
  const after = { ...state, ...change } as ConnectionState;
  expect(differencesBetween(state, after, now)).toMatchObject([{ part, field, severity }]);
});

test('a document that could not be read is not compared', () => {
  const nothing = { configuration: undefined, keys: undefined, capability: undefined, certificate: undefined };
  expect(differencesBetween(state, nothing, now)).toEqual([]);
});

test('a change after many characters is found, and shown without invisible characters', () => {
  const many = Array.from({ length: 60 }, (_, at) => `capability-${at}`);
  const withCapabilities = (capabilities: string[]) => ({ ...state, configuration: { capabilities } });
  const before = withCapabilities([...many, 'last']);
  expect(differencesBetween(before, withCapabilities([...many, 'other']), now)).toMatchObject([
    { field: 'capabilities', severity: 'warning' },
  ]);
  const disguised = { ...state, capability: { ...state.capability, 'X\u202e': 'a\u202eb\u200b' } };
  expect(differencesBetween(state, disguised, now)).toEqual([
    { part: 'capability', field: 'X', before: '', after: 'a b', severity: 'warning' },
  ]);
});
