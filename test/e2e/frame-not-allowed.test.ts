/** Frames of pages that may not show the app. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { useStarted } from '#test/helpers/started.ts';
import { startDeployment } from './support/deployment.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

const deployment = useStarted(() => startDeployment({ settings: ['frameAncestors='] }));
let visitor: Visitor | undefined;
afterEach(() => visitor?.close());

test('in a frame that no EHR page may show, the clinician reads what is missing, and no request goes to the EHR (LA-11)', async () => {
  visitor = await createVisitor(deployment);
  const app = await visitor.openChart(await visitor.newTab(), 'Moreno, Ada');
  await app.getByRole('heading', { name: 'This app may not be shown inside this page yet' }).waitFor();
  expect(await app.getByRole('button').count()).toBe(0);
  expect(deployment.ehr.requests.filter(({ path }) => /^\/auth\/(?:authorize|token)/.test(path))).toEqual([]);
  expect(visitor.complaints).toEqual([]);
});

test("a site that is not the organization's EHR cannot show the app in a frame (LA-11)", async () => {
  const listed = await startDeployment();
  const launchUrl = listed.ehr.launch('pat-ada');
  const page = `<!doctype html><title>Elsewhere</title><iframe src="${launchUrl.replaceAll('&', '&amp;')}"></iframe>`;
  const stranger = createServer(listed.tls, (_request, response) => void response.end(page));
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  try {
    visitor = await createVisitor(listed);
    const tab = await visitor.newTab();
    const refusal = tab.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await tab.goto(`https://127.0.0.1:${(stranger.address() as AddressInfo).port}/`);
    await refusal;
    expect(tab.frames()[1]?.url()).not.toContain(listed.appUrl);
    expect(visitor.complaints).toEqual([expect.stringContaining('frame-ancestors')]);
  } finally {
    stranger.close();
    stranger.closeAllConnections();
    await listed.close();
  }
});
