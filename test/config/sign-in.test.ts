/** The configuration of sign-in: settings that belong together must be set together, and no message quotes a secret. */
import { describe, expect, test } from 'vitest';
import { loadConfig } from '#src/config/index.ts';

const base = { APP_SECRETS: 'x7Gq2-mP9vL4-tR8wK1-zB5nD3-hJ6cF0' };
const oidc = { OIDC_ISSUER: 'https://id.example', OIDC_CLIENT_ID: 'us', OIDC_CLIENT_SECRET: 'hunter2' };

test('without any variable: passwords, no first operator, no single sign-on', () => {
  expect(loadConfig(base).signIn).toEqual({ byPassword: true, bootstrap: undefined, singleSignOn: undefined });
});

test('every variable is read, the e-mail address in lower case', () => {
  const { signIn } = loadConfig({
    ...base,
    ...oidc,
    PASSWORD_SIGN_IN: 'off',
    BOOTSTRAP_OPERATOR_EMAIL: 'Ops@Example.com',
    BOOTSTRAP_OPERATOR_PASSWORD: 'choose me at once',
    OIDC_OPERATOR_GROUP: 'operators',
  });
  expect(signIn).toMatchObject({
    byPassword: false,
    bootstrap: { email: 'ops@example.com', password: 'choose me at once' },
    singleSignOn: { clientId: 'us', scopes: 'openid email', groupsClaim: 'groups', operatorGroup: 'operators' },
  });
});

describe('refused', () => {
  test.for([
    ['half an operator', { BOOTSTRAP_OPERATOR_EMAIL: 'ops@example.com' }, 'set both or none'],
    ['a short password', { BOOTSTRAP_OPERATOR_EMAIL: 'o@e.com', BOOTSTRAP_OPERATOR_PASSWORD: 'hunter2' }, '_PASSWORD:'],
    ['half a provider', { OIDC_ISSUER: 'https://id.example', OIDC_CLIENT_SECRET: 'hunter2' }, 'set all or none'],
    ['no way in', { PASSWORD_SIGN_IN: 'off' }, 'PASSWORD_SIGN_IN: off needs'],
    ['scopes without openid', { ...oidc, OIDC_SCOPES: 'email' }, 'must include openid'],
    [
      'plain http in production',
      { ...oidc, NODE_ENV: 'production', OIDC_ISSUER: 'http://id.example' },
      'OIDC_ISSUER: must',
    ],
  ] as const)('%s', ([, env, reason]) => {
    expect(() => loadConfig({ ...base, ...env })).toThrow(reason);
    expect(() => loadConfig({ ...base, ...env })).not.toThrow('hunter2');
  });
});

test.for([
  [
    { BOOTSTRAP_OPERATOR_EMAIL: 'o@e.com', BOOTSTRAP_OPERATOR_PASSWORD: 'short' },
    'BOOTSTRAP_OPERATOR_PASSWORD: must have at least 12 characters',
  ],
  [
    { BOOTSTRAP_OPERATOR_EMAIL: 'ops', BOOTSTRAP_OPERATOR_PASSWORD: 'long enough for us' },
    'BOOTSTRAP_OPERATOR_EMAIL: must be an e-mail address',
  ],
] as const)('an invalid variable is one problem, and not also a missing one: %s', ([env, problem]) => {
  expect(() => loadConfig({ ...base, ...env })).toThrow(
    expect.objectContaining({ message: `The configuration is not usable:\n  - ${problem}` }),
  );
});
