/** A whole list in one page (`_count=500`) where the EHR sends it, and in pages of 50 where it does not. */
import { expect, test } from 'vitest';
import { loadRequests } from '#src/requests/list/list.ts';
import { createEhrLacks } from '#src/requests/search/ehr-lacks.ts';
import { createIncludeSupport } from '#src/requests/search/include-support.ts';
import { TASKS_ALONG } from '#src/smart/documents/capability-statement.ts';
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
const MORE = 'The EHR has more requests than this page reads. See the rest in the EHR.';
const PART_OF_TASKS = 'Some answers from providers could not be read. See the EHR.';

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

/** Whatever the page holds, and wherever the part comes. */
test.for<[string, (call: string, base: string) => Answer, notices: string[]]>([
  ['200', () => page, []],
  ['201', () => ({ status: 201, body: page }), []],
  ['206', () => ({ status: 206, body: page }), [MORE]],
  ['206 without entries', () => ({ status: 206, body: searchset([]) }), [MORE]],
  [
    '206 on its second page',
    (call, base) =>
      call.includes('second')
        ? { status: 206, body: page }
        : searchset([request('2')], { link: [{ relation: 'next', url: `${base}/ServiceRequest?second` }] }),
    [MORE],
  ],
  ['206 for Tasks', (call) => (call.includes('/Task?') ? { status: 206, body: searchset([]) } : page), [PART_OF_TASKS]],
])('an EHR that answers %s: the list says whether it is whole', async ([, answer, notices]) => {
  await using server = await startFhirServer(answer);
  const tasks = notices.includes(PART_OF_TASKS) ? createEhrLacks(() => now)(organization) : undefined;
  const list = await loadRequests(server.api, { patientId: 'pat-ada', grantedSearch: true, now, tasks });
  expect([list.notices, list.problem]).toEqual([notices, undefined]);
});

test('of a list that came in part, no reply is called unseen', async () => {
  const soon = {
    ...request('1'),
    performer: [{ display: 'Northside' }],
    occurrenceDateTime: new Date(now.getTime() + 3 * 60 * 60_000).toISOString(),
  };
  const partOf = async (status: number) => {
    const body = searchset([soon], { link: [{ relation: 'self', url: `x?_revinclude=${TASKS_ALONG}` }] });
    await using server = await startFhirServer(() => ({ status, body }));
    const discovered = { configuration: {}, fetchedAt: '', freshUntil: '', requestIncludes: [TASKS_ALONG] };
    const includes = createIncludeSupport(() => now)({ ...organization, discovered });
    const along = { includes, canRead: () => true, mayHaveTasks: true };
    const { open } = await loadRequests(server.api, { patientId: 'pat-ada', grantedSearch: true, now, ...along });
    return open.map(({ next }) => next.text);
  };
  expect([await partOf(200), await partOf(206)]).toEqual([['Due soon, no reply seen'], ['Due soon, replies not read']]);
  // Tasks that come by a search of their own are all there.
  await using server = await startFhirServer((call) =>
    call.includes('/Task?') ? searchset([]) : { status: 206, body: searchset([soon]) },
  );
  const tasks = createEhrLacks(() => now)(organization);
  const own = await loadRequests(server.api, { patientId: 'pat-ada', grantedSearch: true, now, tasks });
  expect(own.open.map(({ next }) => next.text)).toEqual(['Due soon, no reply seen']);
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

test.for([502, 503, 504])(
  'after %i, which a gateway may say of a long page, the next list asks for a short one',
  async (status) => {
    await using list = await startList((call) => (call === long ? { status } : page));
    expect(await list.load()).toEqual([0, expect.anything()]);
    expect(await list.load()).toEqual([1, undefined]);
    expect(list.calls).toEqual([long, short]);
  },
);

test('an EHR that sends its shortest pages where it is asked for too long ones is asked for 50 by the next list', async () => {
  const next = (count: number, at: number) => ({
    link: [{ relation: 'next', url: `${list.base}/ServiceRequest?_count=${count}&at=${at}` }],
  });
  await using list = await startList((call) => {
    const at = Number(/at=(\d+)/.exec(call)?.[1] ?? 0);
    const count = call.includes('_count=500') ? 10 : 50;
    const some = Array.from({ length: count }, (_one, index) => request(`${at + index}`));
    return searchset(some, at + count < 150 ? next(count === 10 ? 500 : 50, at + count) : {});
  });
  expect([await list.load(), await list.load()]).toEqual([
    [100, undefined],
    [150, undefined],
  ]);
});

test('a long page has room for the Tasks that come along', async () => {
  const ids = Array.from({ length: 400 }, (_one, index) => `r${index}`);
  const task = (id: string, of: number) => ({
    ...{ resourceType: 'Task', id: `${id}-${of}`, status: of === 2 ? 'rejected' : 'accepted' },
    ...{ owner: { display: 'North' }, lastModified: `2026-11-20T14:0${of}:00Z` },
    ...{ for: { reference: 'Patient/pat-ada' }, focus: { reference: `ServiceRequest/${id}` } },
  });
  const tasks = [0, 1, 2].flatMap((of) => ids.map((id) => task(id, of)));
  await using server = await startFhirServer(() => searchset([...ids.map(request), ...tasks.slice(0, 990)]));
  const discovered = { configuration: {}, fetchedAt: '', freshUntil: '', requestIncludes: [TASKS_ALONG] };
  const includes = createIncludeSupport(() => now)({ ...organization, discovered });
  const longPages = createEhrLacks(() => now)(organization);
  const options = { patientId: 'pat-ada', grantedSearch: true, now, longPages, includes, mayHaveTasks: true };
  const { open, notices } = await loadRequests(server.api, options);
  expect(Map.groupBy(open, ({ status }) => status.word).get('Declined')).toHaveLength(190);
  expect(notices).toEqual([]);
  // More Tasks than are kept are said to be unread.
  await using other = await startFhirServer(() => searchset([...ids.map(request), ...tasks]));
  expect((await loadRequests(other.api, options)).notices).toEqual([
    'Some answers from providers could not be read. See the EHR.',
  ]);
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
