/** Only its own module can make the proof that one step of a launch gives and the next step takes. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { VerifiedIdentity } from '#src/smart/id-token/verify.ts';
import { type GrantedScopes, permits } from '#src/smart/scopes/granted.ts';
import type { ValidatedCallback } from '#src/smart/step-4-authorization-code.ts';
import type { TokenResponse } from '#src/smart/token-response.ts';

const HOMES = {
  ValidatedCallback: 'src/smart/step-4-authorization-code.ts',
  TokenResponse: 'src/smart/token-response.ts',
  VerifiedIdentity: 'src/smart/id-token/verify.ts',
  GrantedScopes: 'src/smart/scopes/granted.ts',
};

test.for(Object.entries(HOMES))('a cast to %s occurs only in %s', ([proof, home]) => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const casts = [...globSync('{src,views}/**/*.ts', { cwd: root })].filter((file) =>
    new RegExp(`(?:\\bas|<)\\s*(?:unknown\\s+as\\s+)?${proof}\\b(?!\\[)`).test(
      readFileSync(`${root}/${file}`, 'utf8').replaceAll(/(?:Promise|readonly)?<[^<>]*>(?=\s*[{|])/g, ''),
    ),
  );
  expect(casts).toEqual([home]);
});

/** tsc compiles this, and nothing calls it: each line must be a type error, or tsc reports it. */
export function literals(): unknown[] {
  // @ts-expect-error -- a code alone is no validated callback
  const callback: ValidatedCallback = { code: 'a' };
  // @ts-expect-error -- members of the right form are no checked response
  const token: TokenResponse = {
    ...{ accessToken: 'a', refreshToken: undefined, expiresInSeconds: 1, activeTtlSeconds: undefined },
    ...{ scope: undefined, idToken: undefined, members: {} },
  };
  // @ts-expect-error -- unverified claims are no identity
  const identity: VerifiedIdentity = {
    ...{ iss: 'a', sub: 'b', fhirUser: undefined, profile: undefined },
    ...{ name: undefined, authTime: undefined },
  };
  const granted: Pick<GrantedScopes, 'tokens' | 'resources'> = { tokens: new Set(), resources: [] };
  // @ts-expect-error -- scopes that were not read from a grant permit nothing
  const isPermitted = permits(granted, { type: 'Patient', interaction: 'r' });
  return [callback, token, identity, isPermitted];
}
