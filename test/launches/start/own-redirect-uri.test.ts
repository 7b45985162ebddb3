/** A redirect URI for each organization: the mix-up defence at EHRs that send no `iss` (MT-04, CB-12, AZ-03). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestBrowser, titleOf } from '#test/helpers/browser.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

const profile = 'epic-like';
const HONEST = 'st-elsewhere';
let world: World;
beforeAll(async () => {
  // Most EHRs do not promise `iss`.
  world = await startWorld({ sandbox: { profile }, settings: { redirectUri: 'own' } });
  registerAt(world.sandbox, HONEST);
});
afterAll(() => world.close());

const registerAt = (sandbox: World['sandbox'], id: string) =>
  sandbox.configureApp({
    launchUrl: `${world.url}/smart/launch?orgId=${id}`,
    redirectUri: `${world.url}/smart/callback/${id}`,
    jwksUrl: `${world.url}/.well-known/jwks.json`,
    clientId: 'vectorcare-test',
  });
const begin = (browser: TestBrowser, sandbox: World['sandbox'], id: string) =>
  browser.openUntil(sandbox.launch('pat-ada'), `/smart/callback/${id}`);
const tokenCalls = (sandbox: World['sandbox']) => sandbox.requests.filter(({ path }) => path === '/auth/token').length;

test('AZ-03, TK-02: authorization and token request name the same redirect URI, and the launch works', async () => {
  const page = await world.launch('pat-ada');
  expect(titleOf(page)).toBe('Requests for Ada Moreno');
  const authorize = world.sandbox.requests.find(({ path }) => path.startsWith('/auth/authorize'));
  const sent = new URL(authorize?.path ?? '', world.sandbox.origin).searchParams.get('redirect_uri');
  expect(sent).toBe(`${world.url}/smart/callback/${HONEST}`);
});

test('CB-12: a code of the honest EHR with the state of a hostile one goes to neither token endpoint', async () => {
  const hostile = await world.addSandbox('hostile', { profile });
  await world.setOrganization('hostile', { redirectUri: 'own' }, hostile);
  registerAt(hostile, 'hostile');
  const victim = world.browser();
  const atHonest = new URL(await begin(victim, world.sandbox, HONEST));
  const atHostile = new URL(await begin(victim, hostile, 'hostile'));
  atHonest.searchParams.set('state', atHostile.searchParams.get('state') ?? '');
  world.sandbox.requests.clear();
  hostile.requests.clear();
  const page = await victim.visit(atHonest.href);
  expect(page.status).toBe(400);
  expect([tokenCalls(world.sandbox), tokenCalls(hostile)]).toEqual([0, 0]);
});

test.for([
  ['the shared one', '/smart/callback'],
  ['another organization’s', '/smart/callback/hostile'],
  ['one of an unknown organization', '/smart/callback/nobody'],
])('a response to %s is refused before any token call', async ([, path]) => {
  const browser = world.browser();
  const callback = new URL(await begin(browser, world.sandbox, HONEST));
  callback.pathname = path ?? '';
  world.sandbox.requests.clear();
  expect((await browser.visit(callback.href)).status).toBe(400);
  expect(tokenCalls(world.sandbox)).toBe(0);
});

test.for(['HEAD', 'POST', 'OPTIONS'])('CB-20: %s is a 405', async (method) => {
  expect((await world.browser().visit(`${world.url}/smart/callback/${HONEST}`, { method })).status).toBe(405);
});
