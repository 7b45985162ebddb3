import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deployment, startDeployment } from './support/deployment.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

let deployment: Deployment;
let visitor: Visitor | undefined;
beforeAll(async () => {
  deployment = await startDeployment({ settings: ['frameAncestors='] });
});
afterAll(async () => {
  await visitor?.close();
  await deployment?.close();
});

test('in a frame that no EHR page may show, the clinician reads what is missing, and no request goes to the EHR (LA-11)', async () => {
  visitor = await createVisitor(deployment, {});
  const app = await visitor.openChart(await visitor.newTab(), 'Moreno, Ada');
  await app.getByRole('heading', { name: 'This app may not be shown inside this page yet' }).waitFor();
  expect(await app.getByRole('button').count()).toBe(0);
  expect(deployment.ehr.requests.filter(({ path }) => /^\/auth\/(?:authorize|token)/.test(path))).toEqual([]);
  expect(visitor.complaints).toEqual([]);
});
