/** Makes the id_token: completes oidc-provider's claims, applies the faults, and signs. */
import { hash } from 'node:crypto';
import { decodeJwt, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import type { Facts } from '#sandbox/facts.ts';
import { type FaultSwitches, throughFaults } from '#sandbox/fault-switches.ts';
import type { IdTokenDraft } from '#sandbox/fault-type.ts';
import type { VendorProfile } from '#sandbox/profiles.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface IdTokenDeps {
  facts: Facts;
  profile: VendorProfile;
  faults: FaultSwitches;
  keys: SigningKeys;
}

/** OpenID Connect Core 3.1.3.6, for RS256: the left half of SHA-256, base64url. */
function atHash(accessToken: string): string {
  return hash('sha256', accessToken, 'buffer').subarray(0, 16).toString('base64url');
}

const SHARED_SECRET = new TextEncoder().encode('a client secret that no app here has');

function breakSignature(token: string): string {
  // The third character from the end carries whole signature bits, unlike the last one.
  const position = token.length - 3;
  const other = token[position] === 'A' ? 'B' : 'A';
  return token.slice(0, position) + other + token.slice(position + 1);
}

/** Adds `at_hash`, times by the sandbox's clock, and `iss` by the vendor profile. */
function complete(claims: JWTPayload, accessToken: string, deps: IdTokenDeps): JWTPayload {
  const { facts, profile } = deps;
  const iat = Math.floor(facts.now().getTime() / 1000);
  const iss = profile.idTokenIssuer?.replace('{origin}', facts.origin).replace('{fhirBase}', facts.fhirBase);
  return { ...claims, iat, exp: iat + 3600, at_hash: atHash(accessToken), iss: iss ?? facts.issuer };
}

/** Signs oidc-provider's id_token again, with at_hash, vendor issuer and faults. */
export async function finishIdToken(idToken: string, accessToken: string, deps: IdTokenDeps): Promise<string> {
  const start: IdTokenDraft = { claims: complete(decodeJwt(idToken), accessToken, deps), sign: 'current-key' };
  const draft = await throughFaults(deps.faults, start, (fault, current, value) =>
    fault.idToken?.(current, deps.facts, value),
  );
  if (draft.sign === 'none') return new UnsecuredJWT(draft.claims).encode();
  if (draft.sign === 'shared-secret')
    return new SignJWT(draft.claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(SHARED_SECRET);
  const key = draft.sign === 'broken-signature' || draft.sign === 'no-kid' ? 'current-key' : draft.sign;
  const kid = draft.sign === 'no-kid' ? {} : { kid: key };
  const signed = await new SignJWT(draft.claims)
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...kid })
    .sign(deps.keys.privateKeys[key]);
  return draft.sign === 'broken-signature' ? breakSignature(signed) : signed;
}
