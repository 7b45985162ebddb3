/** Faults of the OpenID Connect document and the key set (ID-03, ID-04, ID-08, ID-22). */
import type { Fault } from '#sandbox/fault-type.ts';
import { htmlAnswer, jsonAnswer, on, slow, withMembers } from './answers.ts';

export const openidFaults = {
  'no-oidc-document': {
    description: 'no openid-configuration at the issuer',
    request: on('openid-configuration', () => jsonAnswer(404, { message: 'no such document' })),
  },
  'oidc-html': {
    description: 'openid-configuration is a portal page with status 200',
    request: on('openid-configuration', () => htmlAnswer(200)),
  },
  'oidc-issuer-mismatch': {
    description: 'openid-configuration names another issuer',
    openidConfiguration: (document) => ({ ...document, issuer: 'https://elsewhere.example/auth' }),
  },
  'oidc-members': {
    description: 'openid-configuration has other members',
    value: 'the members as JSON; null takes one away',
    openidConfiguration: (document, _facts, value) => withMembers(document, value),
  },
  'jwks-500': {
    description: 'the key set answers 500',
    value: 'another status',
    request: on('jwks', (_call, value) => jsonAnswer(Number(value ?? 500), { message: 'internal error' })),
  },
  'jwks-html': { description: 'the key set is a web page', request: on('jwks', () => htmlAnswer(200)) },
  'jwks-empty': { description: 'the key set is empty', publishedKeys: () => [] },
  'repeated-key': {
    description: 'the key set lists the signing key twice (harmless)',
    publishedKeys: (keys) => keys.flatMap((key) => [key, key]),
  },
  'slow-jwks': {
    description: 'the key set answers late',
    value: 'milliseconds, default 60000',
    request: slow('jwks'),
  },
  'rotated-key': {
    description: 'the signing key was just replaced: a cached key set lacks its kid',
    publishedKeys: () => ['next-key'],
    idToken: (draft) => ({ ...draft, sign: 'next-key' }),
  },
  'unknown-key': {
    description: 'the id_token is signed with a key that is never published',
    idToken: (draft) => ({ ...draft, sign: 'unpublished-key' }),
  },
} as const satisfies Record<string, Fault>;
