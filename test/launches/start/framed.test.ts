/**
 * A framed launch that no EHR page may show: it stops before anything is spent, with a page that may be framed (LA-11).
 */
import { describe, expect, test } from 'vitest';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { ehr, LIST, launchUrl, newOrganization, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();
const inFrame = (destination = 'iframe'): TestBrowser =>
  world().browser({ headers: { 'sec-fetch-dest': destination } });
const NOT_ALLOWED = { status: 403, code: 'launch.frame-not-allowed' };
const ownRedirects = (browser: TestBrowser) => browser.history.filter(({ status }) => status >= 300 && status < 400);

/** Expects a page that any frame may show, and that has nothing to press, send or run. */
function expectStaticPage(page: Visit): void {
  expect(page.headers['content-security-policy']).toBe(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors *",
  );
  expect(page.headers).not.toHaveProperty('x-frame-options');
  expect(page.body).not.toMatch(/<form|<button|<script|<iframe|http-equiv/);
  expect([...page.body.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href]) => href)).toEqual(['#main']);
  expect(page.body).not.toContain('Stella');
}

describe('at the launch', () => {
  test.for(['iframe', 'frame', 'embed', 'object', 'fencedframe'])(
    'a launch in a frame of the kind %s is refused',
    async (destination) => {
      const id = await newOrganization({ frameAncestors: [] });
      const browser = inFrame(destination);
      const page = await browser.open(launchUrl(id));
      expect(outcomeOf(page)).toEqual(NOT_ALLOWED);
      expectStaticPage(page);
      expect(page.body).toContain('your help desk to allow it, and give them the support code');
      // The browser is not redirected, not even to test its cookies, and the EHR gets no request.
      expect([ownRedirects(browser), ehr.requests]).toEqual([[], []]);
    },
  );

  test.for([
    ['a window of its own', { 'sec-fetch-dest': 'document' }],
    ['a browser that does not say', {}],
  ] as const)('a launch in %s reaches the list', async ([, headers]) => {
    const id = await newOrganization({ frameAncestors: [] });
    expect(titleOf(await world().browser({ headers }).open(launchUrl(id)))).toBe(LIST);
  });

  test('a framed launch begins if an EHR page may show it', async () => {
    const page = await inFrame().open(launchUrl(await newOrganization()));
    expect(titleOf(page)).toBe(LIST);
    expect(page.headers['content-security-policy']).toContain(`frame-ancestors ${ehr.origin}`);
  });
});

describe('at the callback', () => {
  test('the code is not spent, no launch is stored, and the launch does not count as completed', async () => {
    const id = await newOrganization({ frameAncestors: [] });
    const browser = world().browser();
    const callback = await browser.openUntil(launchUrl(id), '/smart/callback');
    const page = await browser.visit(callback, { headers: { 'sec-fetch-dest': 'iframe' } });
    expect(outcomeOf(page)).toEqual(NOT_ALLOWED);
    expectStaticPage(page);
    expect([ehr.seen('token'), ehr.seen('patient')]).toEqual([[], []]);
    expect([...browser.jar.values()].flatMap((jar) => [...jar.keys()]).filter((name) => /launch-/.test(name))).toEqual(
      [],
    );
    const { body: launches } = await browser.visit(`${world().url}/metrics`);
    expect(launches).toContain(`outcome="launch.frame-not-allowed",organization="${id}"} 1`);
    expect(launches).not.toContain(`outcome="completed",organization="${id}"`);
  });
});

test('the inspector shows what is missing and who has to act', async () => {
  await addPerson(world(), 'operator@example.com');
  const operator = await signedIn(world(), 'operator@example.com');
  const page = await inFrame().open(launchUrl(await newOrganization({ frameAncestors: [] })));
  const code = /Support code: <code>([^<]+)</.exec(page.body)?.[1] ?? '';
  const inspect = () => operator.open(`${world().url}/settings/launches?code=${code}`);
  await expect.poll(async () => (await inspect()).body).toContain('launch.frame-not-allowed');
  const { body } = await inspect();
  expect(/class="owner">([^<]+)</.exec(body)?.[1]).toBe('The organization’s administrator');
  expect(body).toContain('EHR pages that may show the app in a frame');
});

test.for([
  ['a page of a launch whose cookie is gone', '/launches/x/requests', 401],
  ['a launch of an unknown organization', '/smart/launch?orgId=nobody&iss=https://ehr.example/fhir&launch=x', 400],
  ['a callback without a cookie', '/smart/callback?state=x&code=y', 400],
  ['an unknown path', '/nowhere', 404],
] as const)('%s explains itself in a frame, whichever EHR shows it', async ([, path, status]) => {
  const page = await inFrame().open(`${world().url}${path}`);
  expect(page.status).toBe(status);
  expectStaticPage(page);
  expect(page.body).toMatch(/[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}/);
});

test.for(['/sign-in', '/settings/nowhere'])('no frame shows %s', async (path) => {
  const page = await inFrame().open(`${world().url}${path}`);
  expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
});
