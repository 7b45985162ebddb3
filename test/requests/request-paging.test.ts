import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { loadRequests } from '#src/requests/request-list.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { type Answer, type FhirServer, searchset, startFhirServer } from './fhir-server.ts';

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

test('stops at 200 requests and says that there are more', async () => {
  const page = (number: number, base: string): object =>
    searchset(requests(number * 50, 50), next(`${base}/ServiceRequest?page=${number + 1}`));
  const { list, server } = await loadPages((base) => page(0, base), page);
  expect(server.calls).toHaveLength(4);
  expect(list.open).toHaveLength(200);
  expect(list.notices).toEqual(['The EHR has more requests than this page reads. See the rest in the EHR.']);
});

test('a server that ignores the page size does not make the page longer than 200', async () => {
  const { list } = await loadPages(
    () => searchset(requests(0, 300)),
    () => searchset([]),
  );
  expect(list.open).toHaveLength(200);
  expect(list.notices[0]).toMatch('The EHR has more requests');
});

test('a failure on a later page keeps what was read', async () => {
  const { list } = await loadPages(
    (base) => searchset(requests(0, 2), next(`${base}/ServiceRequest?page=2`)),
    () => ({ status: 500 }),
  );
  expect(list.open).toHaveLength(2);
  expect(list.problem?.text).toBe(
    'This list may be incomplete. The EHR cannot show requests at the moment. Try again in a moment.',
  );
});

test.for([[7], [{}], ['']])('a next link of %j is no next link (FH-11)', async ([url]) => {
  const { list } = await loadPages(
    () => searchset(requests(0, 1), next(url)),
    () => searchset([]),
  );
  expect([list.open.length, list.problem]).toEqual([1, undefined]);
});

describe('an EHR that sends much (FH-12, MT-06)', () => {
  const ENOUGH = 'The EHR has more requests than this page reads. See the rest in the EHR.';
  const heavy = (megabytes: number) => ({ resourceType: 'Basic', id: 'heavy', text: 'x'.repeat(megabytes * 1e6) });

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
    expect([list.problem, list.notices]).toEqual([undefined, pages < 6 ? [ENOUGH] : []]);
  });

  test('a page of more than 5 MB is not read, and the list says so', async () => {
    const { list } = await loadPages(
      () => searchset([...requests(0, 1), heavy(6)]),
      () => searchset([]),
    );
    expect([list.open, list.problem?.kind]).toEqual([[], 'unexpected']);
  });

  test('entries after the first thousand, of whatever kind, are not looked at, and the list says so', async () => {
    const others = Array.from({ length: 999 }, (_, index) => ({ resourceType: 'Basic', id: `b${index}` }));
    const { list } = await loadPages(
      () => searchset([...requests(0, 1), ...others, ...requests(1, 1)]),
      () => searchset([]),
    );
    expect(list.open).toHaveLength(1);
    expect([list.problem, list.notices]).toEqual([undefined, [ENOUGH]]);
  });

  test('of a page only what the list shows is kept while the next one is read', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const seen: WeakRef<object>[] = [];
    const keptAtPage: number[] = [];
    const api = {
      base: new URL('https://ehr.example/fhir'),
      get: async (path: string) => {
        await setImmediate();
        collectGarbage();
        keptAtPage.push(seen.filter((one) => one.deref()).length);
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
