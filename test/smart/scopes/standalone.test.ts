/** The scopes of a standalone launch, from every organization's setting (SCO-07, SCO-08). */
import { expect, test } from 'vitest';
import { vendors } from '#src/settings/vendor-names.ts';
import { requestedScope, standaloneScopes } from '#src/smart/scopes/requested.ts';
import { presetSettings } from '#src/vendors/presets.ts';

test.for([
  ['launch openid fhirUser patient/Patient.read', 'launch/patient openid fhirUser patient/Patient.read'],
  ['openid fhirUser launch/patient launch', 'openid fhirUser launch/patient'],
  ['launch launch/encounter openid fhirUser', 'launch/patient launch/encounter openid fhirUser'],
  ['launch/patient\n launch\topenid fhirUser', 'launch/patient openid fhirUser'],
  ['launch launch/patient?role=x openid', 'launch/patient launch/patient?role=x openid'],
  ['launch https://ehr.example/launch __launch openid', 'launch/patient https://ehr.example/launch __launch openid'],
] as const)('%j becomes %j', ([setting, scopes]) => {
  expect(standaloneScopes(setting)).toBe(scopes);
});

test.for(vendors)('the scopes of %s: no bare launch, one launch/patient, the rest unchanged, and stable', (vendor) => {
  const setting = presetSettings(vendor).scopes;
  const scopes = standaloneScopes(setting);
  const tokens = scopes.split(' ');
  expect(tokens).not.toContain('launch');
  expect(tokens.filter((token) => token === 'launch/patient')).toHaveLength(1);
  const rest = (text: string) => text.split(' ').filter((token) => token !== 'launch' && token !== 'launch/patient');
  expect(rest(scopes)).toEqual(rest(setting));
  expect(standaloneScopes(scopes)).toBe(scopes);
});

test('SCO-02: v1 and v2 are chosen as for a launch from a chart', () => {
  const scopes = standaloneScopes('launch openid fhirUser patient/Patient.read');
  expect(requestedScope(scopes, { version: 'auto', capabilities: ['permission-v2'] })).toBe(
    'launch/patient openid fhirUser patient/Patient.rs',
  );
});
