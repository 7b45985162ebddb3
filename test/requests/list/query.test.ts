import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { loadRequests } from '#src/requests/list/list.ts';
import { searchRequests } from '#src/requests/search/search-requests.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { type Answer, type FhirServer, searchset, startFhirServer } from '#test/requests/fhir-server.ts';

const MORE = 'The EHR has more requests than this page reads. See the rest in the EHR.';
const options = { patientId: 'pat-ada', grantedSearch: true, now: new Date('2026-11-22T14:02:00Z') };

function requests(from: number, count: number): object[] {
  const ids = Array.from({ length: count }, (_, index) => String(from + index));
  const subject = { reference: 'Patient/pat-ada' };
  return ids.map((id) => ({ resourceType: 'ServiceRequest', id, status: 'active', subject, code: { text: id } }));
}

const next = (url: unknown): object => ({
  link: [
    { relation: 'self', url: 'x' },
    { relation: 'next', url },
  ],
});

/** Serves `first` for the search and `page(n)` for `?page=n`, and loads the list. */
async function loadPages(
  first: (base: string) => Answer,
  page: (number: number, base: string) => Answer,
): Promise<{ list: Awaited<ReturnType<typeof loadRequests>>; server: FhirServer }> {
  const server = await startFhirServer((call, base) => {
    const number = /[?&]page=(\d+)/.exec(call)?.[1];
    return number === undefined ? first(base) : page(Number(number), base);
  });
  await using _ = server;
  return { list: await loadRequests(server.api, options), server };
}

test.for<[string, (base: string) => string]>([
  ['absolute', (base) => `${base}/ServiceRequest?page=2`],
  ['on the base itself', (base) => `${base}?page=2`],
  ['from the root', () => '/fhir/ServiceRequest?page=2'],
  ['relative', () => '?page=2'],
])('follows a next link written %s', async ([, link]) => {
  const { list } = await loadPages(
    (base) => searchset(requests(0, 2), next(link(base))),
    () => searchset(requests(2, 1)),
  );
  expect(list.open).toHaveLength(3);
  expect([list.problem, list.notices]).toEqual([undefined, []]);
});

test.for<[string, (base: string) => unknown]>([
  ['another origin', () => 'https://evil.example/fhir/ServiceRequest?page=2'],
  ['another port', (base) => base.replace(/:\d+/, ':1')],
  ['another path', (base) => base.replace('/fhir', '/other?page=2')],
  ['another scheme', () => 'javascript:alert(1)'],
  ['our host as user name', (base) => base.replace('http://', 'http://user@')],
])('does not follow a next link to %s, and says that the list may be incomplete (FH-02, FH-09)', async ([, link]) => {
  const { list, server } = await loadPages(
    (base) => searchset(requests(0, 2), next(link(base))),
    () => searchset([]),
  );
  expect(server.calls).toHaveLength(1);
  expect(list.open).toHaveLength(2);
  expect(list.problem?.kind).toBe('foreign-url');
  expect(list.problem?.text).toMatch(/^This list may be incomplete\. /);
});

test('stops at a page that names itself as next (FH-09)', async () => {
  const self = (base: string): object => searchset(requests(0, 1), next(`${base}/ServiceRequest?page=2`));
  const { list, server } = await loadPages(self, (_number, base) => self(base));
  expect(server.calls).toHaveLength(2);
  expect(list.problem?.kind).toBe('unexpected');
});

test('stops after 10 pages of an endless list (FH-09)', async () => {
  const page = (number: number, base: string): object =>
    searchset(requests(number, 1), next(`${base}/ServiceRequest?page=${number + 1}`));
  const { list, server } = await loadPages((base) => page(1, base), page);
  expect(server.calls).toHaveLength(10);
  expect(list.open).toHaveLength(10);
  expect(list.notices[0]).toMatch('The EHR has more requests');
});

test('stops at 500 requests and says that there are more', async () => {
  const page = (number: number, base: string): object =>
    searchset(requests(number * 50, 50), next(`${base}/ServiceRequest?page=${number + 1}`));
  const { list, server } = await loadPages((base) => page(0, base), page);
  expect(server.calls).toHaveLength(10);
  expect(list.open).toHaveLength(500);
  expect(list.notices).toEqual([MORE]);
});

test('a server that ignores the page size does not make the list longer than 500', async () => {
  const { list } = await loadPages(
    () => searchset(requests(0, 600)),
    () => searchset([]),
  );
  expect(list.open).toHaveLength(500);
  expect(list.notices[0]).toMatch('The EHR has more requests');
});

test('a failure on a later page keeps the earlier pages', async () => {
  const { list } = await loadPages(
    (base) => searchset(requests(0, 2), next(`${base}/ServiceRequest?page=2`)),
    () => ({ status: 500 }),
  );
  expect(list.open).toHaveLength(2);
  expect(list.problem?.text).toBe(
    'This list may be incomplete. The EHR cannot show requests at the moment. Reload this page in a moment.',
  );
});

test.for(['next', 'Next', 'NEXT', ' next '])(
  'the relation "%s" leads to the next page (RFC 8288)',
  async (relation) => {
    const { list } = await loadPages(
      (base) => ({ ...searchset(requests(0, 1)), link: [{ relation, url: `${base}/ServiceRequest?page=2` }] }),
      () => searchset(requests(1, 1)),
    );
    expect(list.open).toHaveLength(2);
  },
);

test.for([[undefined], ['']])('a next link of %j is no next link (FH-11)', async ([url]) => {
  const { list } = await loadPages(
    () => searchset(requests(0, 1), next(url)),
    () => searchset([]),
  );
  expect([list.open.length, list.problem, list.notices]).toEqual([1, undefined, []]);
});

test.for([[7], [{}], [true]])(
  'a next link of %j is not followed, and the list says that there is more (FH-11)',
  async ([url]) => {
    const { list } = await loadPages(
      () => searchset(requests(0, 1), next(url)),
      () => searchset([]),
    );
    expect([list.open.length, list.problem, list.notices]).toEqual([1, undefined, [MORE]]);
  },
);

test.for<[string, Answer, string, string]>([
  ['401', { status: 401 }, 'unauthorized', 'no longer accepts'],
  ['403', { status: 403 }, 'refused', 'did not let'],
  [
    '403 for a scope that is missing',
    {
      status: 403,
      body: {
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', code: 'forbidden', diagnostics: 'Missing scope patient/ServiceRequest.read' }],
      },
    },
    'refused',
    'did not let',
  ],
  ['404', { status: 404 }, 'page-gone', 'The EHR no longer has the next page of its list. Reload this page.'],
  ['410', { status: 410 }, 'page-gone', 'The EHR no longer has the next page of its list. Reload this page.'],
  ['429', { status: 429, headers: { 'retry-after': '9' } }, 'throttled', 'Reload'],
  ['400', { status: 400 }, 'unexpected', 'Reload'],
  ['503', { status: 503 }, 'unavailable', 'Reload'],
  ['an outcome', { resourceType: 'OperationOutcome' }, 'unexpected', 'Reload'],
  ['a web page', { status: 200, headers: { 'content-type': 'text/html' } }, 'unexpected', 'Reload'],
])(
  'page two answers with %s: the first page is shown, and the list says that it may be incomplete',
  async ([, answer, kind, text]) => {
    for (const first of [requests(0, 2), []]) {
      const { list } = await loadPages(
        (base) => searchset(first, next(`${base}/ServiceRequest?page=2`)),
        () => answer,
      );
      expect(list.open).toHaveLength(first.length);
      expect(list.problem?.kind).toBe(kind);
      expect(list.problem?.text).toMatch(/^This list may be incomplete\. /);
      expect(list.problem?.text).toContain(text);
      expect(list.problem?.canReload).toBe(/Reload/.test(String(list.problem?.text)));
    }
  },
);

test.for<[string, object, boolean]>([
  ['all that is counted', searchset(requests(0, 1), { total: 1 }), true],
  ['without a count', searchset(requests(0, 1)), true],
  ['fewer than are counted', searchset(requests(0, 1), { total: 2 }), false],
  ['an entry without a resource', { resourceType: 'Bundle', entry: [{}] }, false],
  ['a next link that leads nowhere', searchset(requests(0, 1), next(7)), false],
  ['a page that is gone', searchset(requests(0, 1), next('?page=2')), false],
])('a search that returned %s is complete: %s', async ([, answer, expected]) => {
  await using server = await startFhirServer((call) => (call.includes('page=2') ? { status: 410 } : answer));
  const search = { patientId: 'pat-ada', searchParameters: [] };
  expect((await searchRequests(server.api, search, () => {})).isWhole).toBe(expected);
});

test.for<[string, unknown, string | undefined]>([
  ['what was asked for', 'ServiceRequest?patient=pat-ada&_count=50', undefined],
  ['the patient in full', 'https://x.example/fhir/ServiceRequest?patient=Patient/pat-ada&_sort=-authored', undefined],
  ['the patient by another name', '?subject=Patient%2Fpat-ada&sessionID=1', undefined],
  ['what is left out anyway', '?patient=pat-ada&status:not=entered-in-error', undefined],
  ['nothing that can be read', 7, undefined],
  ['a status', '?patient=pat-ada&status=active', 'status'],
  ['several', 'ServiceRequest?patient=pat-ada&category=a&authored=ge2026', 'category, authored'],
  ['another patient', '?patient=pat-ben', 'another patient'],
])('a self link with %s', async ([, url, limit]) => {
  const link = [{ relation: 'Self', url }];
  const { list } = await loadPages(
    () => searchset([], { link }),
    () => searchset([]),
  );
  const words = `The EHR says that it searched by ${limit}, although this app did not ask for that. Requests may be missing. See the EHR.`;
  expect(list.notices).toEqual(limit === undefined ? [] : [words]);
});

describe('Bundle.total', () => {
  const page = (count: number, more: object): Answer => searchset(requests(0, count), more);
  test.for<[string, Answer, string[]]>([
    [
      '57 and two came',
      page(2, { total: 57 }),
      ['The EHR counts 57 requests for this patient and sent 2. See the rest in the EHR.'],
    ],
    [
      '57 and none came',
      page(0, { total: 57 }),
      ['The EHR counts 57 requests for this patient and sent none. See the rest in the EHR.'],
    ],
    [
      '1 and no entry member',
      { resourceType: 'Bundle', total: 1 },
      ['The EHR counts 1 request for this patient and sent none. See the rest in the EHR.'],
    ],
    [
      '57 as text',
      page(2, { total: '57' }),
      ['The EHR counts 57 requests for this patient and sent 2. See the rest in the EHR.'],
    ],
    ['2', page(2, { total: 2 }), []],
    ['less than what came', page(2, { total: 1 }), []],
    ['absent', page(2, {}), []],
    ['odd', page(2, { total: 'many' }), []],
    ['negative', page(2, { total: -3 }), []],
    ['a fraction', page(2, { total: 3.5 }), []],
  ])('%s', async ([, answer, notices]) => {
    const { list } = await loadPages(
      () => answer,
      () => searchset([]),
    );
    expect([list.problem, list.notices]).toEqual([undefined, notices]);
  });

  test('counts over all pages, each request once, without included resources', async () => {
    const companion = { resourceType: 'Practitioner', id: 'p' };
    const { list } = await loadPages(
      (base) => searchset([...requests(0, 2), companion], { total: 4, ...next(`${base}/ServiceRequest?page=2`) }),
      () => searchset([...requests(1, 2), companion], { total: 4 }),
    );
    expect(list.open).toHaveLength(3);
    expect(list.notices).toEqual(['The EHR counts 4 requests for this patient and sent 3. See the rest in the EHR.']);
  });

  test('requests that arrived and are not shown do not count as missing', async () => {
    const other = {
      resourceType: 'ServiceRequest',
      id: 'x',
      status: 'entered-in-error',
      subject: { reference: 'Patient/pat-ada' },
    };
    const { list } = await loadPages(
      () => searchset([...requests(0, 1), other], { total: 2 }),
      () => searchset([]),
    );
    expect(list.notices).toEqual(['1 entry entered in error is not shown.']);
  });
});

describe('an EHR that sends much (FH-12, MT-06)', () => {
  const heavy = (megabytes: number) => ({ resourceType: 'Location', id: 'heavy', text: 'x'.repeat(megabytes * 1e6) });

  test.for<[string, number, number]>([
    ['follows no next link after 5 MB', 3, 2],
    ['follows it below that', 0.9, 6],
  ])('%s: pages of %f MB', async ([, megabytes, pages]) => {
    const page = (number: number, base: string): object =>
      searchset([...requests(number, 1), heavy(megabytes)], next(`${base}/ServiceRequest?page=${number + 1}`));
    const { list, server } = await loadPages(
      (base) => page(1, base),
      (number, base) => (number < 6 ? page(number, base) : searchset(requests(number, 1))),
    );
    expect(server.calls).toHaveLength(pages);
    expect(list.open).toHaveLength(pages);
    expect([list.problem, list.notices]).toEqual([undefined, pages < 6 ? [MORE] : []]);
  });

  test('a page of more than 5 MB is not read, and the list says so', async () => {
    const { list } = await loadPages(
      () => searchset([...requests(0, 1), heavy(6)]),
      () => searchset([]),
    );
    expect([list.open, list.problem?.kind]).toEqual([[], 'unexpected']);
  });

  test('entries of any kind after the first thousand are not read, and the list says so', async () => {
    const others = Array.from({ length: 999 }, (_, index) => ({ resourceType: 'Location', id: `b${index}` }));
    const { list } = await loadPages(
      () => searchset([...requests(0, 1), ...others, ...requests(1, 1)]),
      () => searchset([]),
    );
    expect(list.open).toHaveLength(1);
    expect([list.problem, list.notices]).toEqual([undefined, [MORE]]);
  });

  test('while the next page is read, only the shown facts of a page are kept in memory', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const seen: WeakRef<object>[] = [];
    const keptAtPage: number[] = [];
    const api = {
      base: new URL('https://ehr.example/fhir'),
      get: async (path: string) => {
        const kept = async (tries: number): Promise<number> => {
          await setImmediate();
          collectGarbage();
          const count = seen.filter((one) => one.deref()).length;
          // A single collection may miss objects that the compiler still references.
          return count === 0 || tries === 0 ? count : kept(tries - 1);
        };
        keptAtPage.push(await kept(3));
        const number = Number(/page=(\d+)/.exec(path)?.[1] ?? 0);
        const performer = { resourceType: 'Practitioner', id: 'p', name: [{ family: 'Kim' }] };
        const resources = [...requests(number, 1), performer, { resourceType: 'OperationOutcome', issue: [{}] }];
        seen.push(...resources.map((resource) => new WeakRef(resource)));
        return searchset(resources, next(`?page=${number + 1}`));
      },
    } as unknown as FhirApi;
    expect((await loadRequests(api, options)).open).toHaveLength(10);
    expect(keptAtPage).toEqual(Array(10).fill(0));
  });
});
