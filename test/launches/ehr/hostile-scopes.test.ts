/** An EHR that grants hundreds of scopes, and fewer at a refresh in the middle of a page: the page costs as ever. */
import { expect, test } from 'vitest';
import { startCpuTime } from '#test/helpers/cpu-time.ts';
import { ehr, launch, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** Of hundreds of types, each with every interaction. */
const MANY = Array.from({ length: 350 }, (_, at) => {
  const type = `A${LETTERS.charAt(at % 26)}${LETTERS.charAt(Math.floor(at / 26))}`;
  return `user/${type}.cruds`;
}).join(' ');
const READ = 'launch openid fhirUser patient/*.read';

/** The CPU time, in milliseconds, of a page whose `next` link needs a new token, which comes with other scopes. */
async function costWith(scope: string): Promise<number> {
  ehr.change('token', { scope, refresh_token: 'first' });
  const browser = world().browser();
  const page = await launch({}, browser);
  ehr.change('token', { scope: `${scope} x`, refresh_token: 'second', id_token: undefined, access_token: 'renewed' });
  const link = [{ relation: 'next', url: `${ehr.fhirBase}?_getpages=2` }];
  ehr.on('requests', () => ({ body: { resourceType: 'Bundle', type: 'searchset', entry: [], link } }));
  ehr.on('/fhir', () => ({ status: 401, body: {} }));
  const spent = startCpuTime();
  const again = await browser.visit(page.url);
  const cost = spent();
  expect(outcomeOf(again).status).toBe(200);
  expect(ehr.seen('token').length).toBeGreaterThan(1);
  ehr.reset();
  return cost;
}

test('RF-09: 350 scopes cost no more to compare after a refresh than one', async () => {
  await costWith(READ);
  const few = await costWith(READ);
  await expect.poll(() => costWith(`${READ} ${MANY}`)).toBeLessThan(3 * few + 250);
});
