/** `private_key_jwt`: SMART App Launch 2.2.0, "Client Authentication: Asymmetric"; RFC 7523; rules CAJ-01..13. */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';

/** A private key with the id and algorithm under which the EHR finds its public half in our JWKS. */
export interface AssertionKey {
  kid: string;
  alg: 'RS384' | 'ES384';
  privateKey: CryptoKey;
}

/** Header `typ`: SMART prescribes `JWT`; servers that follow RFC 7523bis require the longer value (CAJ-03). */
export type AssertionType = 'JWT' | 'client-authentication+jwt';

/** The input of one client assertion. A launch fixes every field except `now` when it begins. */
export interface ClientCredentials {
  clientId: string;
  /** The only audience: the URL of the POST, or the issuer if the organization is set up so (CAJ-06, CAJ-13). */
  audience: string;
  key: AssertionKey;
  /** Header `typ`; an organization setting (CAJ-03). */
  assertionType: AssertionType;
  now: Date;
}

/** SMART allows five minutes; two still cover any clock skew that we tolerate (CAJ-07). */
const LIFETIME_SECONDS = 120;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The two parameters that authenticate one request; call it once per request (CAJ-08, CAJ-10). */
export async function clientAssertion(
  request: ClientCredentials,
): Promise<{ client_assertion_type: string; client_assertion: string }> {
  const issuedAtSeconds = Math.floor(request.now.getTime() / 1_000);
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: request.key.alg, kid: request.key.kid, typ: request.assertionType })
    .setIssuer(request.clientId)
    .setSubject(request.clientId)
    .setAudience(request.audience)
    .setIssuedAt(issuedAtSeconds)
    .setExpirationTime(issuedAtSeconds + LIFETIME_SECONDS)
    .setJti(randomUUID())
    .sign(request.key.privateKey);
  return { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
}

/** A form POST to the authorization server. Query and Authorization header stay empty (TK-01, TK-05..07). */
export function formRequest(body: URLSearchParams) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  return { method: 'POST', headers, body: body.toString() } as const;
}
