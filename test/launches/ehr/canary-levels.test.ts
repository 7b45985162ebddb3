/**
 * No log line holds a secret or a patient at the most detailed levels: launch, refresh, failed launch, create (ST-07,
 * TK-20).
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type TestBrowser, titleOf } from '#test/helpers/browser.ts';
import { leaksOf, type Secrets, secretsSeenBy } from '#test/helpers/canaries.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { launchIdOf, sendForm, ticketOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

const SCOPES =
  'launch launch/patient openid fhirUser profile online_access patient/*.read patient/ServiceRequest.write';
const TYPED = {
  service: 'transport',
  what: 'Stretcher-what-CANARY',
  neededOn: dayFromNow(30),
  priority: 'routine',
  reason: 'Fracture-reason-CANARY',
  note: 'Ring-note-CANARY',
};
const CLINICAL = ['Moreno', '1958-03-14', '100231', 'Wheelchair', 'Rivera', 'pat-ada', 'CANARY'];

describe.for(['trace', 'debug'])('LOG_LEVEL=%s on real Redis and PostgreSQL', (level) => {
  let world: World;
  let browser: TestBrowser;
  let secrets: Secrets;
  let titles: (string | undefined)[];
  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const settings = { createRequests: true, scopes: SCOPES };
    world = await startWorld({ stores: 'real Redis and PostgreSQL', settings, env: { LOG_LEVEL: level } });
    browser = world.browser();
    world.sandbox.faults.set('string-expires-in', '100');
    const page = await world.launch('pat-ada', browser);
    vi.setSystemTime(Date.now() + 101_000);
    const renewed = await browser.visit(page.url);
    const formUrl = `${world.url}/launches/${launchIdOf(page)}/requests/new`;
    const form = await browser.visit(formUrl);
    const sent = await sendForm(browser, formUrl, { ...ticketOf(form), ...TYPED });
    world.sandbox.faults.clear();
    world.sandbox.faults.set('hostile-error');
    const failed = await world.launch('pat-ada', browser);
    world.sandbox.faults.clear();
    titles = [page, renewed, form, sent, failed].map(titleOf);
    await world.dependencies.audit.flush();
    secrets = secretsSeenBy(world.sandbox);
    const cookies = browser.history
      .flatMap(({ setCookies }) => setCookies)
      .flatMap((line) => line.split(';')[0]?.split('~')[1] ?? []);
    secrets.set('cookie secret', new Set(cookies.filter((value) => value !== '')));
  });
  afterAll(async () => {
    vi.useRealTimers();
    await world.close();
  });

  test('the test has collected secrets of every kind', () => {
    expect(titles.slice(0, 3)).toEqual([
      'Requests for Ada Moreno',
      'Requests for Ada Moreno',
      'New request for Ada Moreno',
    ]);
    const kinds = 'launch,state,nonce,code,code_verifier,client_assertion,refresh_token,access token,cookie secret';
    for (const kind of kinds.split(',')) expect(secrets.get(kind)?.size, kind).toBeGreaterThan(0);
    const posted = world.sandbox.requests.filter(
      ({ method, path }) => method === 'POST' && path.endsWith('/ServiceRequest'),
    );
    expect(posted.map(({ body }) => body.includes(TYPED.what))).toEqual([true]);
    expect(leaksOf(secrets, [...(secrets.get('refresh_token') ?? [])].join())).not.toEqual([]);
  });

  test('no line contains a secret, typed text or the patient', () => {
    const lines = world.logLines.join('');
    expect(world.logLines.length).toBeGreaterThan(5);
    expect(leaksOf(secrets, lines)).toEqual([]);
    expect(CLINICAL.filter((text) => lines.includes(text))).toEqual([]);
  });
});
