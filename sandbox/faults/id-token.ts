/** Faults of the id_token, which is signed again, so that only the named part is wrong (ID, FU rules). */
import type { JWTPayload } from 'jose';
import type { Fault, IdTokenDraft } from '#sandbox/fault-type.ts';
import { withMembers } from './answers.ts';

function claim(name: string, value: unknown): (draft: IdTokenDraft) => IdTokenDraft {
  return (draft) => ({ ...draft, claims: { ...draft.claims, [name]: value } });
}

function withoutClaim(name: string): (draft: IdTokenDraft) => IdTokenDraft {
  return (draft) => ({
    ...draft,
    claims: Object.fromEntries(Object.entries(draft.claims).filter(([key]) => key !== name)) as JWTPayload,
  });
}

const signedAs = (sign: IdTokenDraft['sign']) => (draft: IdTokenDraft) => ({ ...draft, sign });

const shifted = (seconds: number) => (draft: IdTokenDraft) => ({
  ...draft,
  claims: {
    ...draft.claims,
    iat: Number(draft.claims.iat) + seconds,
    exp: Number(draft.claims.exp) + seconds,
  },
});

export const idTokenFaults = {
  'wrong-nonce': { description: 'the id_token has another nonce', idToken: claim('nonce', 'not-the-nonce-you-sent') },
  'no-nonce': { description: 'the id_token has no nonce', idToken: withoutClaim('nonce') },
  'bad-signature': { description: 'one bit of the signature is wrong', idToken: signedAs('broken-signature') },
  'alg-none': { description: 'the id_token is not signed: alg none', idToken: signedAs('none') },
  'shared-secret-id-token': {
    description: 'the id_token is signed with a shared secret: alg HS256',
    idToken: signedAs('shared-secret'),
  },
  'no-kid': {
    description: 'the id_token does not say which key it is signed with (harmless)',
    idToken: signedAs('no-kid'),
  },
  'no-exp': { description: 'the id_token does not say when it expires', idToken: withoutClaim('exp') },
  'no-audience': { description: 'the id_token has no aud', idToken: withoutClaim('aud') },
  'wrong-azp': {
    description: 'the id_token was authorized for another client (azp)',
    idToken: claim('azp', 'another-client'),
  },
  'wrong-audience': { description: 'the id_token is for another client', idToken: claim('aud', 'another-client') },
  'extra-audience': {
    description: 'the id_token is for us and for another client',
    idToken: (draft) => ({ ...draft, claims: { ...draft.claims, aud: [String(draft.claims.aud), 'another-client'] } }),
  },
  'foreign-issuer': {
    description: 'the id_token was issued elsewhere',
    value: 'the issuer, default https://elsewhere.example/auth',
    idToken: (draft, _facts, value) => claim('iss', String(value ?? 'https://elsewhere.example/auth'))(draft),
  },
  'expired-id-token': { description: 'the id_token expired a day ago', idToken: shifted(-2 * 86_400) },
  'future-id-token': { description: 'the id_token was issued an hour from now', idToken: shifted(3_600) },
  'wrong-at-hash': {
    description: 'at_hash belongs to another access token',
    idToken: claim('at_hash', 'AAAAAAAAAAAAAAAAAAAAAA'),
  },
  'no-sub': { description: 'the id_token has no sub', idToken: withoutClaim('sub') },
  'no-fhir-user': { description: 'the id_token has no fhirUser', idToken: withoutClaim('fhirUser') },
  'relative-fhir-user': {
    description: 'fhirUser is relative to the FHIR base (harmless)',
    idToken: (draft, facts) =>
      claim('fhirUser', String(draft.claims.fhirUser).replace(`${facts.fhirBase}/`, ''))(draft),
  },
  'foreign-fhir-user': {
    description: 'fhirUser is a Practitioner on a foreign server',
    value: 'the URL, default https://elsewhere.example/fhir/Practitioner/prac-rivera',
    idToken: (draft, _facts, value) =>
      claim('fhirUser', String(value ?? 'https://elsewhere.example/fhir/Practitioner/prac-rivera'))(draft),
  },
  'bad-fhir-user': {
    description: 'fhirUser is no user',
    value: 'the value, default Device/1',
    idToken: (draft, _facts, value) => claim('fhirUser', String(value ?? 'Device/1'))(draft),
  },
  'id-token-claims': {
    description: 'the id_token has other claims',
    value: 'the claims as JSON; null takes one away',
    idToken: (draft, _facts, value) => ({ ...draft, claims: withMembers(draft.claims, value) }),
  },
  'patient-in-id-token': {
    description: 'the id_token names another patient (harmless)',
    idToken: claim('patient', 'pat-ben'),
  },
} as const satisfies Record<string, Fault>;
