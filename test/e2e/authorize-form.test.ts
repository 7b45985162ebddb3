import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Deployment, startDeployment } from './support/deployment.ts';
import { examine } from './support/examine.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

const LONG_SCOPES = [
  'openid fhirUser launch online_access patient/*.rs',
  ...Array.from({ length: 60 }, (_, index) => `patient/Observation.rs?category=category-number-${index}`),
].join(' ');

let deployment: Deployment;
let visitor: Visitor | undefined;
beforeAll(async () => {
  deployment = await startDeployment({ settings: [`scopes=${LONG_SCOPES}`] });
});
afterEach(() => visitor?.close());
afterAll(() => deployment?.close());

test('a request that is too long for a URL is posted by a form without a click, inside the chart (AZ-14)', async () => {
  visitor = await createVisitor(deployment, { cookies: 'third-party blocked' });
  const app = await visitor.openChart(await visitor.newTab(), 'Moreno, Ada');
  await app.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  const sent = deployment.ehr.requests.filter(({ path }) => path.startsWith('/auth/authorize'));
  expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /auth/authorize']);
  expect(visitor.complaints).toEqual([]);
});

test('without scripts the form has a button that does the same (AZ-14)', async () => {
  visitor = await createVisitor(deployment, { cookies: 'third-party blocked', javaScript: false });
  const app = await visitor.openChart(await visitor.newTab(), 'Moreno, Ada');
  await app.getByRole('button', { name: 'Continue to sign-in' }).click();
  await app.getByRole('heading', { name: 'Requests for Ada Moreno' }).waitFor();
  expect(visitor.complaints).toEqual([]);
});

test('Back to the form does not trap the visitor in it (AZ-14)', async () => {
  visitor = await createVisitor(deployment);
  const tab = await visitor.newTab();
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
  visitor = await createVisitor(deployment);
  const tab = await visitor.newTab();
  // An empty script replaces ours, so that the form stays on the page.
  await tab.route('**/assets/send-authorize-form.*.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: '' }),
  );
  await tab.goto(deployment.ehr.launch('pat-ada'));
  await tab.getByRole('button', { name: 'Continue to sign-in' }).waitFor();
  await examine(tab, 'authorize form');
  expect(visitor.complaints).toEqual([]);
});
