/** Whose FHIR URL a refused launch came from. */
import { expect, test } from 'vitest';
import type { Diagnosis } from '#src/diagnostics/inspector/diagnosis.ts';
import { asHome, homeOf, placesFor } from '#src/diagnostics/inspector/home-organization.ts';

const [own, other] = [
  { id: 'own', fhirBaseUrl: 'https://own.example/r4' },
  { id: 'other', fhirBaseUrl: 'https://other.example/r4' },
];
const launchOf = (rule: string | undefined, iss: unknown) =>
  ({
    organizationId: 'own',
    explanation: rule === undefined ? undefined : { rule },
    steps: [{ name: 'launch', facts: { iss } }],
  }) as unknown as Diagnosis;

test.for<[rule: string | undefined, iss: unknown, home: string | undefined]>([
  ['launch.other-environment', other.fhirBaseUrl, 'other'],
  ['launch.other-environment', `${other.fhirBaseUrl}/`, 'other'],
  ['launch.organization-disabled', other.fhirBaseUrl, 'other'],
  ['launch.other-environment', own.fhirBaseUrl, undefined],
  ['launch.other-environment', 'https://elsewhere.example/r4', undefined],
  ['launch.other-environment', '', undefined],
  ['launch.other-environment', undefined, undefined],
  // It was not refused for where it came from: Settings may have had another FHIR URL then.
  ['token.server-error', other.fhirBaseUrl, undefined],
  [undefined, other.fhirBaseUrl, undefined],
])('%s, from %s: %s', ([rule, iss, home]) => {
  const places = [own, other, { id: 'unset', fhirBaseUrl: '' }];
  expect(homeOf(places, launchOf(rule, iss))?.id).toBe(home);
});

test.for([
  ['launch.other-environment', 'launch.other-organization'],
  ['launch.iss-unproven', 'launch.other-organization'],
  ['launch.organization-disabled', 'launch.organization-disabled'],
])('%s reads as %s', ([rule, read]) => {
  expect(asHome(launchOf(rule, other.fhirBaseUrl), other).explanation?.rule).toBe(read);
  expect(asHome(launchOf(rule, other.fhirBaseUrl), undefined).explanation?.rule).toBe(rule);
});

test('an administrator learns of no other organization', async () => {
  const organizations = { list: async () => [own, other] };
  expect(await placesFor('operator', organizations)).toEqual([own, other]);
  expect(await placesFor('administrator', organizations)).toEqual([]);
});
