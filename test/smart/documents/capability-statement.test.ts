/** The deprecated way to name OAuth endpoints: only the extension counts, whatever is around it (DI-18, DI-21). */
import { expect, test } from 'vitest';
import { isOtherVersion, parseCapability } from '#src/smart/documents/capability-statement.ts';

const capabilityEndpoints = (document: unknown) => parseCapability(document)?.endpoints;
const OAUTH_URIS = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';
const uri = (url: string, valueUri?: unknown) => ({ url, valueUri: valueUri ?? `https://ehr.example/${url}` });
const all = ['authorize', 'token', 'revoke', 'introspect'].map((url) => uri(url));
const oauthUris = (extension: unknown) => ({ url: OAUTH_URIS, extension });
const server = (security: unknown) => ({ mode: 'server', security });
const statement = (...rest: unknown[]) => ({ resourceType: 'CapabilityStatement', rest });
const expected = {
  authorization_endpoint: 'https://ehr.example/authorize',
  token_endpoint: 'https://ehr.example/token',
  revocation_endpoint: 'https://ehr.example/revoke',
  introspection_endpoint: 'https://ehr.example/introspect',
};

test.for([
  ['alone', statement(server({ extension: [oauthUris(all)] }))],
  ['in another order', statement(server({ extension: [oauthUris(all.toReversed())] }))],
  ['after another extension', statement(server({ extension: [{ url: 'https://x.example' }, oauthUris(all)] }))],
  ['beside other endpoints', statement(server({ extension: [oauthUris([uri('manage'), uri('register'), ...all])] }))],
  ['after a client rest', statement({ mode: 'client' }, server({ extension: [oauthUris(all)] }))],
  ['in a second server rest', statement(server({}), server({ cors: true, extension: [oauthUris(all)] }))],
  ...[null, 7, 'x', [], {}, { url: 7 }, { url: 'authorize', valueUri: 7 }, { url: 'x', valueUri: null }].flatMap(
    (odd) =>
      [
        [`beside an odd rest ${JSON.stringify(odd)}`, statement(odd, server({ extension: [oauthUris(all)] }))],
        [`beside an odd extension ${JSON.stringify(odd)}`, statement(server({ extension: [odd, oauthUris(all)] }))],
        [`with an odd part ${JSON.stringify(odd)}`, statement(server({ extension: [oauthUris([odd, ...all])] }))],
      ] as const,
  ),
  ...[null, 7, 'x', []].map(
    (odd) =>
      [
        `beside an odd security ${JSON.stringify(odd)}`,
        statement(server(odd), server({ extension: [oauthUris(all)] })),
      ] as const,
  ),
  ['beside an odd extension of its own', statement(server({ extension: [oauthUris('x'), oauthUris(all)] }))],
  ['with a mode that is no text beside it', statement({ mode: 7 }, server({ extension: [oauthUris(all)] }))],
  [
    'with a blank address before the right one',
    statement(server({ extension: [oauthUris([uri('token', ' '), ...all])] })),
  ],
  [
    'not that of a client',
    statement(
      { mode: 'client', security: { extension: [oauthUris([uri('token', 'https://evil.example/token')])] } },
      server({ extension: [oauthUris(all)] }),
    ),
  ],
] as const)('DI-18: finds the oauth-uris extension %s', ([, document]) => {
  expect(capabilityEndpoints(document)).toEqual(expected);
});

test('DI-18: an endpoint that is not named is absent; the parser of SMART configurations decides', () => {
  const named = capabilityEndpoints(statement(server({ extension: [oauthUris([uri('authorize')])] })));
  expect(named?.['authorization_endpoint']).toBe('https://ehr.example/authorize');
  expect(named?.['token_endpoint']).toBeUndefined();
});

test.for([
  ['nothing', undefined],
  ['null', null],
  ['an array', []],
  ['a text', 'CapabilityStatement'],
  ['an OperationOutcome', { resourceType: 'OperationOutcome', issue: [] }],
  ['no rest', { resourceType: 'CapabilityStatement' }],
  ['no security', statement({ mode: 'server' })],
  ['security without extensions', statement(server({}))],
  ['another extension', statement(server({ extension: [{ url: `${OAUTH_URIS}/x`, extension: all }] }))],
  ['the extension without parts', statement(server({ extension: [{ url: OAUTH_URIS }] }))],
  ['the extension on a client', statement({ mode: 'client', security: { extension: [oauthUris(all)] } })],
  ['an endpoint that is a number', statement(server({ extension: [oauthUris([uri('token', 7)])] }))],
  ['a rest of the wrong type', { resourceType: 'CapabilityStatement', rest: 'server' }],
] as const)('DI-21: %s is not a SMART server', ([, document]) => {
  expect(capabilityEndpoints(document)).toBeUndefined();
});

// A launch stops for another version, so one that is only written in another way is none.
test.for([
  ['4.0.1', false],
  ['4.3.0', false],
  ['4.1.0', false],
  ['R4', false],
  ['v4.0.1', false],
  ['', false],
  ['3.0.2', true],
  ['1.0.2', true],
  ['5.0.0', true],
] as const)('another version of FHIR than R4: %j is one: %s', ([fhirVersion, isOther]) => {
  expect(isOtherVersion({ resourceType: 'CapabilityStatement', fhirVersion })).toBe(isOther);
});
