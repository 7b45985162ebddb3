/** Launches at an address that is none, and in a frame of a page that may not show the app. */
import { expect, test } from 'vitest';
import { expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';

const { inspect, launchWith, prepare, world } = useSeededWorld();

test.for([
  ['GET', '/smart/callback', 'callback', 'callback.empty'],
  ['GET', '/smart/callback?error=unauthorized_client', 'callback', 'callback.error-without-state'],
  ['POST', '/smart/callback', 'callback', 'callback.posted'],
  ['POST', '/smart/launch?orgId=ID', 'launch', 'launch.posted'],
  ['GET', '/smart/lauch?orgId=ID&iss=https://ehr.example/fhir&launch=a', 'launch', 'launch.no-such-address'],
  ['GET', '/smart/launch/ID/launch?iss=https://ehr.example/fhir&launch=a', 'launch', 'launch.no-such-address'],
  ['GET', '/?orgId=ID&iss=https://ehr.example/fhir&launch=a', 'launch', 'launch.no-such-address'],
  ['GET', '/smart/standalone/ID?iss=https://ehr.example/fhir&launch=a', 'launch', 'launch.standalone-url-registered'],
] as const)('%s %s: the support code finds the cause', async ([method, path, step, rule]) => {
  const { id } = await prepare({});
  const url = `${world().url}${path.replace('ID', id)}`;
  const answer = await world()
    .browser()
    .open(url, method === 'POST' ? { form: { code: 'a' } } : {});
  const said = await inspect(answer, id);
  expectSaid(said, step, rule);
  expect(said.words).not.toMatch(/Standalone launch/);
});

test('an unknown URL below /smart is a 404 and no launch', async () => {
  const answer = await world().browser().open(`${world().url}/smart/robots.txt`);
  expect([answer.status, answer.body]).toEqual([404, expect.stringContaining('Page not found')]);
});

const FRAMED = { 'sec-fetch-dest': 'iframe', referer: 'https://chart.hospital.example/patients' };

test('for a wrong frame address the page around the app is named, and where to add it', async () => {
  const said = await launchWith({
    settings: { frameAncestors: ['https://other.example'] },
    browser: { headers: FRAMED },
  });
  expect([said.rule, said.owner]).toEqual(['launch.other-frame', 'The organization’s administrator']);
  expect(said.words).toContain('https://chart.hospital.example');
});

test('a frame where no EHR page may frame the app', async () => {
  const said = await launchWith({
    settings: { frameAncestors: [] },
    browser: { headers: { 'sec-fetch-dest': 'iframe' } },
  });
  expect([said.step, said.owner]).toEqual(['launch', 'The organization’s administrator']);
});
