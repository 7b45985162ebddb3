/** Introspection of tokens: endpoints that refuse, answer with a page or for another client. */
import { describe, expect, test } from 'vitest';
import { type Meddling, page, redirect } from '#test/helpers/servers/gateway.ts';
import { expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';
import { JSON_TYPE } from './seeding/seeds.ts';

const { checkWith, inspect, launchesSay, prepare, world } = useSeededWorld();

const settings = { introspection: 'on' };

launchesSay('requests', [
  [
    'an introspection endpoint that refuses us',
    { settings, fault: 'introspection-401' },
    'refresh.not-confirmed',
    { says: /no usable answer \(status 401\).*the client vectorcare-test/, shown: /Requests for Ada/ },
  ],
  [
    'an introspection endpoint with a web page',
    { settings, fault: 'introspection-html' },
    'refresh.not-confirmed',
    { says: /no usable answer/, shown: /Requests for Ada/ },
  ],
]);

launchesSay('refresh', [
  [
    'an introspection of another client',
    { settings, fault: 'introspection-other-client' },
    'refresh.other-launch',
    { says: /another client or patient/, shown: /If it happens again, give the support code/ },
  ],
]);

test('a reload within the minute, which asks nothing, does not hide that the token was not confirmed', async () => {
  const { id, ehr } = await prepare({ settings, fault: 'introspection-html' });
  const browser = world().browser();
  const list = await browser.open(ehr.launch('pat-ada'));
  expectSaid(await inspect(await browser.visit(list.url), id), 'requests', 'refresh.not-confirmed');
});

describe('the checks of an introspection endpoint', () => {
  const INTROSPECT = /^\/auth\/introspect/;
  const json = (status: number, body: string) => page(INTROSPECT, status, JSON_TYPE, body);

  test.for<[name: string, answer: Meddling, owner: string, found: RegExp]>([
    ['a web page', page(INTROSPECT, 200), 'EHR team', /not a JSON object/],
    ['nothing there', page(INTROSPECT, 404), 'EHR team', /status 404/],
    ['a portal that refuses', page(INTROSPECT, 403), 'EHR team', /status 403/],
    ['a server that fails', json(500, '{}'), 'EHR team', /status 500/],
    ['a redirect to a sign-in', redirect(INTROSPECT, 302, '/login'), 'EHR team', /status 302/],
    ['an invented token that is active', json(200, '{"active":true}'), 'EHR team', /calls an invented token active/],
  ])('%s', async ([, answer, owner, found]) => {
    const { open } = await checkWith({ gateway: answer, settings });
    expect(open.map((row) => [row.id, row.owner])).toEqual([['introspection-endpoint', owner]]);
    expect(open[0]?.found).toMatch(found);
    expect(`${open[0]?.found} ${open[0]?.remedy}`).not.toMatch(/[{}]|\(not known\)/);
  });

  test.for([
    ['that refuses a caller without a key', json(401, '{"error":"invalid_client"}')],
    ['that answers everybody', json(200, '{"active":false}')],
  ] as const)('an endpoint %s is there', async ([, answer]) => {
    expect((await checkWith({ gateway: answer, settings })).open).toEqual([]);
  });
});
