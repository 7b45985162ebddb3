/**
 * Two organizations, one of them hostile, at EHRs that send no `iss`, on the shared redirect URI (MT-04, CB-12; RFC
 * 9700 §4.4).
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { type TestBrowser, titleOf } from '#test/helpers/browser.ts';
import { useWorld, type World } from '#test/helpers/world.ts';

const profile = 'epic-like';
const CALLBACK = '/smart/callback';

describe('on embedded stores', () => {
  const world = useWorld({ sandbox: { profile } });
  let hostile: World['sandbox'];
  beforeAll(async () => {
    hostile = await world.addSandbox('hostile', { profile });
    await world.setOrganization('hostile', {}, hostile);
  });

  const tokenCalls = (sandbox: World['sandbox']) =>
    sandbox.requests
      .filter(({ path }) => path === '/auth/token')
      .map(({ body }) => new URLSearchParams(body).get('code'));

  /** The address to which the app sends this browser for a code. */
  async function authorizeUrl(browser: TestBrowser, orgId: string, iss: string): Promise<URL> {
    const query = new URLSearchParams({ orgId, iss, launch: 'made-up' });
    const probed = await browser.visit(`${world.url}/smart/launch?${query}`);
    const answer = await browser.visit(probed.headers['location'] ?? '');
    return new URL(answer.headers['location'] ?? '');
  }

  test('a code that a hostile EHR intercepted opens no launch', async () => {
    const attacker = world.browser();
    const victim = world.browser();
    const own = await authorizeUrl(attacker, 'st-elsewhere', world.sandbox.fhirBase);
    const atHostile = await authorizeUrl(victim, 'hostile', hostile.fhirBase);
    // The hostile server redirects the victim, with the attacker's challenge and nonce and the victim's state.
    const bounced = new URL(own);
    bounced.searchParams.set('state', atHostile.searchParams.get('state') ?? '');
    bounced.searchParams.set('launch', new URL(world.sandbox.launch('pat-ada')).searchParams.get('launch') ?? '');
    const callback = await victim.openUntil(bounced.href, CALLBACK);
    expect((await victim.visit(callback)).status).toBeGreaterThanOrEqual(400);
    const code = new URL(callback).searchParams.get('code') ?? '';
    expect(tokenCalls(hostile)).toContain(code);

    const injected = new URL(`${world.url}${CALLBACK}`);
    injected.search = new URLSearchParams({ code, state: own.searchParams.get('state') ?? '' }).toString();
    const page = await attacker.open(injected.href);
    expect({ status: page.status, title: titleOf(page) }).toEqual({
      status: 400,
      title: 'This sign-in cannot be completed',
    });
    expect(tokenCalls(world.sandbox)).not.toContain(code);
  });
});
