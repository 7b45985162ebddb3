/** Defines a named fault: a description and the seams where it acts. Faults are data; the seams call them. */
import type { JWTPayload } from 'jose';
import type { Records } from '#sandbox/data/records.ts';
import type { Facts } from './facts.ts';

export type FaultValue = string | number;

/** The routes of the sandbox. */
export type RouteName =
  | 'smart-configuration'
  | 'openid-configuration'
  | 'jwks'
  | 'authorize'
  | 'token'
  | 'refresh'
  | 'revoke'
  | 'introspect'
  | 'metadata'
  | 'fhir'
  | 'chart';

/** A request before the sandbox handles it. */
export interface Call {
  route: RouteName;
  method: string;
  url: URL;
  /** Aborted when the caller disconnects or the sandbox closes. */
  signal: AbortSignal;
  facts: Facts;
}

/** An HTTP answer given instead of the real one. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export type JsonObject = Record<string, unknown>;

/** An id_token about to be signed. */
export interface IdTokenDraft {
  claims: JWTPayload;
  sign: 'current-key' | 'next-key' | 'unpublished-key' | 'none' | 'broken-signature' | 'no-kid' | 'shared-secret';
}

/** A FHIR answer about to be sent, with the patient in context. */
export interface FhirAnswer {
  status: number;
  body: JsonObject;
  headers?: Record<string, string>;
  /** The body is not sent. */
  isEmpty?: true;
  /** Sent unchanged instead of the other members, with no header but its own. */
  raw?: Answer;
}

interface FhirCall {
  resourceType: string | undefined;
  id: string | undefined;
  patient: string | undefined;
  url: URL;
  facts: Facts;
  records: Records;
}

/** Every seam is optional; it returns undefined to change nothing. */
export interface Fault {
  description: string;
  /** Describes the value of `set(name, value)`, if the fault takes one. */
  value?: string;
  request?(call: Call, value: FaultValue | undefined): Promise<Answer | undefined> | Answer | undefined;
  smartConfiguration?(document: JsonObject, facts: Facts, value: FaultValue | undefined): JsonObject;
  openidConfiguration?(document: JsonObject, facts: Facts, value: FaultValue | undefined): JsonObject;
  /** Which keys the JWKS shows. */
  publishedKeys?(keys: readonly ('current-key' | 'next-key')[]): ('current-key' | 'next-key')[];
  /** A query that is part of the authorization endpoint and must be kept (AZ-13): `name=value`. */
  authorizeQuery?: string;
  /** Whether the authorization endpoint answers `invalid_scope`; the launch value stays valid for another try. */
  refusesScopes?(scope: string, value: FaultValue | undefined): boolean;
  /** Such a refusal spends the launch value. */
  spendsRefusedLaunch?: true;
  /** Launch values stay valid after an accepted request. */
  keepsLaunch?: true;
  grantScopes?(scopes: string[], value: FaultValue | undefined): string[];
  authorizationResponse?(parameters: URLSearchParams, facts: Facts, value: FaultValue | undefined): URLSearchParams;
  idToken?(draft: IdTokenDraft, facts: Facts, value: FaultValue | undefined): IdTokenDraft;
  tokenResponse?(
    members: JsonObject,
    grantType: 'authorization_code' | 'refresh_token',
    value: FaultValue | undefined,
  ): JsonObject | undefined;
  fhirAnswer?(answer: FhirAnswer, call: FhirCall, value: FaultValue | undefined): FhirAnswer | undefined;
}
