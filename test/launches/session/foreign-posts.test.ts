/** Every form of a launch, posted by something else than its page in its browser (RV-01): nothing happens. */
import { beforeAll, describe, expect, test } from 'vitest';
import { createBrowser, type TestBrowser, type Visit } from '#test/helpers/browser.ts';
import { csrfOf, draftsOn, launchIdOf, ticketOf } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

const SCOPES = 'launch launch/patient openid fhirUser profile patient/*.read patient/ServiceRequest.write';
const world = useWorld({ settings: { createRequests: true, scopes: SCOPES } });

let browser: TestBrowser;
let list: Visit;
let ben: Visit;
const urlOf = (page: Visit, path: string) => `${world.url}/launches/${launchIdOf(page)}${path}`;
const isWrite = ({ method, path }: { method: string; path: string }) =>
  method !== 'GET' && path.includes('/ServiceRequest');

beforeAll(async () => {
  browser = world.browser();
  list = await world.launch('pat-ada', browser);
  ben = await world.launch('pat-ben', browser);
});

const idOf = (page: Visit) =>
  /href="[^"]*requests\/([\w.-]+)"/.exec(page.body.replaceAll('requests/new', ''))?.[1] ?? '';
const typed = { what: 'Physical therapy', service: '', intent: 'send', confirmed: 'yes' };
const forms: [path: string, fields: Record<string, string>][] = [
  ['/requests', { text: 'x' }],
  ['/requests/new', typed],
  ['/requests/new/discard', {}],
  ['/requests/:id/correct', {}],
  ['/requests/:id/cancel', { reason: 'Not needed any more', intent: 'send' }],
  ['/association', { code: 'AAAA-AAAA-AAAA' }],
  ['/sign-out', { all: 'true' }],
];
type Forged = { csrf?: string; headers?: Record<string, string>; by?: TestBrowser };
const forgeries: [string, (own: string) => Forged][] = [
  ['no token', () => ({})],
  ['a wrong token', (own) => ({ csrf: own.replace(/^.{4}/, 'AAAA') })],
  ["another launch's token", () => ({ csrf: csrfOf(ben) })],
  ['another origin', (csrf) => ({ csrf, headers: { origin: 'https://evil.example' } })],
  ["the EHR's origin", (csrf) => ({ csrf, headers: { origin: world.sandbox.origin } })],
  ['a hidden origin', (csrf) => ({ csrf, headers: { origin: 'null' } })],
  ['a page of another site', (csrf) => ({ csrf, headers: { 'sec-fetch-site': 'cross-site' } })],
  ['a page of a sibling host', (csrf) => ({ csrf, headers: { 'sec-fetch-site': 'same-site' } })],
  ['another browser', (csrf) => ({ csrf, by: createBrowser() })],
];

describe.for(forms)('POST %s', ([path, fields]) => {
  test.for(forgeries)('by %s is refused', async ([, forge]) => {
    const { csrf, headers = {}, by = browser } = forge(csrfOf(list));
    const url = urlOf(list, path.replace(':id', idOf(list)));
    const form = { ...fields, ...(csrf === undefined ? {} : { csrf }) };
    const answer = await by.visit(url, { form, headers: { accept: 'application/json', ...headers } });
    expect(answer.status).toBe(by === browser ? 403 : 401);
    expect((await browser.visit(list.url)).status).toBe(200);
    expect(world.sandbox.requests.filter(isWrite)).toEqual([]);
  });
});

test('without its ticket, or with an invented or changed one, nothing that is posted to be kept is kept', async () => {
  const { ticket } = ticketOf(await browser.visit(urlOf(list, '/requests/new')));
  expect(ticket).not.toBe('');
  for (const forged of ['', 'x', ticket.slice(0, -4), `${ticket.slice(0, -8)}AAAAAAAA`]) {
    const form = { ...typed, ticket: forged };
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    expect((await createBrowser().visit(urlOf(list, '/requests/new/keep'), { form })).status).toBe(204);
  }
  expect(draftsOn(await browser.visit(list.url))).toEqual([]);
});

test('with the token of its page, in its browser, each form is taken', async () => {
  const headers = { origin: world.url, 'sec-fetch-site': 'same-origin' };
  const own = ticketOf(await browser.visit(urlOf(list, '/requests/new')));
  for (const [path, fields] of forms) {
    const form = { ...own, ...fields };
    // oxlint-disable-next-line no-await-in-loop -- the last one ends the launches
    const answer = await browser.visit(urlOf(list, path.replace(':id', idOf(list))), { form, headers });
    expect([path, [401, 403].includes(answer.status)]).toEqual([path, false]);
  }
  expect((await browser.visit(list.url)).status).toBe(401);
});
