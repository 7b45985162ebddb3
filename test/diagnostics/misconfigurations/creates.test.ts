/** Requests that the EHR refuses to create: each answer has its own cause. */
import { expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { dayFromNow } from '#test/helpers/days.ts';
import { type Meddling, page, redirect } from '#test/helpers/servers/gateway.ts';
import { launchIdOf, sendForm, ticketOf } from '#test/helpers/visits.ts';
import { expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';
import { outcome } from './seeding/seeds.ts';

const { inspect, prepare, world } = useSeededWorld();

const CREATE = /^\/fhir\/r4\/ServiceRequest$/;
const OTHERS = JSON.stringify({ resourceType: 'ServiceRequest', subject: { reference: 'Patient/pat-other' } });
const refusing = (status: number, code: string, text: string): Meddling =>
  outcome(CREATE, status, { code, details: { text } });

test.for<[name: string, answer: Meddling, rule: Rule]>([
  ['401', refusing(401, 'login', 'Unauthorized'), 'fhir.create-token-refused'],
  ['403', refusing(403, 'forbidden', 'Client not authorized for ServiceRequest.Create'), 'fhir.create-forbidden'],
  ['403 of a firewall', page(CREATE, 403), 'fhir.firewall'],
  ['404', refusing(404, 'not-found', 'Unknown resource type'), 'fhir.create-not-offered'],
  ['405', refusing(405, 'not-supported', 'Method not allowed'), 'fhir.create-not-offered'],
  ['405 of a gateway', page(CREATE, 405), 'fhir.create-not-offered'],
  ['400 for an interaction that is not there', refusing(400, 'not-supported', 'create'), 'fhir.create-not-offered'],
  ['409', refusing(409, 'conflict', 'Resource exists'), 'fhir.create-conflict'],
  ['412', refusing(412, 'multiple-matches', 'If-None-Exist'), 'fhir.create-conflict'],
  ['422 for a duplicate', refusing(422, 'duplicate', 'An order like this is open'), 'fhir.create-conflict'],
  ['413 of a gateway', page(CREATE, 413), 'fhir.firewall'],
  ['415', refusing(415, 'structure', 'application/xml is expected'), 'fhir.no-json'],
  ['422', refusing(422, 'business-rule', 'Encounter is required'), 'fhir.create-refused'],
  ['400', refusing(400, 'code-invalid', 'Unknown code'), 'fhir.create-refused'],
  ['429', refusing(429, 'throttled', 'Rate limit'), 'fhir.throttled'],
  ['a redirect to a sign-in page', redirect(CREATE, 302, '/login'), 'fhir.redirect'],
  ["another patient's request", page(CREATE, 200, 'application/fhir+json', OTHERS), 'fhir.create-other-patient'],
  ['500', refusing(500, 'exception', 'NullPointerException'), 'fhir.create-unclear'],
])('a create that is refused: %s', async ([, answer, rule]) => {
  const scopes =
    'launch launch/patient openid fhirUser profile online_access patient/*.read patient/ServiceRequest.write';
  const { id, ehr } = await prepare({ gateway: answer, settings: { createRequests: true, scopes } });
  const browser = world().browser();
  const list = await browser.open(ehr.launch('pat-ada'));
  const url = `${world().url}/launches/${launchIdOf(list)}/requests/new`;
  const typed = { service: 'transport', what: 'Wheelchair van', neededOn: dayFromNow(20), priority: 'urgent' };
  const shown = await sendForm(browser, url, { ...ticketOf(await browser.visit(url)), ...typed, reason: 'Dialysis' });
  const said = await inspect(shown, id);
  expectSaid(said, 'create', rule);
  expect(said.shown).toMatch(/Not sent|did not confirm|for another patient/);
});
