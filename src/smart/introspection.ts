/** Asks whether a token is active. SMART App Launch 2.2.0, "Token Introspection"; RFC 7662; RV-06, RV-07, CAJ-13. */
import { z } from 'zod';
import type { EhrClient } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { parseJson } from '#src/adapters/json-object.ts';
import { type ClientCredentials, clientAssertion, formRequest } from './client-authentication.ts';
import { ACCEPTED_SKEW_SECONDS } from './clock-skew.ts';

export interface Introspection extends ClientCredentials {
  introspectionEndpoint: string;
  accessToken: string;
}

export type IntrospectionAnswer =
  /** Members are undefined when the server does not say; `patient` is as sent, and patientIdOf reads it. */
  | { kind: 'active'; clientId: string | undefined; patient: string | undefined }
  | { kind: 'inactive' }
  /** No usable answer. The launch does not end because of it. */
  | { kind: 'unknown'; reason: string };

// A blank member counts as absent.
const text = z.string().regex(/\S/).optional().catch(undefined);
const schema = z.looseObject({
  active: z.unknown().optional(),
  client_id: text,
  patient: text,
  exp: z.number().optional().catch(undefined),
});

/** Sends one request. A failed or unusable answer of the server gives `unknown`; it is not thrown. */
export async function introspectToken(introspection: Introspection, outbound: EhrClient): Promise<IntrospectionAnswer> {
  const { introspectionEndpoint, accessToken, now } = introspection;
  try {
    const assertion = await clientAssertion(introspection);
    const body = new URLSearchParams({ token: accessToken, token_type_hint: 'access_token', ...assertion });
    const response = await outbound.request(new URL(introspectionEndpoint), formRequest(body));
    if (response.status !== 200) return { kind: 'unknown', reason: `status ${response.status}` };
    return readIntrospection(response.text, now);
  } catch (error) {
    if (error instanceof OutboundError) return { kind: 'unknown', reason: error.failure };
    throw error;
  }
}

/** Reads the answer. The token is active only if `active` is the boolean true (RV-06). */
export function readIntrospection(body: string, now: Date): IntrospectionAnswer {
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) return { kind: 'unknown', reason: 'not a JSON object' };
  const { active, client_id: clientId, patient, exp } = parsed.data;
  const isPast = exp !== undefined && exp + ACCEPTED_SKEW_SECONDS < now.getTime() / 1_000;
  return active === true && !isPast ? { kind: 'active', clientId, patient } : { kind: 'inactive' };
}
