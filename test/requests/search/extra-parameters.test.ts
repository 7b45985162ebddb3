import { expect, test } from 'vitest';
import { loadRequests } from '#src/requests/list/list.ts';
import { withSearchParameters } from '#src/requests/search/extra-parameters.ts';
import { searchset, startFhirServer } from '#test/requests/fhir-server.ts';

const options = { patientId: 'pat-ada', grantedSearch: true, now: new Date('2026-11-22T14:02:00Z') };

test('an organization’s parameters are added, encoded, to a search, and not to a next link or a read', async () => {
  const request = {
    resourceType: 'ServiceRequest',
    id: '1',
    status: 'active',
    subject: { reference: 'Patient/pat-ada' },
    performer: [{ reference: 'Practitioner/p' }],
  };
  const next = { link: [{ relation: 'next', url: '?page=2' }] };
  await using server = await startFhirServer((call) => {
    if (call.startsWith('POST')) return { resourceType: 'Bundle', type: 'batch-response' };
    return call.includes('page=2') ? searchset([]) : searchset([request], next);
  });
  await loadRequests(server.api, {
    ...options,
    searchParameters: ['ah-practice=Organization/a-1.Practice-1&x', 'b=1'],
  });
  const query = '_count=50&ah-practice=Organization%2Fa-1.Practice-1%26x&b=1';
  expect(server.calls).toEqual([
    `GET /fhir/ServiceRequest?patient=pat-ada&${query}`,
    'GET /fhir/ServiceRequest?page=2',
    'POST /fhir',
  ]);
  expect(JSON.stringify(server.posted)).not.toContain('ah-practice');
});

test('FH-13: no parameter selects another patient or page, even one that the settings would refuse', () => {
  const query = new URLSearchParams({ patient: 'pat-ada', _count: '50', status: 'active' });
  const hostile = [
    'patient=pat-ben',
    'PATIENT=pat-ben',
    'subject=Patient/pat-ben',
    '_id=1',
    '_count=9',
    '=x',
    'y',
    'status=draft',
  ];
  expect(String(withSearchParameters(query, hostile))).toBe('patient=pat-ada&_count=50&status=active');
  expect(String(withSearchParameters(query, ['a=1', 'a=2']))).toBe('patient=pat-ada&_count=50&status=active&a=1&a=2');
});
