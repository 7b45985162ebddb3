/** Answers to a refresh that only a scripted EHR gives: fewer scopes, absurd lifetimes, members that are null. */
import { expect, test } from 'vitest';
import { supportCodeOf, titleOf } from '#test/helpers/browser.ts';
import { ehr, LIST, launch, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();
const MISSING = /granted: [^"]*patient\/Patient\.read/;

/** Launches with a token that is due at once, then answers the refresh with these members changed. */
async function refreshedWith(change: Record<string, unknown>) {
  ehr.change('token', { expires_in: 0, refresh_token: 'first' });
  const browser = world().browser();
  const page = await launch({}, browser);
  ehr.change('token', { expires_in: 3_600, refresh_token: 'second', id_token: undefined, ...change });
  return browser.visit(page.url);
}

test.for(['openid', ''])(
  'RF-09, SCO-19: a refresh that grants only %j ends the launch, and the log names what is missing',
  async (scope) => {
    const page = await refreshedWith({ scope });
    expect(outcomeOf(page)).toEqual({ status: 403, code: 'scope.missing' });
    const named = () =>
      world().logLines.some((line) => line.includes(supportCodeOf(page) ?? '-') && MISSING.test(line));
    await expect.poll(named).toBe(true);
    expect(page.body).not.toContain('patient/');
    expect(page.body).not.toContain('Stella');
  },
);

test('RF-03, RF-11, TK-15: null members count as absent: the old refresh token, scope and context stay', async () => {
  const page = await refreshedWith({ refresh_token: null, scope: null, patient: null, encounter: null });
  expect(titleOf(page)).toBe(LIST);
});

test.for(['', '  '])('RF-03, RF-11, TK-15: %j counts as absent too, except for the patient', async (blank) => {
  const page = await refreshedWith({ refresh_token: blank, id_token: blank, encounter: blank, expires_in: blank });
  expect(titleOf(page)).toBe(LIST);
  const fatal = await refreshedWith({ patient: blank });
  expect(outcomeOf(fatal)).toEqual({ status: 401, code: 'session.expired' });
});

test('RFC 6750: a renewed access_token with characters that a header cannot carry is never used', async () => {
  const page = await refreshedWith({ access_token: 'two words' });
  expect(page.body).not.toContain('Stella');
  expect(outcomeOf(page)).toEqual({ status: 502, code: 'token.invalid' });
  expect(ehr.requests.filter(({ headers }) => headers.authorization?.includes('two words'))).toEqual([]);
});

/** Routes whose 401 leads to a refresh with a narrowed answer. */
const NARROWED: [string, string, string][] = [
  ['the search', 'requests', 'patient/Patient.read'],
  ['the patient', 'patient', 'patient/ServiceRequest.read'],
];
test.for(NARROWED)(
  'RF-09: %s that waited for a refresh that removed its permission is not sent again',
  async ([, route, scope]) => {
    ehr.change('token', { refresh_token: 'first' });
    const browser = world().browser();
    const page = await launch({}, browser);
    ehr.change('token', {
      refresh_token: 'second',
      id_token: undefined,
      access_token: 'renewed',
      scope: `openid ${scope}`,
    });
    ehr.on(route, ({ headers }) =>
      headers.authorization === 'Bearer renewed' ? { status: 500 } : { status: 401, body: {} },
    );
    ehr.requests.length = 0;
    const again = await browser.visit(page.url);
    expect(ehr.seen('token')).toHaveLength(1);
    expect(ehr.seen(route)).toHaveLength(1);
    expect(again.body).not.toMatch(/No open requests|No requests/);
    if (route === 'patient') expect(outcomeOf(again)).toEqual({ status: 403, code: 'patient.refused' });
  },
);

test('RF-09: a waiting next page is not requested either, whatever its URL', async () => {
  ehr.change('token', { refresh_token: 'first' });
  const browser = world().browser();
  const page = await launch({}, browser);
  ehr.change('token', {
    refresh_token: 'second',
    id_token: undefined,
    access_token: 'renewed',
    scope: 'openid patient/Patient.read',
  });
  const link = [{ relation: 'next', url: `${ehr.fhirBase}?_getpages=2` }];
  ehr.on('requests', () => ({ body: { resourceType: 'Bundle', type: 'searchset', entry: [], link } }));
  ehr.on('/fhir', () => ({ status: 401, body: {} }));
  ehr.requests.length = 0;
  await browser.visit(page.url);
  expect(ehr.seen('/fhir').map(({ headers }) => headers.authorization)).not.toContain('Bearer renewed');
  expect(ehr.seen('/fhir')).toHaveLength(1);
});

test('TK-12: a lifetime beyond the largest date counts as a long one', async () => {
  expect(titleOf(await refreshedWith({ expires_in: Number.MAX_SAFE_INTEGER }))).toBe(LIST);
});

test('TK-12, RF-03: a renewed token that lives 0 seconds is renewed again with the old refresh token', async () => {
  ehr.change('token', { expires_in: 0, refresh_token: 'first' });
  const browser = world().browser();
  const page = await launch({}, browser);
  ehr.change('token', { expires_in: 0, refresh_token: undefined, id_token: undefined });
  const renewals = () => ehr.seen('token').filter(({ body }) => body.includes('refresh_token=first')).length;
  await browser.visit(page.url);
  const before = renewals();
  expect(titleOf(await browser.visit(page.url))).toBe(LIST);
  expect(renewals()).toBeGreaterThan(before);
});
