/** Checks the form of an id_token before any key is fetched. */
import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import { isBoundedJson, JSON_BOUNDS } from '#src/adapters/ehr-http/json-bounds.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError } from '#src/errors.ts';
import { idTokenAlgorithms } from '#src/smart/documents/key-set.ts';

const MAX_LENGTH = 100_000;

export interface UnverifiedIdToken {
  /** Compact serialization, three parts. */
  readonly text: string;
  /** On the allow-list. */
  readonly alg: string;
  /** Used only to choose the issuer. */
  readonly iss: unknown;
}

/** Is the token short and shallow enough to be decoded? @param token untrusted, any text. */
export function isDecodable(token: string): boolean {
  if (token.length > MAX_LENGTH) return false;
  return token.split('.', 2).every((part) => isBoundedJson(Buffer.from(part, 'base64url'), JSON_BOUNDS.idToken));
}

/** TK-14, ID-19, ID-06 and, for `crit`, ID-07; header keys are not read. @throws AppError identity.invalid */
export function readUnverifiedIdToken(idToken: unknown): UnverifiedIdToken {
  if (idToken === undefined || idToken === null)
    throw refusedIdToken('id-token.missing', 'id_token is missing although openid was granted');
  if (typeof idToken !== 'string') throw refusedIdToken('id-token.form', 'id_token is not a string');
  if (idToken.length > MAX_LENGTH) throw refusedIdToken('id-token.form', 'id_token is too long');
  const parts = idToken.split('.').length;
  if (parts === 5) throw refusedIdToken('id-token.encrypted', 'id_token is encrypted, which we did not ask for');
  if (parts !== 3) throw refusedIdToken('id-token.form', `id_token has ${parts} parts`);
  if (!isDecodable(idToken))
    throw refusedIdToken('id-token.form', 'id_token nests too deeply or holds too many values');
  const { header, claims } = decode(idToken);
  if (!idTokenAlgorithms.some((allowed) => allowed === header.alg))
    throw refusedIdToken('id-token.algorithm', 'alg is not allowed');
  if (header.crit !== undefined) throw refusedIdToken('id-token.form', 'the header has crit');
  if (header.kid !== undefined && typeof header.kid !== 'string')
    throw refusedIdToken('id-token.form', 'kid is not a string');
  return { text: idToken, alg: String(header.alg), iss: claims.iss };
}

function decode(idToken: string): { header: ReturnType<typeof decodeProtectedHeader>; claims: JWTPayload } {
  try {
    return { header: decodeProtectedHeader(idToken), claims: decodeJwt(idToken) };
  } catch {
    throw refusedIdToken('id-token.form', 'id_token is not a JWT');
  }
}

/** @param detail what is wrong; never a value of the token (ID-21). */
export function refusedIdToken(rule: Rule, detail: string): AppError {
  return new AppError('identity.invalid', detail, rule);
}
