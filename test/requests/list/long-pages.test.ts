/** A whole list in one page (`_count=500`) where the EHR sends it, and in pages of 50 where it does not. */
import { expect, test } from 'vitest';
import { loadRequests } from '#src/requests/list/list.ts';
import { createEhrLacks } from '#src/requests/search/ehr-lacks.ts';
import { createIncludeSupport } from '#src/requests/search/include-support.ts';
import { FhirError } from '#src/smart/fhir/fhir-error.ts';
import { type Answer, searchset, startFhirServer } from '#test/requests/fhir-server.ts';

let now = new Date('2026-11-22T14:02:00Z');
const short = 'GET /fhir/ServiceRequest?patient=pat-ada&_count=50';
const long = 'GET /fhir/ServiceRequest?patient=pat-ada&_count=500';
const INCLUDE = '&_include=ServiceRequest%3Arequester';

const request = (id: string) => ({
  ...{ resourceType: 'ServiceRequest', id, status: 'active', code: { text: 'x' }, requester: { display: 'R. Kim' } },
  subject: { reference: 'Patient/pat-ada' },
});
const page = searchset([request('1')]);
const organization = { id: 'org', connectionVersion: 1 };

/** @param offered what the EHR says that it includes. */
async function startList(answer: (call: string) => Answer, offered: string[] = []) {
  const server = await startFhirServer(answer);
  const longPagesOf = createEhrLacks(() => now);
  const includesOf = createIncludeSupport(() => now);
  const discovered = { configuration: {}, fetchedAt: '', freshUntil: '', requestIncludes: offered };
  const load = async (change = {}, api = server.api) => {
    const own = { ...organization, discovered, ...change };
    const support = { longPages: longPagesOf(own), includes: includesOf(own) };
    const { open, problem } = await loadRequests(api, { patientId: 'pat-ada', grantedSearch: true, now, ...support });
    return [open.length, problem?.kind];
  };
  return { ...server, load, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test('an EHR that sends it is asked once', async () => {
  await using list = await startList(() => page);
  expect([await list.load(), await list.load()]).toEqual([
    [1, undefined],
    [1, undefined],
  ]);
  expect(list.calls).toEqual([long, long]);
});

test.for<[string, Answer]>([
  ...[400, 405, 413, 422, 500, 501].map((status): [string, Answer] => [String(status), { status }]),
  ['with a web page', { status: 200, body: 'Blocked', headers: { 'content-type': 'text/html' } }],
  ['more than is read', { ...page, more: 'x'.repeat(5_100_000) }],
])('an EHR that answers %s gets pages of 50, for an hour', async ([, refusal]) => {
  await using list = await startList((call) => (call === long ? refusal : page));
  await list.load();
  await list.load();
  expect(list.calls).toEqual([long, short, short]);
  await list.load({ id: 'other' });
  expect(list.calls.slice(3)).toEqual([long, short]);
  now = new Date(now.getTime() + 61 * 60_000);
  expect(await list.load()).toEqual([1, undefined]);
  expect(list.calls.slice(5)).toEqual([long, short]);
});

test.for([401, 403, 404, 408, 410, 429, 502, 503, 504])(
  '%i is not about the length of a page: no shorter one is asked for',
  async (status) => {
    await using list = await startList(() => ({ status }));
    const [count, problem] = await list.load();
    expect([count, problem]).toEqual([0, expect.anything()]);
    expect(list.calls).not.toContain(short);
  },
);

test('an EHR that refuses every length is asked anew for the next page', async () => {
  await using list = await startList(() => ({ status: 400 }));
  await list.load();
  await list.load();
  expect(list.calls).toEqual([long, short, long, short]);
});

test('an EHR that is asked for pages of 50 is not asked for them twice', async () => {
  let isBroken = false;
  await using list = await startList((call) => (isBroken || call === long ? { status: 400 } : page));
  await list.load();
  isBroken = true;
  await list.load();
  expect(list.calls).toEqual([long, short, short]);
});

test('an EHR that refuses long pages still includes names', async () => {
  await using list = await startList(
    (call) => (call.includes('_count=500') ? { status: 400 } : page),
    ['ServiceRequest:requester'],
  );
  await list.load();
  expect(list.calls).toEqual([long + INCLUDE, short + INCLUDE]);
});

test('an EHR that refuses what it says that it includes still sends long pages', async () => {
  await using list = await startList(
    (call) => (call.includes('_include') ? { status: 400 } : page),
    ['ServiceRequest:requester'],
  );
  await list.load();
  await list.load();
  expect(list.calls).toEqual([long + INCLUDE, short + INCLUDE, short, long]);
});

test('an EHR that is too slow with a long page is not asked twice; the next page gets a short one', async () => {
  await using list = await startList(() => page);
  const late = async () => {
    throw new FhirError('timeout');
  };
  expect(await list.load({}, { ...list.api, get: late })).toEqual([0, expect.anything()]);
  expect(await list.load()).toEqual([1, undefined]);
  expect(list.calls).toEqual([short]);
});
