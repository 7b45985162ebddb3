/** Faults inside an otherwise correct token response (TK-10 to TK-15, SCO-17, SCO-18, LC rules). */
import type { Fault, JsonObject } from '#sandbox/fault-type.ts';

function without(member: string): (members: JsonObject) => JsonObject {
  return (members) => Object.fromEntries(Object.entries(members).filter(([name]) => name !== member));
}

function withMember(member: string, value: unknown): (members: JsonObject) => JsonObject {
  return (members) => ({ ...members, [member]: value });
}

const OPTIONAL = [
  'refresh_token',
  'encounter',
  'need_patient_banner',
  'smart_style_url',
  'fhirContext',
  'intent',
  'tenant',
  'active_ttl',
];

export const tokenResponseFaults = {
  'no-access-token': { description: 'no access_token in the token response', tokenResponse: without('access_token') },
  'token-type-mac': { description: 'token_type is mac', tokenResponse: withMember('token_type', 'mac') },
  'token-type-lowercase': {
    description: 'token_type is bearer in lower case (harmless)',
    tokenResponse: withMember('token_type', 'bearer'),
  },
  'no-expires-in': { description: 'no expires_in in the token response', tokenResponse: without('expires_in') },
  'string-expires-in': {
    description: 'expires_in is a string',
    value: 'the string, default "3600"',
    tokenResponse: (members, _grantType, value) => ({ ...members, expires_in: String(value ?? '3600') }),
  },
  'bad-access-token': {
    description: 'access_token has characters that no Authorization header may carry',
    value: 'the token, default "two words"',
    tokenResponse: (members, _grantType, value) => ({ ...members, access_token: String(value ?? 'two words') }),
  },
  'scope-without-openid': {
    description: 'scope repeats no scope of OpenID Connect, as Microsoft Entra ID does (harmless)',
    tokenResponse: (members) => {
      const names = String(members['scope']).split(' ');
      const others = names.filter((name) => !['openid', 'fhirUser', 'profile', 'offline_access'].includes(name));
      return { ...members, scope: others.join(' ') };
    },
  },
  'blank-members': {
    description: 'optional members are there but empty (harmless)',
    value: 'what they hold, default ""',
    tokenResponse: (members, _grantType, value = '') => ({
      ...members,
      ...Object.fromEntries(OPTIONAL.map((name) => [name, value])),
    }),
  },
  'no-id-token': { description: 'no id_token although openid was granted', tokenResponse: without('id_token') },
  'unreadable-id-token': {
    description: 'the id_token is not a signed JWT',
    value: 'the id_token, default an opaque text; five parts with dots are an encrypted one',
    tokenResponse: (members, _grantType, value) => ({ ...members, id_token: value ?? 'opaque' }),
  },
  'no-refresh-token': {
    description: 'no refresh_token in the token response',
    tokenResponse: without('refresh_token'),
  },
  'no-scope': { description: 'no scope although the IG demands it', tokenResponse: without('scope') },
  'empty-scope': { description: 'scope is empty', tokenResponse: withMember('scope', '') },
  'no-patient': { description: 'no patient in context', tokenResponse: without('patient') },
  'bad-patient-id': {
    description: 'the patient in context is not a FHIR id',
    value: 'the value, default ../Patient/pat-ben',
    tokenResponse: (members, _grantType, value) => ({ ...members, patient: value ?? '../Patient/pat-ben' }),
  },
  'bad-encounter-id': {
    description: 'the encounter in context is not a FHIR id',
    tokenResponse: withMember('encounter', 'Encounter/1?x=y'),
  },
  'no-banner-flag': {
    description: 'no need_patient_banner in the token response',
    tokenResponse: without('need_patient_banner'),
  },
  'string-banner-flag': {
    description: 'need_patient_banner is the string "false"',
    tokenResponse: withMember('need_patient_banner', 'false'),
  },
  'hostile-style-url': {
    description: 'smart_style_url points to a foreign host',
    value: 'the URL, default https://elsewhere.example/style.json',
    tokenResponse: (members, _grantType, value) => ({
      ...members,
      smart_style_url: String(value ?? 'https://elsewhere.example/style.json'),
    }),
  },
  'odd-context': {
    description: 'fhirContext, intent and extension members full of nonsense (harmless)',
    tokenResponse: (members) => ({
      ...members,
      fhirContext: [
        null,
        'Patient/1',
        {},
        { reference: 'Patient/pat-ben' },
        { reference: 'ServiceRequest/x', role: '' },
      ],
      intent: '//evil.example',
      constructor: { prototype: { polluted: true } },
      authorization_details: [{ type: 'smart_on_fhir', locations: ['https://elsewhere.example/fhir'] }],
    }),
  },
  'refresh-other-patient': {
    description: 'a refresh answers with another patient',
    tokenResponse: (members, grantType) =>
      grantType === 'refresh_token' ? { ...members, patient: 'pat-ben' } : undefined,
  },
} as const satisfies Record<string, Fault>;
