/** Hostile text in a refused launch, on the clinician's page and the operator's, and in Settings (ER-04, ER-06). */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Fault, JsonObject } from '#sandbox/fault-type.ts';
import { jsonAnswer, on } from '#sandbox/faults/answers.ts';
import { refusal } from '#sandbox/faults/fhir.ts';
import { ORG_ID } from '#test/helpers/world.ts';
import { ALL, HOSTILE, openWatchedWorld, TYPED, textOf, type WatchedWorld } from './support/hostile-texts.ts';

let watched: WatchedWorld;
let serial = 0;
beforeAll(async () => {
  watched = await openWatchedWorld();
  await watched.signIn();
});
beforeEach(() => {
  watched.world.sandbox.faults.clear();
  watched.happened.length = 0;
});
afterAll(() => watched?.close());

const hostileDocument = (document: JsonObject) => ({
  ...document,
  capabilities: [...[document['capabilities']].flat(), ...HOSTILE],
  scopes_supported: HOSTILE,
});
const authorizeError = (parameters: URLSearchParams) => {
  const refused = new URLSearchParams({ state: parameters.get('state') ?? '', iss: parameters.get('iss') ?? '' });
  for (const [name, value] of [
    ['error', 'access_denied'],
    ['error_description', ALL],
    ['error_uri', 'javascript:alert(1)'],
  ] as const)
    refused.set(name, value);
  return refused;
};
test.for<[string, Omit<Fault, 'description'>]>([
  ['the authorization error', { authorizationResponse: authorizeError }],
  [
    'the error code itself',
    {
      authorizationResponse: (parameters) =>
        new URLSearchParams(
          [...authorizeError(parameters)].map(([name, value]) => [name, name === 'error' ? ALL : value]),
        ),
    },
  ],
  [
    'the token error',
    {
      request: on('token', () =>
        jsonAnswer(400, { error: 'invalid_client', error_description: ALL, error_uri: 'javascript:alert(1)' }),
      ),
    },
  ],
  ['the scopes that are granted', { tokenResponse: (members) => ({ ...members, scope: ALL }) }],
  ['the patient id', { tokenResponse: (members) => ({ ...members, patient: HOSTILE[2] }) }],
  ['the OperationOutcome of the Patient', { request: on('fhir', () => refusal(403, 'forbidden', ALL)) }],
  [
    'the javascript: address of the sign-in',
    {
      smartConfiguration: (document) => ({
        ...hostileDocument(document),
        authorization_endpoint: 'javascript:alert(1)',
      }),
    },
  ],
  [
    'the javascript: address of tokens',
    { smartConfiguration: (document) => ({ ...hostileDocument(document), token_endpoint: 'javascript:alert(1)' }) },
  ],
])('%s', async ([, fault]) => {
  const { world, page, expectInert, withFault } = watched;
  serial += 1;
  const orgId = `refused-${serial}`;
  await world.setOrganization(orgId, { name: `Hospital ${HOSTILE[2]}` });
  await withFault(fault, async () => {
    await page.goto(world.sandbox.launch('pat-script').replace(`orgId=${ORG_ID}`, `orgId=${orgId}`));
    await page.locator('.support').waitFor();
    await expectInert();
  });
  const code = /Support code: *([\dA-Z]{4}-[\dA-Z]{4})/.exec(await textOf(page))?.[1] ?? '';
  await page.goto(`${world.url}/settings/launches?code=${code}`);
  expect(page.url()).toMatch(/\/settings\/launches\/[\da-f-]{36}$/);
  await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
  await expectInert();
  await page.goto(`${world.url}/settings/integrations/smart-on-fhir?organization=${orgId}`);
  expect(await textOf(page)).toContain(HOSTILE[2]);
  await expectInert();
});

let hasForm = false;
test.for(HOSTILE)('%s as a FHIR URL', async (typed) => {
  const { world, page, expectInert } = watched;
  // The answer to one has the form for the next.
  if (!hasForm) await page.goto(`${world.url}/settings/integrations/smart-on-fhir?organization=${ORG_ID}`);
  hasForm = true;
  await page.getByLabel('FHIR URL').fill(typed);
  const save = page.getByRole('button', { name: 'Save', exact: true });
  await Promise.all([page.waitForEvent('load'), save.click()]);
  await page.locator('.field-problem, .notice-problem, [role=alert]').first().waitFor();
  // A text that could be a host is shown as the address that it makes, without its outer quotes.
  const plain = (text: string) => text.replaceAll(/[\s'"]/g, '').toLowerCase();
  expect(plain(await page.getByLabel('FHIR URL').inputValue())).toContain(plain(typed));
  await expectInert();
});

test('each is short enough to be shown again', () => {
  for (const text of TYPED) expect(text.length).toBeLessThanOrEqual(200);
});
test.for(['/settings/launches?code=@', '/settings/audit?event=@&actor=@', '/settings/organizations/@', '/nowhere/@'])(
  'hostile text for @ in %s of Settings',
  async (path) => {
    const { world, page, expectInert } = watched;
    for (const typed of TYPED) {
      // oxlint-disable no-await-in-loop -- one after the other, in one tab
      await page.goto(world.url + path.replaceAll('@', encodeURIComponent(typed)));
      await expectInert();
      // oxlint-enable no-await-in-loop
    }
  },
);
