import { expect, test } from 'vitest';
import { assetPath } from '#views/assets.ts';
import { detailPage } from '#views/requests/detail-page.ts';
import type { PatientIdentity } from '#views/requests/patient-banner.ts';
import type { RequestListProps } from '#views/requests/request-list.ts';
import type { RequestRow } from '#views/requests/request-row.ts';
import { requestsPageEnd, requestsPageStart } from '#views/requests/requests-page.ts';

const ada: PatientIdentity = {
  name: 'Ada Moreno',
  birthDate: '1958-03-09',
  ageText: '68 years',
  sexWord: 'Female',
  mrn: 'MRN-1',
  deathText: undefined,
};
const bar = { base: '/launches/abc', userName: 'Dr. Ruth Kim', environmentLabel: 'UAT', csrfToken: 'token-1' };
const startProps = {
  patient: ada,
  needPatientBanner: false,
  bar,
  asOf: new Date('2026-11-22T14:02:33Z'),
  timeZone: 'America/New_York',
  refreshHref: '/launches/abc/requests',
  helpDesk: 'your help desk',
};
const row: RequestRow = {
  id: '1',
  service: 'Wheelchair transport',
  category: 'Transport',
  caution: undefined,
  status: {
    group: 'open',
    word: 'Ordered',
    icon: 'ordered',
    note: 'reply unknown',
    hasProvider: true,
    isOverdue: true,
    sinceText: '3 d ago',
  },
  next: { text: 'Ask the provider why it is late', isAction: true },
  still: undefined,
  isOwn: false,
  source: 'EHR order',
  priority: { level: 'stat', word: 'STAT' },
  needed: '2026-11-24 14:30 UTC',
  sentTo: { names: ['Northside', 'Southside'], more: 1 },
  requested: { on: '2026-11-19', by: 'Dr. Ruth Kim' },
  reason: { first: 'Hip replacement', more: 2 },
};
const words = ['Service', 'Status', 'Next step', 'Priority', 'Needed', 'Provider', 'Requested', 'Reason'];
const empty: RequestListProps = {
  title: 'Open',
  rows: [],
  closed: [],
  columns: words.map((label) => ({ label, href: '?show=open', sorted: undefined })),
  groups: [{ label: 'Open', count: 1, href: '?show=open', isCurrent: true }],
  filters: undefined,
  pages: { first: 1, last: 1, total: 1, previousHref: undefined, nextHref: undefined, allHref: undefined },
  rowQuery: '',
  all: 0,
  otherOrders: 0,
  notices: [],
  problem: undefined,
};

const start = (change: object = {}): string => requestsPageStart({ ...startProps, ...change });
const end = (change: Partial<RequestListProps> = {}, patient = ada): string =>
  requestsPageEnd({
    patient,
    printed: 'Read 2026-11-22 09:02 EST for Dr. Ruth Kim',
    list: { ...empty, all: (change.rows ?? []).length + (change.closed ?? []).length, ...change },
    supportCode: 'T8WJ-RXV9',
  });

/** The text of a page, without markup. */
function textOf(page: string): string {
  return page
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

test('the first part alone names the patient, in title, heading and strip', () => {
  const page = start();
  expect(page).toContain('<title>Requests for Ada Moreno</title>');
  expect(textOf(/<h1>.*<\/h1>/.exec(page)?.[0] ?? '')).toBe('Requests for Ada Moreno');
  expect(textOf(/<section class="patient .*?<\/section>/s.exec(page)?.[0] ?? '')).toBe(
    'Ada Moreno Born 9 Mar 1958 (68 years) Sex Female MRN MRN-1',
  );
  expect(textOf(page)).toContain('as of 22 Nov 2026 09:02 EST');
});

test.for([
  [true, 'patient-full'],
  [false, 'patient-compact'],
] as const)('with need_patient_banner %s the identity is %s (LC-11)', ([needPatientBanner, name]) => {
  expect(start({ needPatientBanner })).toContain(`class="patient ${name}" aria-label="Patient"`);
});

test('missing facts of the patient are named, and a death is shown', () => {
  const unknown = { birthDate: undefined, ageText: undefined, sexWord: undefined, mrn: undefined };
  const page = textOf(
    start({ patient: { ...unknown, name: 'Ada', deathText: 'Died 2024-03-10' }, bar: { ...bar, userName: undefined } }),
  );
  expect(page).toContain('Ada Died 2024-03-10 Born not given Sex not given MRN not given');
  const numbered = start({
    patient: { ...unknown, name: 'Ada', deathText: undefined, healthNumber: 'NHS number 9876543210' },
  });
  expect(textOf(numbered)).toContain('MRN not given; NHS number 9876543210');
  expect(page).toContain('User details unavailable');
});

test('signing out is a POST with the form token', () => {
  expect(start()).toContain(
    '<form class="sign-out" method="post" action="/launches/abc/sign-out"><input type="hidden" name="csrf" value="token-1">',
  );
});

test('the environment is named outside production only', () => {
  expect(start()).toContain('<span class="environment">UAT</span>');
  expect(start({ bar: { ...bar, environmentLabel: undefined } })).not.toContain('environment');
});

test('a theme comes after the app’s style, from the app’s origin', () => {
  expect(start()).not.toContain('theme.css');
  const links = [...start({ themeUrl: '/launches/abc/theme.css' }).matchAll(/stylesheet" href="([^"]*)"/g)];
  expect(links.map((link) => link[1])).toEqual([
    assetPath('bootstrap.css'),
    assetPath('app.css'),
    assetPath('requests.css'),
    '/launches/abc/theme.css',
  ]);
});

test('a request shows every fact in the order of its columns, and links to its page', () => {
  const page = end({ rows: [row] });
  expect(textOf(page)).toContain(
    `${words.join(' ')} Wheelchair transport Transport Overdue Ordered 3 d ago · reply unknown Ask the provider why it is late STAT Tue 24 Nov 2026 14:30 UTC Northside; Southside +1 more 19 Nov 2026 by Dr. Ruth Kim Hip replacement +2 more`,
  );
  expect(page).toContain('<a href="requests/1" id=r-1>Wheelchair transport</a>');
  expect(end({ rows: [row], rowQuery: '?show=all&page=2' })).toContain(
    '<a href="requests/1?show=all&amp;page=2" id=r-1>',
  );
});

test.for([
  ['Ask why it is late', false],
  ['Find a provider', true],
  ['Answer the question', true],
] as const)('beside "%s" a card still needs the word "Overdue": %s', ([text, isNeeded]) => {
  const page = end({ rows: [{ ...row, next: { text, isAction: true } }] });
  expect(page.includes('<em class=unsaid>Overdue</em>')).toBe(isNeeded);
  expect(textOf(page)).toContain('Overdue');
});

test('a row shows the beginning of a note, escaped', () => {
  const page = end({ rows: [{ ...row, noted: '“<b>no longer</b> needed” +1 more' }] });
  expect(page).toContain('<q>“&lt;b&gt;no longer&lt;/b&gt; needed” +1 more</q>');
});

test('a row is short and labels each of its cells, independent of CSS', () => {
  const bytes = Buffer.byteLength(end({ rows: [row, row, row] })) - Buffer.byteLength(end({ rows: [row, row] }));
  expect(bytes).toBeLessThan(500);
  const roles = (end({ rows: [row] }).match(/<tbody[^]*<\/tbody>/)?.[0] ?? '').match(/role=[\w"]+/g);
  expect(roles).toEqual([
    'role="rowgroup"',
    'role=row',
    'role=rowheader',
    ...Array.from({ length: 7 }, () => 'role=cell'),
  ]);
});

test.for(['', '.', '..', 'a/b', 'x y', 'é', 'a'.repeat(129)])(
  'a request with the id %j has no link to a page',
  (id) => {
    expect(end({ rows: [{ ...row, id }] })).not.toContain('href="requests/');
  },
);

test('a next step for the clinician is marked in words; requests on hold or closed are not marked as urgent', () => {
  const status = { ...row.status, isOverdue: false };
  const still = { status, next: { text: 'Waiting for the provider', isAction: false }, still: 8 };
  expect(textOf(end({ rows: [{ ...row, ...still }] }))).toContain('Waiting for the provider No movement for 8 days');
  expect(end({ rows: [row] })).toContain('class=stat');
  expect(end({ rows: [{ ...row, status: { ...row.status, icon: 'hold' } }] })).toContain('class=other');
});

test.for([
  [undefined, true],
  ['Special rules apply: see the EHR', true],
  ['Do not perform', false],
  ['May mean “do not perform”: see the EHR · Conditions apply: see the EHR', false],
] as const)('a request with the caution %j says that no provider is named: %s', ([caution, isSaid]) => {
  const bare = { ...row, caution, sentTo: undefined, status: { ...row.status, hasProvider: false } };
  expect(textOf(end({ rows: [bare] })).includes('No provider yet')).toBe(isSaid);
});

test('a source other than an order of the EHR is named', () => {
  expect(textOf(end({ rows: [{ ...row, source: 'EHR plan' }] }))).toContain('3 d ago · reply unknown · EHR plan');
});

test('a request without facts has words for each missing one', () => {
  const bare = {
    ...row,
    status: { ...row.status, hasProvider: false },
    category: undefined,
    priority: undefined,
    needed: undefined,
    sentTo: undefined,
    reason: undefined,
  };
  const page = textOf(end({ rows: [{ ...bare, requested: { on: undefined, by: undefined } }] }));
  expect(page).toContain('3 d ago · reply unknown Ask the provider why it is late No provider yet Date not given');
  expect(page).not.toMatch(/–|Not given/);
});

test('a requester beside a missing date is not the one who left it out', () => {
  const page = textOf(end({ rows: [{ ...row, requested: { on: undefined, by: 'you' } }] }));
  expect(page).toContain('Date not given, by you');
});

test('the first column of a request that must not be done begins with this warning', () => {
  expect(textOf(end({ rows: [{ ...row, caution: 'Do not perform' }] }))).toContain('Do not perform Wheelchair');
});

test('closed requests of a short list are folded and counted', () => {
  const page = end({ rows: [row], closed: Array.from({ length: 12 }, () => row) });
  expect(textOf(/<summary>.*<\/summary>/.exec(page)?.[0] ?? '')).toBe('Closed (12)');
  expect(page).not.toContain('<details open');
});

test.for<[string, Partial<RequestListProps>, string]>([
  ['nothing at all', {}, 'No requests for this patient yet.'],
  ['closed ones only', { closed: [row] }, 'No open requests for this patient.'],
])('with %s the page says so', ([, list, text]) => {
  expect(textOf(end(list))).toContain(text);
});

test('requests that could not be read are not reported as absent', () => {
  const page = textOf(end({ problem: { text: 'The EHR did not answer in time.' } }));
  expect(page).toContain('The EHR did not answer in time.');
  expect(page).not.toContain('No requests');
});

test.for<[string, Partial<RequestListProps>, string]>([
  ['a note', { notices: ['1 entry is not shown.'] }, 'No requests are shown.'],
  ['other orders', { otherOrders: 1 }, 'No requests are shown.'],
  ['closed ones and a note', { closed: [row], notices: ['x'] }, 'No open requests are shown.'],
])('with %s no request is reported as absent', ([, list, text]) => {
  const page = textOf(end(list));
  expect(page).toContain(`${text} The notes below say what this list leaves out.`);
  expect(page).not.toMatch(/No (?:open )?requests for this patient/);
});

test.for<[string, Partial<RequestListProps>, boolean]>([
  ['a list', { rows: [row] }, true],
  ['no requests', {}, true],
  ['a part of the list', { closed: [row], problem: { text: 'x' } }, true],
  ['nothing that could be read', { problem: { text: 'x' } }, false],
  ['only what was just sent', { rows: [row], marks: new Map([[row.id, 'Just sent']]), problem: { text: 'x' } }, false],
])('under %s the page says where the list was read: %s', ([, list, isSaid]) => {
  expect(textOf(end(list)).includes('read from your EHR')).toBe(isSaid);
});

test.for([true, false])('a problem offers to reload the page only if that may help: %s', (canReload) => {
  const page = end({ problem: { text: 'x', canReload } });
  expect(
    page.includes('<a class="btn btn-sm btn-outline-secondary flex-shrink-0 refresh" href="requests">Reload</a>'),
  ).toBe(canReload);
});

test('notes name what was left out', () => {
  const page = textOf(end({ notices: ['1 entry entered in error is not shown.'], otherOrders: 3 }));
  expect(page).toContain(
    'Notes on this list 1 entry entered in error is not shown. 3 entries are steps of carrying out an order, such as a nursing task, and are not shown. See the EHR.',
  );
  expect(textOf(end({ otherOrders: 1, otherServices: 'CT abdomen' }))).toContain(
    '1 entry is a step of carrying out an order, such as a nursing task, and is not shown: CT abdomen. See the EHR.',
  );
  expect(end({ otherOrders: 1 })).toContain('<b class="print-only">Ada Moreno · Born 9');
  expect(end()).not.toContain('Notes on this list');
});

test('every printed table has the patient on each sheet', () => {
  const page = end({ rows: [row], closed: [row] });
  const line = 'Ada Moreno · Born 9\u00a0Mar\u00a01958 (68 years) · Sex Female · MRN MRN-1';
  expect(page.split(`${line}</div><div>Read 2026-11-22 09:02 EST for Dr. Ruth Kim</div>`)).toHaveLength(3);
  // WebKit repeats no head of a table.
  const edge = /<div class="edge">.*<\/div>/.exec(page)?.[0] ?? '';
  expect([edge.split(line).length, /<text[^>]*>(.*)<\/text>/.exec(edge)?.[1]]).toEqual([3, line]);
});

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></textarea><svg onload=alert(1)>',
  '&lt;script&gt;',
];

test.for(hostile)('EHR text %j is shown as text wherever it appears (FH-10)', (text) => {
  const patient = { name: text, birthDate: text, ageText: text, sexWord: text, mrn: text, deathText: text };
  const evil = {
    ...row,
    id: `no id ${text}`,
    service: text,
    category: text,
    caution: text,
    source: text,
    needed: text,
    priority: { level: 'other' as const, word: text },
    status: { ...row.status, word: text, sinceText: text },
    sentTo: { names: [text, text], more: 0 },
    requested: { on: text, by: text },
    reason: { first: text, more: 0 },
  };
  const harmless = structure(
    start({ patient: harmlessCopy(patient), bar: { ...bar, userName: 'x' } }) +
      end({ rows: [harmlessCopy(evil)], notices: ['x'], problem: { text: 'x' } }, harmlessCopy(patient)),
  );
  const attacked = structure(
    start({ patient, bar: { ...bar, userName: text } }) +
      end({ rows: [evil], notices: [text], problem: { text } }, patient),
  );
  expect(attacked).toEqual(harmless);
});

/** Every tag with its attributes, as a browser would build it. */
function structure(page: string): string[] {
  return page.match(/<[^>]*>/g) ?? [];
}

function harmlessCopy<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value), (_key, item: unknown) =>
    typeof item === 'string' && hostile.includes(item) ? 'x'.repeat(item.length) : item,
  ) as Value;
}

test('the page has no inline script or style that a strict CSP refuses', () => {
  const page = start({ needPatientBanner: true }) + end({ rows: [row], closed: [row], notices: ['x'], otherOrders: 1 });
  expect(page).not.toMatch(/<style|<script(?! src)|\sstyle=|\son[a-z]+=|javascript:/i);
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page.trimEnd()).toMatch(/<\/html>$/);
});

test('on the page of a request, a month is one only where a date is due', () => {
  const fact = { label: 'Said', texts: ['2024-07'] };
  const sections = ['When', 'Why'].map((title) => ({ title, facts: [fact] }));
  const said = { what: '2024-08', when: '2024-09', who: undefined, source: 'Task' };
  const props = { ...startProps, themeUrl: undefined, backHref: '/', row, sections, timeline: [said] };
  const page = detailPage({ ...props, related: [], numbers: [], notices: [], json: '{}' });
  const text = textOf(page).replaceAll('\u00A0', ' ');
  expect(['When Said Jul 2024', 'Why Said 2024-07', '2024-08 Sep 2024'].filter((one) => !text.includes(one))).toEqual(
    [],
  );
});
