/** A foreign JWKS, reduced to the keys that can verify an id_token. */
import { calculateJwkThumbprint, createLocalJWKSet, importJWK, type JSONWebKeySet, type JWK } from 'jose';
import { isBlank } from '#src/smart/bounded-text.ts';

/**
 * Finds the public key for a token's `alg` and `kid`; rejects with jose's JWKS errors when none or several fit. Several
 * are tried in turn, see `verifyIdToken`.
 */
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
 * Keeps the usable keys of a JWKS and ignores entries that are unknown, malformed, private or not for signatures
 * (ID-10; RFC 7517 §5), so that one bad entry does not break the others. Of an entry only what verifies and what names the
 * key is kept; an entry that says the same of the same key as one before is no second one.
 *
 * @param document the parsed response body; untrusted.
 * @returns undefined when it is no JWKS or holds no usable key.
 */
export async function readVerificationKeySet(document: unknown): Promise<VerificationKeySet | undefined> {
  if (typeof document !== 'object' || document === null || !('keys' in document) || !Array.isArray(document.keys)) {
    return undefined;
  }
  const entries: unknown[] = document.keys.slice(0, MAX_KEYS);
  const verdicts = await Promise.all(entries.map(readVerificationKey));
  const listed = verdicts.filter((key) => key !== undefined);
  const keys = [...new Map(listed.map(({ jwk, thumbprint }) => [`${thumbprint} ${jwk.alg} ${jwk.kid}`, jwk])).values()];
  return keys.length > 0 ? createLocalJWKSet({ keys } satisfies JSONWebKeySet) : undefined;
}

/** One entry of a JWKS that can verify an id_token. */
export interface VerificationKey {
  /** The public key with `kid` and `alg` where they are given, and nothing else. */
  jwk: JWK;
  /** Equal for equal keys, whatever else is said of them (RFC 7638). */
  thumbprint: string;
}

/** @param entry untrusted. @returns undefined for an entry that can verify no id_token. */
export async function readVerificationKey(entry: unknown): Promise<VerificationKey | undefined> {
  if (typeof entry !== 'object' || entry === null || 'd' in entry || 'k' in entry) return undefined;
  const { kid, use, key_ops: operations, ...given }: JWK = { ...entry };
  const alg = signingAlgorithm(given);
  const isForSignatures =
    (isBlank(use) || use === 'sig') && (!Array.isArray(operations) || operations.includes('verify'));
  if (alg === undefined || !isForSignatures) return undefined;
  const { kty, n, e, crv, x, y } = given;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const material: JWK =
    kty === 'RSA' ? { kty, n: text(n), e: text(e) } : { kty: text(kty), crv: text(crv), x: text(x), y: text(y) };
  const named = typeof kid === 'string' && kid !== '' ? { kid } : {};
  try {
    const key = await importJWK(material, alg);
    if (!('type' in key) || key.type !== 'public') return undefined;
    const jwk = { ...material, ...named, ...(isBlank(given.alg) ? {} : { alg }) };
    return { jwk, thumbprint: await calculateJwkThumbprint(material) };
  } catch {
    return undefined;
  }
}

function signingAlgorithm(jwk: JWK): string | undefined {
  const alg = !isBlank(jwk.alg) ? jwk.alg : jwk.kty === 'RSA' ? 'RS256' : EC_ALGORITHMS.get(jwk.crv);
  return idTokenAlgorithms.find((allowed) => allowed === alg);
}
