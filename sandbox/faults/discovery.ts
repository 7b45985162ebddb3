/** Faults of `.well-known/smart-configuration` (DI rules). */
import type { Fault } from '#sandbox/fault-type.ts';
import { garbledAnswer, htmlAnswer, jsonAnswer, on, redirectAnswer, slow, withMembers } from './answers.ts';

const wellKnown = 'smart-configuration';
const ms = 'milliseconds, default 60000';

export const discoveryFaults = {
  'slow-discovery': { description: 'smart-configuration answers late', value: ms, request: slow(wellKnown) },
  'discovery-500': {
    description: 'smart-configuration answers 500',
    value: 'another status',
    request: on(wellKnown, (_call, value) => jsonAnswer(Number(value ?? 500), { message: 'internal error' })),
  },
  'discovery-404': {
    description: 'smart-configuration does not exist; only the CapabilityStatement names the endpoints',
    request: on(wellKnown, () => jsonAnswer(404, { message: 'no such document' })),
  },
  'discovery-refused': {
    description: 'smart-configuration is refused',
    value: 'the status, default 401',
    request: on(wellKnown, (_call, value) => jsonAnswer(Number(value ?? 401), { message: 'sign in first' })),
  },
  'discovery-html': {
    description: 'smart-configuration is a portal page with status 200',
    request: on(wellKnown, () => htmlAnswer(200)),
  },
  'discovery-not-an-object': {
    description: 'smart-configuration is JSON but not an object',
    request: on(wellKnown, () => ({ ...jsonAnswer(200, {}), body: '[]' })),
  },
  'discovery-truncated': {
    description: 'smart-configuration breaks off in the middle',
    request: on(wellKnown, () => ({ ...jsonAnswer(200, {}), body: '{"authorization_endpoint":"https://' })),
  },
  'discovery-garbled': {
    description: 'smart-configuration says that it is compressed, and is not',
    request: on(wellKnown, () => garbledAnswer()),
  },
  'discovery-proxy': {
    description: 'a proxy answers every document with a page of its own',
    value: 'the status, default 200',
    request: on([wellKnown, 'metadata', 'openid-configuration', 'jwks'], (_call, value) =>
      htmlAnswer(Number(value ?? 200)),
    ),
  },
  'discovery-members': {
    description: 'smart-configuration has other members',
    value: 'the members as JSON; null takes one away',
    smartConfiguration: (document, _facts, value) => withMembers(document, value),
  },
  'discovery-redirect': {
    description: 'smart-configuration redirects elsewhere',
    value: 'the URL to redirect to',
    request: on(wellKnown, (_call, value) => redirectAnswer(String(value ?? 'https://elsewhere.example/config'))),
  },
  'discovery-huge': {
    description: 'smart-configuration is 12 MB long',
    request: on(wellKnown, () => jsonAnswer(200, { padding: 'x'.repeat(12 * 1024 * 1024) })),
  },
  'discovery-http-endpoint': {
    description: 'the token endpoint is on plain http',
    smartConfiguration: (document) => ({ ...document, token_endpoint: 'http://ehr.example.org/auth/token' }),
  },
  'discovery-foreign-token-endpoint': {
    description: 'the token endpoint is on a host that the organization does not allow',
    value: 'the foreign URL',
    smartConfiguration: (document, _facts, value) => ({
      ...document,
      token_endpoint: String(value ?? 'https://elsewhere.example/token'),
    }),
  },
  'discovery-no-token-endpoint': {
    description: 'smart-configuration names no token endpoint',
    smartConfiguration: ({ token_endpoint: _removed, ...document }) => document,
  },
  'discovery-no-asymmetric': {
    description: 'only client_secret_basic is offered to clients',
    smartConfiguration: (document) => ({
      ...document,
      capabilities: ['launch-ehr', 'client-confidential-symmetric', 'context-ehr-patient', 'sso-openid-connect'],
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
      token_endpoint_auth_signing_alg_values_supported: undefined,
    }),
  },
  'discovery-no-common-algorithm': {
    description: 'client assertions may only be signed with PS256',
    smartConfiguration: (document) => ({
      ...document,
      token_endpoint_auth_signing_alg_values_supported: ['PS256'],
    }),
  },
  'discovery-no-s256': {
    description: 'only the plain PKCE method is advertised (S256 is still what the server takes)',
    smartConfiguration: (document) => ({ ...document, code_challenge_methods_supported: ['plain'] }),
  },
  'discovery-relative-endpoints': {
    description: 'endpoints are paths relative to the FHIR base (harmless)',
    smartConfiguration: (document) => ({
      ...document,
      authorization_endpoint: '/auth/authorize',
      token_endpoint: '/auth/token',
    }),
  },
  'discovery-endpoint-query': {
    description: 'the authorization endpoint has a query of its own and insists on it (harmless)',
    authorizeQuery: 'tenant=a',
    smartConfiguration: (document) => ({
      ...document,
      authorization_endpoint: `${String(document.authorization_endpoint)}?tenant=a`,
    }),
  },
  'discovery-junk': {
    description: 'odd but legal members: URIs among capabilities, a __proto__ member (harmless)',
    smartConfiguration: (document) => ({
      ...document,
      capabilities: [...[document.capabilities].flat(), 'https://example.org/capability', 7, null],
      ['__proto__']: { polluted: true },
      'https://example.org/extension': { deep: [[[[[[[[]]]]]]]] },
    }),
  },
  'discovery-no-capabilities': {
    description: 'smart-configuration has no capabilities array',
    smartConfiguration: ({ capabilities: _removed, ...document }) => document,
  },
} as const satisfies Record<string, Fault>;
