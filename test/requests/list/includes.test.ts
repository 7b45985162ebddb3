/**
 * Names that are included with the requests (`_include`) if the EHR offers it, and that a hostile EHR cannot misuse.
 */
import { expect, test } from 'vitest';
import { loadRequests, type RequestList } from '#src/requests/list/list.ts';
import { createIncludeSupport } from '#src/requests/search/include-support.ts';
import { type Answer, searchset, startFhirServer } from '#test/requests/fhir-server.ts';

let now = new Date('2026-11-22T14:02:00Z');
const plain = 'GET /fhir/ServiceRequest?patient=pat-ada&_count=50';
const included = `${plain}&_include=ServiceRequest%3Arequester&_include=ServiceRequest%3Aperformer`;
const ruth = { resourceType: 'Practitioner', id: 'ruth', name: [{ given: ['Ruth'], family: 'Kim', prefix: ['Dr.'] }] };

function request(change: object = {}, id = '1'): object {
  const subject = { reference: 'Patient/pat-ada' };
  const requester = { reference: 'Practitioner/ruth' };
  return { resourceType: 'ServiceRequest', id, status: 'active', subject, code: { text: 'x' }, requester, ...change };
}

const offering = (requestIncludes?: string[]) => ({
  id: 'org',
  connectionVersion: 1,
  discovered: { configuration: {}, fetchedAt: '', freshUntil: '', requestIncludes },
});
const BOTH = ['ServiceRequest:requester', 'ServiceRequest:performer', 'ServiceRequest:encounter'];

/** Loads the list several times, from an EHR that offers these includes. */
async function load(
  offered: string[] | undefined,
  answer: (call: string) => Answer,
  change: object = {},
  times = 1,
): Promise<{ lists: RequestList[]; calls: string[] }> {
  await using server = await startFhirServer(answer);
  const supportOf = createIncludeSupport(() => now);
  const lists: RequestList[] = [];
  for (let time = 0; time < times; time += 1) {
    const options = { patientId: 'pat-ada', grantedSearch: true, now, includes: supportOf(offering(offered)) };
    // oxlint-disable-next-line no-await-in-loop -- one page after the other.
    lists.push(await loadRequests(server.api, { ...options, ...change }));
  }
  return { lists, calls: server.calls };
}
const by = (list: RequestList | undefined) => list?.open[0]?.requested.by;

test.for<[string, string[] | undefined, string[]]>([
  ['both', BOTH, [included]],
  ['anything', ['*'], [included]],
  ['the requester alone', BOTH.slice(0, 1), [`${plain}&_include=ServiceRequest%3Arequester`]],
  ['only what the list does not show', ['ServiceRequest:subject'], [plain, 'POST /fhir']],
  ['nothing', [], [plain, 'POST /fhir']],
  ['it does not say what', undefined, [plain, 'POST /fhir']],
])('an EHR that offers %s', async ([, offered, expected]) => {
  const batch = {
    resourceType: 'Bundle',
    type: 'batch-response',
    entry: [{ response: { status: '200' }, resource: ruth }],
  };
  const { lists, calls } = await load(offered, (call) => {
    if (call.startsWith('POST')) return batch;
    return call.includes('_include') ? searchset([request(), ruth]) : searchset([request()]);
  });
  expect(by(lists[0])).toBe('Dr. Ruth Kim');
  expect(calls).toEqual(expected);
});

test.for([400, 403, 422, 500, 501])(
  'an EHR that refuses its own offer (%i) gets a search without it, and with it again in an hour',
  async (status) => {
    const answer = (call: string): Answer =>
      call.includes('_include') ? { status } : searchset([request({ requester: { display: 'R. Kim' } })]);
    await using server = await startFhirServer(answer);
    const supportOf = createIncludeSupport(() => now);
    const loadOnce = () =>
      loadRequests(server.api, { patientId: 'pat-ada', grantedSearch: true, now, includes: supportOf(offering(BOTH)) });
    expect((await loadOnce()).problem).toBeUndefined();
    expect(server.calls).toEqual([included, plain]);
    await loadOnce();
    expect(server.calls).toEqual([included, plain, plain]);
    now = new Date(now.getTime() + 61 * 60_000);
    await loadOnce();
    expect(server.calls.slice(3)).toEqual([included, plain]);
  },
);

test.for([401, 408, 502, 504])('%i is no refusal of includes: the search is not repeated', async (status) => {
  const { lists, calls } = await load(BOTH, () => ({ status }));
  expect(lists[0]?.problem).toBeDefined();
  expect(calls).toEqual([included]);
});

test('an EHR that refuses the search itself is reported as refusing', async () => {
  const { lists, calls } = await load(BOTH, () => ({ status: 403 }), {}, 2);
  expect(lists.map(({ problem }) => problem?.kind)).toEqual(['refused', 'refused']);
  // The refusal says nothing about includes, so they are tried again.
  expect(calls).toEqual([included, plain, included, plain]);
});

test('an EHR that writes names beside references gets no _include', async () => {
  const named = searchset([request({ requester: { reference: 'Practitioner/ruth', display: 'R. Kim' } })]);
  const { lists, calls } = await load(BOTH, () => named, {}, 2);
  expect(lists.map(by)).toEqual(['R. Kim', 'R. Kim']);
  expect(calls).toEqual([included, plain]);
});

test('an EHR that names what it includes by fullUrl is asked for it again', async () => {
  const [reference, fullUrl] = ['urn:uuid:7', 'urn:uuid:7'];
  const asked = { resource: request({ requester: { reference } }) };
  const bundle = (...entry: object[]) => ({ resourceType: 'Bundle', type: 'searchset', entry });
  const answer = (call: string) =>
    call.includes('_include') ? bundle(asked, { resource: ruth, fullUrl }) : bundle(asked);
  const { lists, calls } = await load(BOTH, answer, {}, 2);
  expect(lists.map(by)).toEqual(['Dr. Ruth Kim', 'Dr. Ruth Kim']);
  expect(calls).toEqual([included, included]);
});

test('a list without references changes nothing that is remembered', async () => {
  const { calls } = await load(BOTH, () => searchset([]), {}, 2);
  expect(calls).toEqual([included, included]);
});

test('SCO-19: resources that may not be read are not included either', async () => {
  const { calls } = await load(BOTH, () => searchset([request()]), { canRead: () => false });
  expect(calls).toEqual([plain]);
});

test.for<[string, object[], string]>([
  ['of another patient', [{ ...ruth, resourceType: 'Patient', id: 'pat-ben' }], 'Name not available'],
  ['of another patient, as the requester', [{ ...ruth, resourceType: 'Patient', id: 'ruth' }], 'Name not available'],
  ['of another practitioner', [{ ...ruth, id: 'eve' }], 'Name not available'],
  ['that is no object', ['x' as never, null as never, ruth], 'Dr. Ruth Kim'],
])('an included resource %s', async ([, along, expected]) => {
  const others = searchset([request({}, '2'), { ...request(), subject: { reference: 'Patient/pat-ben' } }, ...along]);
  const { lists } = await load(BOTH, (call) => (call.startsWith('POST') ? { status: 403 } : others));
  expect(lists[0]?.open.map(({ id, requested }) => [id, requested.by])).toEqual([['2', expected]]);
});

test('a requester who is another patient has no name, even if the resource is included', async () => {
  const asked = request({ requester: { reference: 'Patient/pat-ben' } });
  const ben = { ...ruth, resourceType: 'Patient', id: 'pat-ben' };
  const { lists } = await load(BOTH, () => searchset([asked, ben]));
  expect(by(lists[0])).toBe('Name not available');
});
