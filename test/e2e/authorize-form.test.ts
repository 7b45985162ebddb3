import { expect, test } from 'vitest';
import { useStarted } from '#test/helpers/started.ts';
import { startDeployment } from './support/deployment.ts';
import { examine } from './support/examine.ts';
import { LONG_SCOPES } from './support/long-scopes.ts';
import { createVisitor } from './support/visitor.ts';

const deployment = useStarted(() => startDeployment({ settings: [`scopes=${LONG_SCOPES}`] }));
const visitor = useStarted(() => createVisitor(deployment));

test('Back to the form does not trap the visitor in it (AZ-14)', async () => {
  const tab = await visitor.sameTab();
  await tab.goto(deployment.ehr.chartUrl);
  await tab.goto(deployment.ehr.launch('pat-ada'));
  await tab.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  await tab.goBack();
  await tab.waitForLoadState();
  const isPassable = new URL(tab.url()).origin === deployment.ehr.origin;
  if (!isPassable) await tab.goBack();
  expect(tab.url()).toBe(deployment.ehr.chartUrl);
});

test('the form has no accessibility violation, light and dark, at 1280, 768 and 360 px', async () => {
  const tab = await visitor.sameTab();
  // An empty script replaces ours, so that the form stays on the page.
  await tab.route('**/assets/send-authorize-form.*.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: '' }),
  );
  await tab.goto(deployment.ehr.launch('pat-ada'));
  await tab.getByRole('button', { name: 'Continue to sign-in' }).waitFor();
  await examine(tab, 'authorize form');
  expect(visitor.complaints).toEqual([]);
});
