/** The list's page from outside: 500 requests, filters in the address, what is stored, and what is in no address. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { titleOf } from '#test/helpers/browser.ts';
import { ehr, LIST, launch, useStubWorld } from '#test/helpers/stub-world.ts';
import { csrfOf, launchIdOf } from '#test/helpers/visits.ts';

const { world } = useStubWorld();

const SERVICES = ['Wheelchair van', 'Wound care', 'Oxygen', 'Referral to cardiology'];
const STATUSES = ['active', 'active', 'on-hold', 'completed'];

function request(number: number, change: object = {}): object {
  return {
    resourceType: 'ServiceRequest',
    id: `r-${number}`,
    status: STATUSES[number % 4],
    intent: 'order',
    subject: { reference: 'Patient/pat-1' },
    code: { text: SERVICES[number % 4] },
    category: [{ text: 'Home care' }],
    authoredOn: new Date(Date.UTC(2026, 0, 1) + number * 3_600_000).toISOString(),
    occurrenceDateTime: '2027-01-01',
    performer: [{ display: `Provider ${number % 7}` }],
    requester: {
      display: 'Dr. Ruth Kim',
      reference: number % 10 === 0 ? 'Practitioner/prac-1' : 'Practitioner/prac-2',
    },
    reasonCode: [{ text: number === 77 ? 'Fall from ladder' : 'Heart failure' }],
    ...change,
  };
}

/** Offers this many requests, in pages of the requested size. */
function offer(count: number): void {
  ehr.on('/fhir/ServiceRequest', ({ query, path }) => {
    const at = Number(query.get('at') ?? 0);
    const size = Number(query.get('_count'));
    const resources = Array.from({ length: Math.max(0, Math.min(size, count - at)) }, (_, index) =>
      request(at + index),
    );
    const next = new URL(path, ehr.origin);
    next.searchParams.set('at', String(at + size));
    const link = at + size < count ? [{ relation: 'next', url: next.href }] : [];
    const entry = resources.map((resource) => ({ resource }));
    return { body: { resourceType: 'Bundle', type: 'searchset', total: count, link, entry } };
  });
}

let browser: TestBrowser;
beforeEach(() => {
  browser = world().browser();
});

const calls = () => ehr.requests.filter(({ path }) => path.startsWith('/fhir/')).length;
const rowsOf = (page: Visit) => [...page.body.matchAll(/<a href="requests\/(r-\d+)/g)].map(([, id]) => id);
const linkTo = (page: Visit, label: RegExp) => {
  const links = page.body.matchAll(/<a[^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/g);
  const found = [...links].find(([, , text = '']) => label.test(text.replace(/<[^>]+>/g, '')));
  if (!found) throw new Error(`no link ${label}`);
  return new URL(String(found[1]).replaceAll('&amp;', '&'), page.url).href;
};
const countAt = (page: Visit, label: string) => Number(new RegExp(`>${label} <b>(\\d+)</b>`).exec(page.body)?.[1]);
const post = (page: Visit, fields: Record<string, string>) =>
  browser.open(page.url.replace(/\?.*/, ''), { form: { csrf: csrfOf(page), show: 'all', ...fields } });

describe('500 requests', () => {
  test('are on twenty pages, each once, and are read from the EHR once', async () => {
    offer(500);
    const first = await launch({}, browser);
    expect(titleOf(first)).toBe(LIST);
    expect([countAt(first, 'Open'), countAt(first, 'Closed'), countAt(first, 'All')]).toEqual([375, 125, 500]);
    expect(ehr.seen('requests')).toHaveLength(1);
    const before = calls();
    const ids: (string | undefined)[] = [];
    let page = await browser.open(linkTo(first, /^All \d/));
    for (let at = 1; at <= 20; at += 1) {
      expect(rowsOf(page)).toHaveLength(25);
      ids.push(...rowsOf(page));
      expect(page.body).toContain(`${(at - 1) * 25 + 1}–${at * 25} of 500`);
      // oxlint-disable-next-line no-await-in-loop -- each page leads to the next one.
      if (at < 20) page = await browser.open(linkTo(page, /^Next$/));
    }
    expect(new Set(ids).size).toBe(500);
    expect(page.body).not.toContain('>Next<');
    expect(calls()).toBe(before);
    expect(rowsOf(await browser.open(linkTo(page, /All on one page/)))).toHaveLength(500);
  });

  test('make a small first page', async () => {
    offer(500);
    const { brotliCompressSync } = await import('node:zlib');
    const page = await launch({}, browser);
    expect(rowsOf(page)).toHaveLength(25);
    expect(brotliCompressSync(page.body).length).toBeLessThan(8_000);
  });
});

describe('the kept list', () => {
  test('ends with Refresh, after a minute, and with the launch', async () => {
    offer(30);
    const first = await launch({}, browser);
    const closed = linkTo(first, /^Closed \d/);
    const read = () => ehr.seen('requests').length;
    const once = read();
    await browser.open(closed);
    expect(read()).toBe(once);
    const refreshed = await browser.open(linkTo(await browser.open(closed), /Refresh/));
    expect(refreshed.url).toContain('show=closed');
    expect(read()).toBe(once + 1);
    await browser.open(first.url);
    expect(read()).toBe(once + 2);
    const { redis } = world().dependencies;
    const key = `launch-list:${launchIdOf(first)}`;
    expect(await redis.lifetimeLeftMs(key)).toBeLessThanOrEqual(60_000);
    await browser.open(`${first.url.replace(/requests.*/, '')}sign-out`, { form: { csrf: csrfOf(first) } });
    expect(await redis.get(key)).toBeUndefined();
  });

  test('is sealed, and opens for its own launch alone', async () => {
    offer(30);
    const [mine, others] = [await launch({}, browser), await launch({}, browser)];
    const { redis } = world().dependencies;
    const keyOf = (page: Visit) => `launch-list:${launchIdOf(page)}`;
    const sealed = (await redis.get(keyOf(mine))) ?? '';
    expect(sealed).not.toMatch(/Stella|Wheelchair/);
    await redis.set(keyOf(others), sealed, 60_000);
    const before = ehr.seen('requests').length;
    await browser.open(`${others.url}?show=open`);
    expect(ehr.seen('requests')).toHaveLength(before + 1);
  });

  test('does not exist if the EHR returned nothing', async () => {
    ehr.on('/fhir/ServiceRequest', () => ({ status: 503 }));
    const first = await launch({}, browser);
    expect(first.body).toContain('cannot show requests at the moment');
    offer(3);
    expect(rowsOf(await browser.open(`${first.url}?show=open`))).toHaveLength(3);
  });
});

describe('filters without a script', () => {
  test('survive a reload, the page of a request, and the way back', async () => {
    offer(100);
    const first = await launch({}, browser);
    const found = await post(first, { text: 'fall LADDER' });
    expect(found.status).toBe(200);
    expect(rowsOf(found)).toEqual(['r-77']);
    expect(found.body).toContain('value="fall LADDER"');
    expect(rowsOf(await browser.open(found.url))).toEqual(['r-77']);
    ehr.on('/fhir', () => ({ status: 404 }));
    ehr.on('/fhir/ServiceRequest/r-77', () => ({ body: request(77) }));
    const detail = await browser.open(linkTo(found, /^Wound care$/));
    expect(titleOf(detail)).toBe('Wound care · Stella Stub');
    const back = linkTo(detail, /All requests/);
    expect(rowsOf(await browser.open(back))).toEqual(['r-77']);
    expect(found.body).toContain(` id=${back.split('#')[1]}>`);
    expect(rowsOf(await browser.open(linkTo(found, /^Clear$/)))).toHaveLength(25);
  });

  test('show their counts, and as many rows', async () => {
    offer(100);
    const first = await launch({}, browser);
    const [, handle = '', count] = /<option value="([\w-]{12})">Oxygen \((\d+)\)/.exec(first.body) ?? [];
    expect(count).toBe('25');
    const oxygen = await post(first, { service: handle });
    expect([countAt(oxygen, 'All'), rowsOf(oxygen).length]).toEqual([25, 25]);
    expect(oxygen.body).toContain('Requested by me (5)');
    const mine = await post(oxygen, { service: handle, mine: 'on' });
    expect(rowsOf(mine)).toHaveLength(5);
    expect(mine.body).toMatch(/name="mine" value="on" checked/);
  });

  test('neither URL, header nor log contain typed text or a service', async () => {
    offer(100);
    const first = await launch({}, browser);
    const [, handle = ''] = /<option value="([\w-]{12})">Oxygen/.exec(first.body) ?? [];
    const from = browser.history.length;
    const lines = world().logLines.length;
    await post(first, { text: 'canary-hiv', service: handle });
    const said = browser.history.slice(from).map(({ url, headers }) => `${url} ${JSON.stringify(headers)}`);
    expect([...said, ...world().logLines.slice(lines)].join('\n')).not.toMatch(/canary|oxygen/i);
    const again = await launch({}, browser);
    expect(again.body).not.toContain(handle);
  });

  test('a search text opens for its own launch only', async () => {
    offer(100);
    const first = await launch({}, browser);
    const found = await post(first, { text: 'ladder' });
    const other = await launch({}, browser);
    const stolen = await browser.open(`${other.url}${new URL(found.url).search}`);
    expect(stolen.body).toContain('Your search text is no longer kept.');
    expect(stolen.body).not.toContain('ladder"');
  });

  test('a form without its token changes nothing', async () => {
    offer(10);
    const first = await launch({}, browser);
    const refused = await browser.visit(first.url, { form: { csrf: 'x', text: 'ladder' } });
    expect(refused.status).toBe(403);
  });

  test.for<[string, () => void, string]>([
    ['none', () => offer(0), 'No requests for this patient yet.'],
    ['a refusal', () => ehr.on('/fhir/ServiceRequest', () => ({ status: 403 })), 'did not let this app read requests'],
    [
      'a part',
      () => {
        offer(100);
        const whole = ehr.standard;
        void whole;
        let turn = 0;
        ehr.on('/fhir/ServiceRequest', () => {
          turn += 1;
          if (turn > 1) return { status: 500 };
          const link = [{ relation: 'next', url: `${ehr.fhirBase}/ServiceRequest?at=50` }];
          const entry = Array.from({ length: 9 }, (_, at) => ({ resource: request(at) }));
          return { body: { resourceType: 'Bundle', type: 'searchset', link, entry } };
        });
      },
      'This list may be incomplete.',
    ],
  ])('the page explains %s', async ([, script, words]) => {
    script();
    const page = await launch({}, browser);
    expect(page.body).toContain(words);
    expect(page.body).toContain('Reading requests from the EHR…');
  });

  test('the page says that the filters match no request, with a link to clear them', async () => {
    offer(20);
    const first = await launch({}, browser);
    const nothing = await post(first, { text: 'no such words' });
    expect(nothing.body).toContain('None of the 20 requests matches these filters.');
    expect(rowsOf(await browser.open(linkTo(nothing, /Clear the filters/)))).toHaveLength(20);
    const elsewhere = await post(first, { text: 'cardiology', show: 'open' });
    expect(elsewhere.body).toContain('None of the requests under Open matches these filters.');
    expect(rowsOf(await browser.open(linkTo(elsewhere, /^Matches under All: 5$/)))).toHaveLength(5);
  });
});

test('a column head is a link for sorting, and shows the direction', async () => {
  offer(60);
  const first = await launch({}, browser);
  const up = await browser.open(linkTo(first, /^Requested$/));
  expect(up.body).toContain('aria-sort="ascending"');
  expect(rowsOf(up).slice(0, 3)).toEqual(['r-0', 'r-1', 'r-2']);
  const down = await browser.open(linkTo(up, /^Requested$/));
  expect(down.body).toContain('aria-sort="descending"');
  expect(rowsOf(down).slice(0, 3)).toEqual(['r-58', 'r-57', 'r-56']);
});

test('open requests of a patient who has died ask whether they are still needed, in the list and on their pages', async () => {
  offer(4);
  const step = 'The patient has died: decide whether it is still needed';
  const stepsOf = ({ body }: Visit) => body.split(step).length - 1;
  expect(stepsOf(await launch({}, browser))).toBe(0);
  ehr.on('patient', () => ({
    body: { resourceType: 'Patient', id: 'pat-1', name: [{ family: 'Stub' }], deceasedDateTime: '2026-03-01' },
  }));
  const list = await launch({}, browser);
  // One of the four is closed.
  expect([stepsOf(list), list.body.includes('>Decide whether to resume<')]).toEqual([3, false]);
  const at = (id: string) => new URL(`requests/${id}`, list.url).href;
  for (const [id, body] of [
    ['r-0', request(0)],
    ['r-3', request(3)],
  ] as const)
    ehr.on(`/fhir/ServiceRequest/${id}`, () => ({ body }));
  expect([stepsOf(await browser.visit(at('r-0'))), stepsOf(await browser.visit(at('r-3')))]).toEqual([1, 0]);
});
