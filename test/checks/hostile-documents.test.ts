/** An EHR whose documents are as large as they may be: the check ends, and keeps little of them. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startCpuTime } from '#test/helpers/cpu-time.ts';
import { type Checkup, createCheckup, row } from './checkup.ts';
import { alter, type HealthyEhr, startHealthyEhr } from './healthy-ehr.ts';

let ehr: HealthyEhr;
let checkup: Checkup;
beforeAll(async () => {
  ehr = await startHealthyEhr();
  checkup = createCheckup();
});
beforeEach(() => ehr.heal());
afterAll(() => Promise.all([ehr.close(), checkup.close()]));

const many = (count: number, each: (index: number) => unknown) => Array.from({ length: count }, (_, at) => each(at));
const LONG = 'x'.repeat(900_000);
const kid = 'k'.repeat(8_000);
const key = { kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU' };
const y = 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0';
const rest = (resource: unknown) => ({ rest: [{ mode: 'server', resource }] });

test.for<[string, string, Record<string, unknown>]>([
  ['an issuer of 900 kB', 'smart-configuration', { issuer: `https://ehr.example/${LONG}` }],
  ['25,000 resource types', 'metadata', rest(many(25_000, (at) => ({ type: `T${at}` })))],
  ['one resource type of 900 kB', 'metadata', rest([{ type: LONG }])],
  ['a FHIR version of 900 kB', 'metadata', { fhirVersion: LONG }],
  ['100 keys with names of 8 kB', '/auth/jwks', { keys: many(100, (at) => ({ ...key, y, kid: `${at}${kid}` })) }],
])('%s leave little in what is stored', async ([, route, members]) => {
  if (route === '/auth/jwks') ehr.on(route, () => ({ body: members }));
  else alter(ehr, route, members);
  const run = await checkup.run(ehr.fhirBase);
  expect(JSON.stringify(run).length).toBeLessThan(60_000);
});

test('DI-11: a list of 50,000 scopes costs no more to compare with 200 scopes than with one', async () => {
  alter(ehr, 'smart-configuration', { scopes_supported: many(50_000, (at) => `user/*.r?a=${at}`) });
  const asked = many(200, (at) => `user/A${'abcdefghij'.charAt(at % 10).repeat(1 + at / 10)}.c`);
  const costOf = async (scopes: unknown[]) => {
    const common = 'launch openid fhirUser patient/Patient.r patient/ServiceRequest.rs';
    const spent = startCpuTime();
    const run = await checkup.run(ehr.fhirBase, { scopes: [common, ...scopes].join(' ') });
    expect(row(run, 'scopes').verdict).toBe('warning');
    return spent();
  };
  const few = await costOf(asked.slice(0, 1));
  await expect.poll(() => costOf(asked)).toBeLessThan(3 * few + 250);
});

test('an issuer with invisible characters is no suggestion: it could look like another address', async () => {
  const suggestedFor = async (issuer: string) => {
    alter(ehr, '/fhir/.well-known/openid-configuration', { issuer });
    return (await checkup.run(ehr.fhirBase)).summary.suggestions.flatMap(({ value }) => value);
  };
  expect(await suggestedFor(`${ehr.fhirBase}/other`)).toEqual([`${ehr.fhirBase}/other`, ehr.fhirBase]);
  expect(await suggestedFor(`${ehr.fhirBase}\u202e\u200b`)).toEqual([ehr.fhirBase]);
});
