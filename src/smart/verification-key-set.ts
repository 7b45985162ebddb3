/** A foreign JWKS, reduced to the keys that can verify an id_token. */
import { createLocalJWKSet, importJWK, type JSONWebKeySet, type JWK } from 'jose';

/** Finds the public key for a token's `alg` and `kid`; rejects with jose's JWKS errors when none or several fit. */
export type VerificationKeySet = ReturnType<typeof createLocalJWKSet>;

/**
 * The algorithms an id_token may be signed with (ID-06): RS256 is the one SMART demands, the rest are what EHRs list
 * beside it. Never `none`, never a MAC.
 */
export const idTokenAlgorithms = ['RS256', 'RS384', 'PS256', 'ES256', 'ES384'] as const;

const MAX_KEYS = 100;
const EC_ALGORITHMS = new Map<unknown, string>([
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
]);

/**
 * Keeps the usable keys of a JWKS and ignores entries that are unknown, malformed, private or `use: enc`
 * (ID-10; RFC 7517 §5), so that one bad entry neither breaks the others nor makes a token without `kid` ambiguous.
 *
 * @param document the parsed response body; untrusted.
 * @returns undefined when it is no JWKS or holds no usable key.
 */
export async function readVerificationKeySet(document: unknown): Promise<VerificationKeySet | undefined> {
  if (typeof document !== 'object' || document === null || !('keys' in document) || !Array.isArray(document.keys)) {
    return undefined;
  }
  const entries: unknown[] = document.keys.slice(0, MAX_KEYS);
  const verdicts = await Promise.all(entries.map(usableKey));
  const keys = verdicts.filter((key) => key !== undefined);
  return keys.length > 0 ? createLocalJWKSet({ keys } satisfies JSONWebKeySet) : undefined;
}

async function usableKey(entry: unknown): Promise<JWK | undefined> {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const jwk: JWK = { ...entry };
  const alg = signingAlgorithm(jwk);
  if (alg === undefined || (jwk.use !== undefined && jwk.use !== 'sig')) return undefined;
  try {
    const key = await importJWK(jwk, alg);
    return 'type' in key && key.type === 'public' ? jwk : undefined;
  } catch {
    return undefined;
  }
}

function signingAlgorithm(jwk: JWK): string | undefined {
  const alg = jwk.alg ?? (jwk.kty === 'RSA' ? 'RS256' : EC_ALGORITHMS.get(jwk.crv));
  return idTokenAlgorithms.find((allowed) => allowed === alg);
}
