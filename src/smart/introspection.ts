/**
 * Asking the authorization server whether it still honours a token.
 *
 * SMART App Launch 2.2.0, "Token Introspection"; RFC 7662; rules RV-06, RV-07, CAJ-13.
 */
import { z } from 'zod';
import type { EhrClient } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { type AssertionKey, type AssertionType, clientAssertion } from './client-authentication.ts';

/** One access token to ask about. */
export interface Introspection {
  introspectionEndpoint: string;
  clientId: string;
  key: AssertionKey;
  assertionType: AssertionType;
  /** The assertion's one audience: the introspection endpoint, or the issuer where the server wants that (CAJ-13). */
  audience: string;
  accessToken: string;
  now: Date;
}

/** What the server says of it. */
export type IntrospectionAnswer =
  /** Members are undefined when the server does not tell; `patient` is as sent, and patientIdOf reads it. */
  | { kind: 'active'; clientId: string | undefined; patient: string | undefined }
  | { kind: 'inactive' }
  /** No answer worth the name: nothing is known, and nothing ends because of it. */
  | { kind: 'unknown'; reason: string };

// A blank member tells nothing either.
const text = z.string().regex(/\S/).optional().catch(undefined);
const schema = z.looseObject({
  active: z.unknown().optional(),
  client_id: text,
  patient: text,
  exp: z.number().optional().catch(undefined),
});

/** Clocks differ; a server that calls a token active knows better than a minute. */
const CLOCK_SKEW_SECONDS = 60;

/**
 * Asks once. Never throws for what a server does.
 */
export async function introspectToken(introspection: Introspection, outbound: EhrClient): Promise<IntrospectionAnswer> {
  const { introspectionEndpoint, accessToken, now } = introspection;
  try {
    const assertion = await clientAssertion(introspection);
    const response = await outbound.request(new URL(introspectionEndpoint), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({ token: accessToken, token_type_hint: 'access_token', ...assertion }).toString(),
    });
    if (response.status !== 200) return { kind: 'unknown', reason: `status ${response.status}` };
    return readIntrospection(response.text, now);
  } catch (error) {
    if (error instanceof OutboundError) return { kind: 'unknown', reason: error.failure };
    throw error;
  }
}

/** Judges the answer: `active` is the boolean true or the token is not active, whatever else stands there (RV-06). */
export function readIntrospection(body: string, now: Date): IntrospectionAnswer {
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) return { kind: 'unknown', reason: 'not a JSON object' };
  const { active, client_id: clientId, patient, exp } = parsed.data;
  const isPast = exp !== undefined && exp + CLOCK_SKEW_SECONDS < now.getTime() / 1_000;
  return active === true && !isPast ? { kind: 'active', clientId, patient } : { kind: 'inactive' };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
