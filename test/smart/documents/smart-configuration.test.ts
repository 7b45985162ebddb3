/** The SMART configuration: which documents and members are accepted (DI-03..05, DI-07..10, DI-24). */
import { describe, expect, test } from 'vitest';
import {
  acceptsPrivateKeyJwt,
  chooseAssertionAlg,
  pinnedConfiguration,
  readSmartConfiguration,
  readStoredConfiguration,
} from '#src/smart/documents/smart-configuration.ts';
import { refusalOf } from '#test/smart/refusals.ts';

const rules = {
  fhirBase: new URL('https://ehr.example/fhir/r4'),
  allowedHosts: ['Auth.Example', 'login.example:8443', 'sso.example:443'],
  accepts: (url: URL) => url.protocol === 'https:',
};
const valid = {
  authorization_endpoint: 'https://ehr.example/authorize',
  token_endpoint: 'https://ehr.example/token',
};
const read = (change: Record<string, unknown>, base = rules) => readSmartConfiguration({ ...valid, ...change }, base);

test('DI-10: two endpoints are enough; everything else may be absent', () => {
  expect(readSmartConfiguration(valid, rules)).toEqual({
    source: 'smart-configuration',
    authorizationEndpoint: valid.authorization_endpoint,
    tokenEndpoint: valid.token_endpoint,
    capabilities: [],
    responseIssuerPromised: false,
  });
});

describe('DI-02, DI-03: refuses a document that is', () => {
  test.for([
    ['missing', undefined],
    ['null', null],
    ['a list', []],
    ['a list of one', [valid]],
    ['a text', JSON.stringify(valid)],
    ['a number', 5],
    ['empty', {}],
    ['without authorization_endpoint', { token_endpoint: valid.token_endpoint }],
    ['without token_endpoint', { authorization_endpoint: valid.authorization_endpoint }],
    ['naming an empty token_endpoint', { ...valid, token_endpoint: '' }],
    ['naming a token_endpoint that is null', { ...valid, token_endpoint: null }],
    ['naming a token_endpoint that is a list', { ...valid, token_endpoint: [valid.token_endpoint] }],
    ['naming an authorization_endpoint that is a number', { ...valid, authorization_endpoint: 7 }],
    ['naming endpoints under __proto__', JSON.parse(`{"__proto__":${JSON.stringify(valid)}}`)],
  ] as const)('%s', ([, document]) => {
    expect(refusalOf(() => readSmartConfiguration(document, rules)).code).toBe('discovery.invalid');
  });
});

describe('DI-05: refuses an endpoint', () => {
  test.for([
    ['on plain http', 'http://ehr.example/token', 'is not https'],
    ['as a script', 'javascript:alert(1)', 'is not https'],
    ['as data', 'data:text/html,x', 'is not https'],
    ['in a file', 'file:///etc/passwd', 'is not https'],
    ['on a host that would split a page’s policy', 'https://ehr.example;sandbox/token', 'is not a URL'],
    ['on a foreign host', 'https://evil.example/token', 'is on evil.example'],
    ['on a foreign host without a scheme', '//evil.example/token', 'is on evil.example'],
    ['on a subdomain', 'https://x.ehr.example/token', 'is on x.ehr.example'],
    ['on a longer host', 'https://ehr.example.evil/token', 'is on ehr.example.evil'],
    ['on another port', 'https://ehr.example:8443/token', 'is on ehr.example:8443'],
    ['on an allowed host at another port', 'https://login.example/token', 'is on login.example'],
    ['with a fragment', 'https://ehr.example/token#x', 'has a fragment'],
    ['with an empty fragment', 'https://ehr.example/token#', 'has a fragment'],
    ['with userinfo', 'https://user:secret@ehr.example/token', 'has userinfo'],
    ['that looks like another host by userinfo', 'https://ehr.example@evil.example/token', 'has userinfo'],
    ['with a backslash', 'https://ehr.example\\@evil.example/token', 'is not a URL'],
    ['with a line feed', 'https://ehr.example/to\nken', 'is not a URL'],
    ['with white space around it', ' https://ehr.example/token', 'is not a URL'],
    ['with a control character', 'https://ehr.example/\u0001', 'is not a URL'],
    ['that is no URL', 'https://[x', 'is not a URL'],
  ] as const)('%s', ([, text, reason]) => {
    for (const field of ['authorization_endpoint', 'token_endpoint']) {
      const error = refusalOf(() => read({ [field]: text }));
      expect(error.code).toBe('discovery.endpoint-refused');
      expect(error.message).toContain(`${field} ${reason}`);
    }
  });

  test.for(['https:evil.example/token', 'https:/evil.example/token', 'HTTPS:evil.example', 'https:///evil.example/'])(
    'that means one host as a reference and another on its own: %s',
    (text) => {
      // It is refused or resolved against the base, and never kept in a form that names another host.
      try {
        const { authorizationEndpoint, tokenEndpoint } = read({ token_endpoint: text, authorization_endpoint: text });
        expect([new URL(tokenEndpoint).host, new URL(authorizationEndpoint).host]).toEqual([
          'ehr.example',
          'ehr.example',
        ]);
      } catch (error) {
        expect(error).toMatchObject({ code: 'discovery.endpoint-refused' });
      }
    },
  );
});

describe('DI-05, CAJ-06: keeps an absolute endpoint on an allowed host byte for byte', () => {
  test.for([
    'https://ehr.example/token',
    'https://EHR.example:443/token',
    'https://auth.example/t/a%2Fb/token?tenant=a&x=%20',
    'https://auth.example',
    'https://login.example:8443/token/',
    'https://sso.example/token',
  ])('%s', (text) => {
    expect(read({ token_endpoint: text }).tokenEndpoint).toBe(text);
  });
});

describe('DI-04: resolves a relative endpoint as a browser would', () => {
  test.for([
    ['/auth/token', 'https://ehr.example/fhir/r4', 'https://ehr.example/auth/token'],
    ['auth/token', 'https://ehr.example/fhir/r4', 'https://ehr.example/fhir/auth/token'],
    ['auth/token', 'https://ehr.example/fhir/r4/', 'https://ehr.example/fhir/r4/auth/token'],
    ['../token?a=1', 'https://ehr.example/fhir/r4', 'https://ehr.example/token?a=1'],
    ['//auth.example/token', 'https://ehr.example/fhir/r4', 'https://auth.example/token'],
  ] as const)('%s at %s', ([text, base, resolved]) => {
    expect(read({ token_endpoint: text }, { ...rules, fhirBase: new URL(base) }).tokenEndpoint).toBe(resolved);
  });
});

test.for([
  ['a foreign revocation_endpoint', { revocation_endpoint: 'https://evil.example/revoke' }, 'revocationEndpoint'],
  ['an http introspection_endpoint', { introspection_endpoint: 'http://ehr.example/x' }, 'introspectionEndpoint'],
  ['an issuer that is a number', { issuer: 5 }, 'issuer'],
  ['an empty issuer', { issuer: '' }, 'issuer'],
  ['a jwks_uri that is a list', { jwks_uri: [] }, 'jwksUri'],
  ['an auth method list that is a text', { token_endpoint_auth_methods_supported: 'x' }, 'tokenEndpointAuthMethods'],
  ['null for a list', { token_endpoint_auth_signing_alg_values_supported: null }, 'tokenEndpointAuthSigningAlgs'],
] as const)('RV-05, DI-10: %s counts as absent', ([, change, member]) => {
  expect(read(change)[member]).toBeUndefined();
});

test.for([
  [
    ['launch-ehr', 'permission-v2'],
    ['launch-ehr', 'permission-v2'],
  ],
  [
    ['https://x.example/cap', 7, null, ['x'], 'sso'],
    ['https://x.example/cap', 'sso'],
  ],
  ['launch-ehr', []],
  [null, []],
  [{}, []],
  [undefined, []],
] as const)('DI-10: capabilities %j are read as %j', ([capabilities, expected]) => {
  expect(read({ capabilities }).capabilities).toEqual(expected);
});

test('RFC 9207: only a true boolean promises iss on the callback', () => {
  const promised = (value: unknown) =>
    read({ authorization_response_iss_parameter_supported: value }).responseIssuerPromised;
  expect([true, false, 'true', 1, null, undefined].map(promised)).toEqual([true, false, false, false, false, false]);
});

test.for([
  [undefined, true],
  [['private_key_jwt'], true],
  [['client_secret_basic', 'private_key_jwt'], true],
  [['client_secret_basic'], false],
  [[], false],
  [['PRIVATE_KEY_JWT'], false],
] as const)('DI-08: with the methods %j private_key_jwt is accepted: %s', ([methods, accepted]) => {
  const configuration = read({ token_endpoint_auth_methods_supported: methods });
  expect(acceptsPrivateKeyJwt(configuration)).toBe(accepted);
});

test.for([
  [undefined, 'RS384', 'RS384'],
  [undefined, 'ES384', 'ES384'],
  [['RS384'], 'RS384', 'RS384'],
  [['RS384'], 'ES384', 'RS384'],
  [['ES384'], 'RS384', 'ES384'],
  [['PS256', 'ES384', 'RS384'], 'ES384', 'ES384'],
  [['PS256', 'ES384', 'RS384'], 'RS384', 'RS384'],
] as const)('DI-09: of %j, preferring %s, signs with %s', ([algs, preferred, chosen]) => {
  const configuration = read({ token_endpoint_auth_signing_alg_values_supported: algs });
  expect(chooseAssertionAlg(configuration, preferred)).toBe(chosen);
});

test.for([[['PS256']], [['RS256', 'HS256', 'none']], [[]], [['rs384']]])(
  'DI-09, CAJ-12: no overlap with %j is an error',
  ([algs]) => {
    const configuration = read({ token_endpoint_auth_signing_alg_values_supported: algs });
    const refused = refusalOf(() => chooseAssertionAlg(configuration, 'RS384'));
    expect(refused.code).toBe('discovery.no-client-authentication');
  },
);

describe('MT-06: of an endless document', () => {
  const fields = {
    capabilities: 'capabilities',
    token_endpoint_auth_methods_supported: 'tokenEndpointAuthMethods',
    token_endpoint_auth_signing_alg_values_supported: 'tokenEndpointAuthSigningAlgs',
  } as const;
  test.for(Object.entries(fields))('the first 200 of %s are kept, none longer than 200', ([member, field]) => {
    const items = ['first', 'x'.repeat(201), ...Array.from({ length: 60_000 }, (_, index) => `item-${index}`)];
    expect(read({ [member]: items })[field as 'capabilities']).toEqual(['first', ...items.slice(2, 201)]);
  });

  test('scopes_supported, which can have hundreds of entries, is not kept', () => {
    const scopes = Array.from({ length: 60_000 }, (_, index) => `patient/A${index}.read`);
    expect(read({ scopes_supported: scopes })).toEqual(read({}));
  });

  const long = `https://ehr.example/${'x'.repeat(2_048)}`;
  test.for(['issuer', 'jwks_uri', 'revocation_endpoint', 'introspection_endpoint'])(
    'a %s of 2 kB counts as absent',
    (member) => {
      expect(read({ [member]: long })).toEqual(read({}));
    },
  );
  test.for(['authorization_endpoint', 'token_endpoint'])('a %s of 2 kB is refused', (member) => {
    expect(refusalOf(() => read({ [member]: long })).code).toBe('discovery.endpoint-refused');
  });
});

describe('a stored configuration', () => {
  test('is read back unchanged', () => {
    const configuration = read({
      issuer: 'https://ehr.example',
      jwks_uri: 'https://ehr.example/jwks',
      capabilities: ['x'],
      revocation_endpoint: 'https://ehr.example/revoke',
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['RS384'],
      authorization_response_iss_parameter_supported: true,
    });
    expect(readStoredConfiguration(JSON.parse(JSON.stringify(configuration)))).toEqual(configuration);
  });

  test.for([undefined, null, {}, [], valid, { authorizationEndpoint: 1, tokenEndpoint: 'x', capabilities: [] }])(
    'is ignored if it is %j',
    (stored) => expect(readStoredConfiguration(stored)).toBeUndefined(),
  );
});

test('a launch under way keeps the parts of a configuration that its callback uses', () => {
  const configuration = read({
    capabilities: ['launch-ehr', 'permission-v2', 'permission-v2', 'authorize-post', 'x'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['RS384'],
    issuer: 'https://ehr.example',
  });
  const pinned = pinnedConfiguration(configuration);
  expect(Object.keys(pinned)).not.toContain('tokenEndpointAuthMethods');
  expect(Object.keys(pinned)).not.toContain('tokenEndpointAuthSigningAlgs');
  expect(pinned).toMatchObject({ issuer: 'https://ehr.example', capabilities: ['permission-v2', 'authorize-post'] });
});
