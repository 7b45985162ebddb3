/** The request list, with an EHR that answers well or badly (FH-04..12, LC-05, LC-06, LC-11, ER-01, SCO-19). */
import { fetch } from 'undici';
import { beforeEach, describe, expect, test } from 'vitest';
import type { FaultName } from '#sandbox/faults.ts';
import { supportCodeOf, type TestBrowser, titleOf } from '#test/helpers/browser.ts';
import { startServer } from '#test/helpers/servers/listener.ts';
import { cookiesOf, wholeOf } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

const world = useWorld();
let browser: TestBrowser;
beforeEach(() => {
  world.sandbox.faults.clear();
  world.sandbox.requests.clear();
  browser = world.browser();
});

const fhirCalls = (path: string) =>
  world.sandbox.requests.filter((request) => request.path.includes(`/fhir/r4/${path}`));

describe('without a verified patient no data is shown', () => {
  const rows: [FaultName, number, string][] = [
    ['wrong-patient', 502, 'The EHR returned a different patient'],
    ['patient-outcome-200', 502, 'The EHR did not return the patient'],
    ['fhir-html', 502, 'The EHR returned an unexpected answer'],
    ['fhir-truncated', 502, 'The EHR returned an unexpected answer'],
    ['fhir-401', 401, 'The EHR does not accept this app’s access'],
    ['fhir-403', 403, 'The EHR did not let this app read the patient'],
    ['fhir-500', 503, 'The EHR cannot show the patient at the moment'],
    ['fhir-redirect', 503, 'The EHR cannot show the patient at the moment'],
  ];
  test.for(rows)('%s: %d', async ([fault, status, title]) => {
    const elsewhere = await startServer((_request, response) => response.end('{}'));
    world.sandbox.faults.set(fault, fault === 'fhir-redirect' ? `${elsewhere.origin}/fhir` : undefined);
    const page = await world.launch('pat-ada', browser);
    expect([page.status, titleOf(page)]).toEqual([status, title]);
    expect(page.headers['cache-control']).toBe('no-store');
    expect(supportCodeOf(page)).toMatch(/^[2-9A-Z]{4}-[2-9A-Z]{4}$/);
    expect(wholeOf(page)).not.toMatch(/Moreno|100231|Wheelchair|token not active|database down|Sign in</);
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  test('FH-05: a token that the EHR refuses is not sent again', async () => {
    world.sandbox.faults.set('fhir-401');
    await world.launch('pat-ada', browser);
    expect(fhirCalls('Patient/pat-ada').length).toBeLessThanOrEqual(2);
    expect(world.sandbox.requests.filter(({ path }) => path === '/auth/token').length).toBeLessThanOrEqual(2);
  });

  test('FH-06: a refused read is not repeated', async () => {
    world.sandbox.faults.set('fhir-403');
    await world.launch('pat-ada', browser);
    expect(fhirCalls('Patient/pat-ada')).toHaveLength(1);
  });

  test('ER-04: the support code leads to the log line with cause, organization and step', async () => {
    world.sandbox.faults.set('wrong-patient');
    const code = supportCodeOf(await world.launch('pat-ada', browser));
    await expect.poll(() => world.logLines.filter((line) => line.includes(String(code)))).toHaveLength(1);
    const line = JSON.parse(world.logLines.find((one) => one.includes(String(code))) ?? '') as Record<string, unknown>;
    expect(line).toMatchObject({
      errorCode: 'patient.mismatch',
      organizationId: 'st-elsewhere',
      path: expect.stringMatching(/^\/launches\/[\w-]+\/requests$/),
      err: { message: expect.stringContaining('another id') },
    });
  });
});

describe('the patient is shown, and a line says what is wrong with the list', () => {
  const rows: [FaultName, string | undefined, string][] = [
    ['fhir-403-requests', undefined, 'The EHR did not let this app read requests.'],
    ['foreign-resource', undefined, '1 entry from the EHR did not name this patient and is not shown.'],
    ['endless-paging', undefined, 'This list may be incomplete. The EHR returned an unexpected answer.'],
    ['foreign-next-link', undefined, 'The EHR pointed to another server'],
    ['outcome-entry', undefined, 'The EHR remarked that its answer may be incomplete.'],
    ['huge-bundle', undefined, 'The EHR returned an unexpected answer.'],
  ];
  test.for(rows)('%s', async ([fault, value, line]) => {
    world.sandbox.faults.set(fault, value);
    const page = await world.launch('pat-ada', browser);
    expect([page.status, titleOf(page)]).toEqual([200, 'Requests for Ada Moreno']);
    expect(page.body).toContain(line);
    expect(page.body).not.toMatch(/Okafor|4101|not for this app/);
  });

  test('FH-02: a next page on another host gets no request, with or without the token', async () => {
    const elsewhere = await startServer((_request, response) => response.end('{}'));
    world.sandbox.faults.set('foreign-next-link', `${elsewhere.origin}/fhir/r4/ServiceRequest?page=2`);
    const page = await world.launch('pat-ada', browser);
    expect(page.body).toContain('Wheelchair van');
    expect(elsewhere.connections).toHaveLength(0);
    await elsewhere.close();
  });

  test('if a next page is gone, the read requests stay, and a button loads the page again', async () => {
    world.sandbox.faults.set('foreign-next-link', `${world.sandbox.fhirBase}/ServiceRequest/gone`);
    const page = await world.launch('pat-ada', browser);
    expect(page.body).toContain('This list may be incomplete. The EHR no longer has the next page of its list.');
    expect(page.body).toContain('Wheelchair van');
    const reload = /<a class="[^"]*" href="([^"]+)">Reload</.exec(page.body)?.[1];
    world.sandbox.faults.clear();
    const again = await browser.open(new URL(reload ?? '', page.url).href);
    expect([again.url.split('?')[0], titleOf(again)]).toEqual([page.url.split('?')[0], 'Requests for Ada Moreno']);
    expect(again.body).not.toContain('may be incomplete');
  });

  test('the list says which requests it shows as one, by service', async () => {
    const { body } = await world.launch('pat-ben', browser);
    expect(body).toContain('1 request was replaced by a newer one: Hospital bed, standard.');
    expect(body).toContain(
      '1 entry repeated another request in every detail and is shown once: Stretcher transport to rehabilitation.',
    );
    expect(body).toContain('1 order and the referral made from it are shown as one: Inpatient rehabilitation.');
  });

  test('FH-09: endless paging is ended', async () => {
    world.sandbox.faults.set('endless-paging');
    await world.launch('pat-ada', browser);
    expect(fhirCalls('ServiceRequest').length).toBeLessThanOrEqual(10);
  });

  test('FH-09: a long list is read page by page and shown whole', async () => {
    world.sandbox.faults.set('short-pages');
    const page = await world.launch('pat-many', browser);
    expect(titleOf(page)).toBe('Requests for Grace Lindqvist');
    expect(page.body.match(/many-\d{3}|Portable oxygen refill|Skilled nursing visit/g)?.length).toBeGreaterThan(20);
    expect(world.sandbox.requests.filter(({ path }) => path.includes('?_page='))).toHaveLength(2);
  });

  test('FH-13: every search names the patient in context, except the one for the user’s role', async () => {
    world.sandbox.faults.set('short-pages');
    await world.launch('pat-many', browser);
    const all = world.sandbox.requests.map(({ path }) => path).filter((path) => /^\/fhir\/r4.*\?/.test(path));
    const ofUser = '/fhir/r4/PractitionerRole?practitioner=prac-rivera&';
    const searches = all.filter((path) => !path.startsWith(ofUser));
    expect(searches.length).toBeGreaterThan(1);
    expect(searches.filter((path) => !/[?&](patient=pat-many&|_page=)/.test(path))).toEqual([]);
  });

  test('FH-07: a read with a short Retry-After is repeated once', async () => {
    world.sandbox.faults.set('fhir-429', 0, { times: 1 });
    expect((await world.launch('pat-ada', browser)).status).toBe(200);
  });

  test('SCO-19: without the permission no request is sent, and the page names the missing one', async () => {
    world.sandbox.faults.set('narrowed-scope');
    const page = await world.launch('pat-ada', browser);
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
    expect(page.body).toContain('patient/ServiceRequest.read');
    expect(fhirCalls('ServiceRequest')).toEqual([]);
  });
});

describe('LC-11: only the boolean false reduces the banner', () => {
  const rows: [string, () => string, string][] = [
    ['true', () => world.sandbox.launch('pat-ada'), 'patient-full'],
    ['false', () => world.sandbox.launch('pat-ada', { needPatientBanner: false }), 'patient-compact'],
  ];
  test.for(rows)('%s', async ([, launch, shown]) => {
    const page = await browser.open(launch());
    expect(page.body).toContain(`class="patient ${shown}"`);
    for (const fact of ['Ada Moreno', '14\u00a0Mar\u00a01958', 'Female', '100231']) expect(page.body).toContain(fact);
  });

  test.for(['no-banner-flag', 'string-banner-flag'] as const)('%s', async (fault) => {
    world.sandbox.faults.set(fault);
    expect((await browser.open(world.sandbox.launch('pat-ada'))).body).toContain('class="patient patient-full"');
  });
});

test('FH-10: hostile text is shown as text', async () => {
  const page = await world.launch('pat-script', browser);
  expect(titleOf(page)).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page.body).not.toMatch(/<script(?! src="\/assets\/)|<img src=x|<svg onload|onerror=alert\(1\)>/);
  expect(page.body).toContain('&lt;img src=x onerror=alert(1)&gt;');
});

test.for([
  'pat-no-name',
  'pat-no-mrn',
  'pat-no-family',
  'pat-text-only',
  'pat-year-only',
  'pat-arabic',
  'pat-deceased',
])('FH-11: %s fails no page', async (patient) => {
  const page = await world.launch(patient, browser);
  expect(page.status).toBe(200);
  expect(page.body).toMatch(/<\/html>\s*$/);
  expect(page.body).not.toMatch(/undefined|\[object/);
});

test('the patient is shown while the EHR still searches', async () => {
  world.sandbox.faults.set('slow-requests');
  const response = await openStream(
    browser,
    await browser.openUntil(world.sandbox.launch('pat-ada'), '/smart/callback'),
  );
  const reader = response.body?.getReader();
  const first = Buffer.from((await reader?.read())?.value ?? []).toString();
  expect(first).toContain('for <bdi>Ada Moreno</bdi></span></h1>');
  expect(first).toContain('Reading requests from the EHR');
  expect(first).not.toContain('</html>');
  await reader?.cancel();
});

/** Finishes a launch and opens its page, without waiting for the whole page. */
async function openStream(by: TestBrowser, callback: string) {
  const { headers } = await by.visit(callback);
  const cookie = [...cookiesOf(by)].map((pair) => pair.join('=')).join('; ');
  return fetch(String(headers['location']), { headers: { cookie, accept: 'text/html' } });
}
