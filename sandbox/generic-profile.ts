/** Defines the differences between vendors' EHRs, and the generic, strict profile. */
import type { JsonObject } from './fault-type.ts';

export interface VendorProfile {
  /** One line for the faults page. */
  description: string;
  /** Path of the issuer; the endpoints are always below /auth. */
  issuerPath: '/auth' | '/auth/' | '/auth/realms/office';
  /** Whether issuer and endpoints have different host names: the two loopback names, with the same port. */
  issuerOnOtherHost: boolean;
  accessTokenSeconds: number;
  /** Seconds without activity after which a refresh token expires; sent in token responses (Oracle's `active_ttl`). */
  activeTtlSeconds?: number;
  /** The id_token's `iss`, where it differs from the issuer. `{origin}` and `{fhirBase}` are filled in. */
  idTokenIssuer?: string;
  /** Whether the redirect carries `iss` and the metadata says so (RFC 9207); most EHRs do not. */
  sendsResponseIssuer: boolean;
  /** Whether smart-configuration and CapabilityStatement exist; the Canadian eReferral guide demands neither. */
  publishesMetadata: boolean;
  /** Where openid-configuration is served: at the issuer, at the FHIR base (with that as issuer), or nowhere. */
  openidConfiguration: 'issuer' | 'fhir-base' | 'none';
  /** Whether smart-configuration is XML unless the client asks for JSON by name. */
  smartConfigurationIsXml: boolean;
  /** Members merged into smart-configuration; undefined removes one. */
  smartConfiguration: JsonObject;
  /** Requested scopes that the server silently does not grant. */
  refusesScope: (scope: string) => boolean;
  /** Header `typ` and `aud` a client assertion must have. */
  assertionType: 'JWT' | 'client-authentication+jwt';
  assertionAudience: 'endpoint' | 'issuer';
  /** Whether a refresh must name `client_id` in its body (otherwise SMART's omission is enforced). */
  refreshNeedsClientId: boolean;
  /** Requests per minute, sign-in included; more are refused with 429 and no Retry-After. */
  requestsPerMinute?: number;
  /** Search parameters of ServiceRequest, in addition to `_id` and `_count`. */
  serviceRequestSearch: readonly string[];
  serviceRequestIncludes: readonly string[];
  hasPractitionerRole: boolean;
  /** Whether ServiceRequest may be created: Epic's newest and Veradigm, few others. */
  createsRequests: boolean;
  hasTask: boolean;
  /** Whether Tasks can be included with ServiceRequests (`_revinclude=Task:focus`). */
  sendsTasksAlong: boolean;
  /** The `sandbox` attribute of the chart's iframe, if the vendor sets one. */
  iframeSandbox?: string;
}

/** The base of all other profiles. */
export const generic: VendorProfile = {
  description: 'As strict as SMART App Launch 2.2 allows; supports everything',
  issuerPath: '/auth',
  issuerOnOtherHost: false,
  accessTokenSeconds: 3600,
  sendsResponseIssuer: true,
  publishesMetadata: true,
  openidConfiguration: 'issuer',
  smartConfigurationIsXml: false,
  smartConfiguration: {},
  refusesScope: () => false,
  assertionType: 'JWT',
  assertionAudience: 'endpoint',
  refreshNeedsClientId: false,
  serviceRequestSearch: ['patient', 'subject', 'status', 'category', 'encounter'],
  serviceRequestIncludes: ['ServiceRequest:requester', 'ServiceRequest:performer'],
  hasPractitionerRole: true,
  createsRequests: true,
  hasTask: true,
  sendsTasksAlong: true,
};
