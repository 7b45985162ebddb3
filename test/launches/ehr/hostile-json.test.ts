/** An EHR that sends deeply nested JSON or a million values: its own page fails, and no other page waits. */
import { expect, test } from 'vitest';
import { type TestBrowser, titleOf } from '#test/helpers/browser.ts';
import { startCpuTime } from '#test/helpers/cpu-time.ts';
import type { Script } from '#test/helpers/servers/stub-ehr.ts';
import { ehr, LIST, launch, launchUrl, newOrganization, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();
const OK = { status: 200, code: undefined };

/** Just below the allowed size of an answer. */
const PROTOCOL = 900_000;
const FHIR = 4_500_000;
/** Four reloads, each with a patient and a list, stay below what one EHR may send at once, so that none has to wait. */
const LARGE = 1_800_000;
const shapes: [string, (size: number, members: string) => string][] = [
  ['lists in lists', (size) => `${'['.repeat(size / 2)}${']'.repeat(size / 2)}`],
  ['lists in lists that never end', (size) => '['.repeat(size)],
  ['objects in objects', (size) => `${'{"a":'.repeat(size / 6)}1${'}'.repeat(size / 6)}`],
  ['lists in lists in one member', (size, members) => `{${members}"x":${'['.repeat(size / 2)}${']'.repeat(size / 2)}}`],
  ['a million empty objects', (size, members) => `{${members}"x":[${'{},'.repeat(size / 3)}{}]}`],
  ['a million members', (size, members) => `{${members}${'"a":1,'.repeat(size / 6)}"b":1}`],
];
const documents: [string, number, string, { status: number; code: string }][] = [
  ['smart-configuration', PROTOCOL, '"capabilities":[],', { status: 502, code: 'discovery.invalid' }],
  ['token', PROTOCOL, '"access_token":"a","token_type":"Bearer",', { status: 502, code: 'token.invalid' }],
  ['jwks', PROTOCOL, '"keys":[],', { status: 502, code: 'identity.keys-unavailable' }],
  ['patient', FHIR, '"resourceType":"Patient","id":"pat-1",', { status: 502, code: 'patient.unexpected' }],
];
const answer =
  (body: string, status = 200): Script =>
  () => ({ status, body });

const cases = documents.flatMap(([route, size, members, outcome]) =>
  shapes.map(([name, shape]) => [`${route}: ${name}`, route, () => shape(size, members), outcome] as const),
);
test.for(cases)('%s', async ([, route, body, outcome]) => {
  ehr.on(route, answer(body()));
  expect(outcomeOf(await launch())).toEqual(outcome);
});

test.for(shapes)(
  'with a list of requests of %s the page shows the patient and says what is missing',
  async ([, shape]) => {
    ehr.on('requests', answer(shape(FHIR, '"resourceType":"Bundle","type":"searchset",')));
    const page = await launch();
    expect(outcomeOf(page).status).toBeLessThan(503);
    expect(page.body).toContain('Stella Stub');
  },
);

test.for([400, 401, 403, 404, 500])(
  'an endless OperationOutcome with status %d counts as that status',
  async (status) => {
    ehr.on('patient', answer(`{"resourceType":"OperationOutcome","issue":${'['.repeat(FHIR)}`, status));
    expect(outcomeOf(await launch()).status).toBeGreaterThanOrEqual(400);
  },
);

test.for(shapes)('an id_token of %s is not decoded and not in the trace', async ([, shape]) => {
  const part = (text: string) => Buffer.from(text).toString('base64url');
  const claims = part(shape(60_000, '"iss":"x",'));
  for (const idToken of [`${part('{"alg":"ES256","kid":"stub"}')}.${claims}.x`, `${claims}.${claims}.x`]) {
    ehr.change('token', { id_token: idToken });
    expect(outcomeOf(await launch())).toEqual({ status: 502, code: 'identity.invalid' });
  }
});

test('a document of many plain values is read', async () => {
  const text = 'x'.repeat(20);
  const extension = Array.from({ length: 30_000 }, () => ({ url: text, valueString: text }));
  ehr.change('patient', { extension });
  const page = await launch();
  expect(outcomeOf(page)).toEqual(OK);
  expect(titleOf(page)).toBe(LIST);
});

test('four reloads of a hostile chart cost less than four of a large and honest one', async () => {
  const open = async () => {
    const browser = world().browser();
    return { browser, page: await browser.open(launchUrl(await newOrganization())) };
  };
  const costOf = async ({ browser, page }: { browser: TestBrowser; page: { url: string } }) => {
    const spent = startCpuTime();
    const pages = await Promise.all(Array.from({ length: 4 }, () => browser.visit(page.url)));
    expect(pages.every(({ status }) => status < 504)).toBe(true);
    return spent();
  };
  const honest = await open();
  const narrative = Buffer.from(
    JSON.stringify({ resourceType: 'Bundle', type: 'searchset', text: { div: 'x'.repeat(LARGE) }, entry: [] }),
  );
  ehr.on('requests', () => ({ body: narrative }));
  const large = await costOf(honest);
  const bodies = shapes.map(([, shape]) => Buffer.from(shape(LARGE, '"resourceType":"Bundle","type":"searchset",')));
  for (const body of bodies) {
    ehr.reset();
    const hostile = await open();
    ehr.on('requests', () => ({ body }));
    ehr.on('patient', () => ({ body }));
    await expect.poll(() => costOf(hostile)).toBeLessThan(3 * large + 100);
  }
});
