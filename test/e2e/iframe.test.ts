import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { CookiePolicy } from '#test/helpers/chromium.ts';
import { type Deployment, startDeployment } from './support/deployment.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

let deployment: Deployment;
let visitor: Visitor | undefined;
beforeAll(async () => {
  deployment = await startDeployment();
});
afterEach(async () => {
  await visitor?.close();
  visitor = undefined;
  deployment.proxy.stripsPartitioned = false;
  deployment.ehr.requests.clear();
});
afterAll(() => deployment?.close());

const visit = async (options: { cookies?: CookiePolicy; javaScript?: boolean }) => {
  visitor = await createVisitor(deployment, options);
  return { visitor, page: await visitor.newTab() };
};
const callsTo = (path: string) => deployment.ehr.requests.filter((request) => request.path.startsWith(path)).length;
const blockedInFrame = () => ({ blockedInFrame: { app: deployment.appUrl, ehr: deployment.ehr.origin } });

test.for<{ cookies: CookiePolicy; javaScript: boolean }>([
  { cookies: 'all allowed', javaScript: true },
  { cookies: 'third-party blocked', javaScript: true },
  { cookies: 'third-party blocked', javaScript: false },
])('the app opens inside the chart, cookies $cookies, scripts $javaScript (LA-11)', async (options) => {
  const { visitor: person, page } = await visit(options);
  const app = await person.openChart(page, 'Moreno, Ada');
  await app.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  await app.getByRole('heading', { name: /^Open \(\d+\)$/ }).waitFor();
  expect(page.frames().map((frame) => new URL(frame.url()).origin)).toEqual([deployment.ehr.origin, deployment.appUrl]);
  expect(person.complaints).toEqual([]);
});

test('the launch depends on Partitioned: without it the same browser keeps no cookie (LA-11, LA-12)', async () => {
  deployment.proxy.stripsPartitioned = true;
  const { visitor: person, page } = await visit({ cookies: 'third-party blocked' });
  const app = await person.openChart(page, 'Moreno, Ada');
  await app.getByRole('heading', { name: 'Your browser blocks cookies here' }).waitFor();
});

test('if a frame keeps no cookie, the app opens in a new window with the launch value unspent (LA-12)', async () => {
  const { visitor: person, page } = await visit({ cookies: blockedInFrame() });
  const app = await person.openChart(page, 'Moreno, Ada');
  await app.getByRole('heading', { name: 'Your browser blocks cookies here' }).waitFor();
  expect(callsTo('/auth/authorize')).toBe(0);

  const window = await person.windowOpenedBy(() => app.getByRole('link', { name: 'Open in a new window' }).click());
  await window.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  expect(callsTo('/auth/authorize')).toBe(1);
  expect(await window.evaluate('window.opener')).toBeNull();
  expect(person.complaints).toEqual([]);
});

test('if the browser keeps no cookie at all, the new window says so too, without a redirect loop (LA-12)', async () => {
  const { visitor: person, page } = await visit({ cookies: 'all blocked' });
  const app = await person.openChart(page, 'Moreno, Ada');
  const window = await person.windowOpenedBy(() => app.getByRole('link', { name: 'Open in a new window' }).click());
  await window.getByRole('heading', { name: 'Your browser blocks cookies here' }).waitFor();
  expect(callsTo('/auth/authorize')).toBe(0);
});

test("a site that is not the organization's EHR cannot show the app in a frame (LA-11)", async () => {
  const launchUrl = deployment.ehr.launch('pat-ada');
  const page = `<!doctype html><title>Elsewhere</title><iframe src="${launchUrl.replaceAll('&', '&amp;')}"></iframe>`;
  const stranger = createServer(deployment.tls, (_request, response) => void response.end(page));
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  try {
    const { visitor: person, page: tab } = await visit({});
    const refusal = tab.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await tab.goto(`https://127.0.0.1:${(stranger.address() as AddressInfo).port}/`);
    await refusal;
    expect(tab.frames()[1]?.url()).not.toContain(deployment.appUrl);
    expect(person.complaints).toEqual([expect.stringContaining('frame-ancestors')]);
  } finally {
    stranger.close();
    stranger.closeAllConnections();
  }
});
