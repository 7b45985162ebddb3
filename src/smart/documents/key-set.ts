/** Reads the JWKS of an EHR and keeps the keys that can verify an id_token. */
import { calculateJwkThumbprint, createLocalJWKSet, importJWK, type JWK } from 'jose';
import { isBlank } from '#src/adapters/bounded-text.ts';
import { isJsonObject, type JsonObject, textMember } from '#src/adapters/json-object.ts';
import { fetchableUrl } from './endpoint.ts';
import { documentOf, type Fetched } from './fetched.ts';
import type { Fetching } from './openid-configuration.ts';

/** Finds the key for `alg` and `kid`. Rejects with jose's errors if none or several match. */
export type VerificationKeySet = ReturnType<typeof createLocalJWKSet>;

/** Accepted id_token algorithms (ID-06). SMART demands RS256; `none` and MACs are never accepted. */
export const idTokenAlgorithms = ['RS256', 'RS384', 'PS256', 'ES256', 'ES384'] as const;

const MAX_KEYS = 100;
/** For checks only; a launch compares the whole name. */
const LONGEST_SHOWN_KID = 200;
/** In base64url: 8,192 and 48 bits. Larger ones cost hundreds of usual verifications, on shared threads. */
const LONGEST_MODULUS = 1_368;
const LONGEST_EXPONENT = 8;
const EC_ALGORITHMS = new Map<unknown, string>([
  ['P-256', 'ES256'],
  ['P-384', 'ES384'],
]);

export interface ParsedKeySet {
  /** undefined when the address is unusable, so no request was sent. */
  fetched: Fetched | undefined;
  keys: ParsedKey[] | undefined;
  /** undefined when no key can verify an id_token. */
  keySet: VerificationKeySet | undefined;
}

export interface ParsedKey {
  /** The beginning of its name; `(no kid)` when the entry has none. */
  kid: string;
  /** Equal for equal keys; undefined for an entry that cannot verify an id_token. */
  thumbprint: string | undefined;
}

/** Fetches and parses a JWKS from an untrusted address. */
export async function fetchKeySet(jwksUri: string, { see, accepts }: Fetching): Promise<ParsedKeySet> {
  const url = fetchableUrl(jwksUri, accepts);
  const fetched = url && (await see(url));
  return { fetched, ...(await parseKeySet(documentOf(fetched))) };
}

/** Other keys are ignored, so that one bad entry breaks no other (ID-10; RFC 7517 §5). None that is private is kept. */
async function parseKeySet(document: JsonObject | undefined): Promise<Pick<ParsedKeySet, 'keys' | 'keySet'>> {
  const listed = document?.['keys'];
  if (!Array.isArray(listed)) return { keys: undefined, keySet: undefined };
  const entries: unknown[] = listed.slice(0, MAX_KEYS);
  const read = await Promise.all(
    entries.map(async (entry) => ({
      kid: (isJsonObject(entry) && textMember(entry, 'kid')?.slice(0, LONGEST_SHOWN_KID)) || '(no kid)',
      key: await readVerificationKey(entry),
    })),
  );
  const usable = read.flatMap(({ key }) => key ?? []);
  const keys = [...new Map(usable.map(({ jwk, thumbprint }) => [`${thumbprint} ${jwk.alg} ${jwk.kid}`, jwk])).values()];
  return {
    keys: read.map(({ kid, key }) => ({ kid, thumbprint: key?.thumbprint })),
    keySet: keys.length > 0 ? createLocalJWKSet({ keys }) : undefined,
  };
}

/** One entry of a JWKS that can verify an id_token. */
interface VerificationKey {
  /** The public key, with only `kid` and `alg` if given. */
  jwk: JWK;
  /** Depends on the key material only (RFC 7638). */
  thumbprint: string;
}

/** @param entry untrusted. @returns undefined for an entry that cannot verify an id_token. */
async function readVerificationKey(entry: unknown): Promise<VerificationKey | undefined> {
  if (typeof entry !== 'object' || entry === null || 'd' in entry || 'k' in entry) return undefined;
  const { kid, use, key_ops: operations, ...given }: JWK = { ...entry };
  const alg = signingAlgorithm(given);
  const isForSignatures =
    (isBlank(use) || use === 'sig') && (!Array.isArray(operations) || operations.includes('verify'));
  if (alg === undefined || !isForSignatures) return undefined;
  const { kty, n, e, crv, x, y } = given;
  const text = (value: unknown, longest = Infinity) =>
    typeof value === 'string' && value.length <= longest ? value : '';
  const material: JWK =
    kty === 'RSA'
      ? { kty, n: text(n, LONGEST_MODULUS), e: text(e, LONGEST_EXPONENT) }
      : { kty: text(kty), crv: text(crv), x: text(x), y: text(y) };
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
