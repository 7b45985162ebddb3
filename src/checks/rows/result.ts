/** The result of a connection check: one row per check, with who fixes a problem, and a summary of all rows. */
import type { Owner } from '#src/errors/rules/rule-row.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { SettingValues } from '#src/settings/derived.ts';
import type { SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import type { CheckRow } from '#views/integration-page/check-rows.ts';

export type Verdict = CheckRow['verdict'];

/** The headings above the rows, which come in the order of a launch. */
export type CheckGroup =
  | 'The checks of the implementation guide'
  | 'Network'
  | 'SMART configuration'
  | 'Sign-in addresses'
  | 'Issuer and keys'
  | 'Scopes'
  | 'FHIR server'
  | 'This app';

/** One row. Its `id` never changes; catalogue.ts has the order. `remedy` is '' when there is nothing to fix. */
export interface CheckResult extends CheckRow {
  readonly group: CheckGroup;
  readonly owner: Owner;
}

/** The settings a check looks at; a URL without an organization is checked with the defaults. */
export type CheckedSettings = SettingValues & {
  id: string;
  clientId: string;
  /** Absent where only settings are checked. */
  enabled?: boolean;
  /** What the EHR at this very FHIR URL has said before: proof that the URL is one. */
  discovered?: Organization['discovered'];
};

export interface CheckInput {
  /** As {@link normalizeFhirUrl} returns it; still untrusted. */
  fhirUrl: string;
  /** undefined without an organization; rows about its settings are then skipped. */
  organization: CheckedSettings | undefined;
  /** Set when a person typed the URL: if it leads nowhere, addresses near it are tried. */
  isTyped?: true;
  /** A person waits for the run: the sign-in addresses are asked too, which an EHR's log shows as refused requests. */
  asksSignIn?: true;
}

/** What was tried in place of a FHIR URL that leads nowhere. */
export interface NearbyAddresses {
  /** undefined when there is no FHIR server at any of the tried addresses. */
  fhirUrl: string | undefined;
  tried: string[];
}

/** A change of a setting that an administrator may accept with one click. */
export interface Suggestion {
  setting: 'allowedHosts' | 'issuers';
  /** The whole new value, which the schema judges again. */
  value: string[];
  /** For the button and the text beside it. */
  title: string;
  why: string;
}

export type AcceptedSettings = Partial<Pick<SettingValues, Suggestion['setting']>>;

/** What later flows use (REG-06). */
export interface DiscoveredConnection {
  configuration: SmartConfiguration;
  issuer: string;
  /** The origin of the token endpoint. */
  authorizationServer: string;
  /** Milliseconds the document may be kept; 0 when the server forbids it. */
  freshForMs: number;
  /** The includes that the EHR offers with ServiceRequests (FH-15); absent without a CapabilityStatement. */
  requestIncludes?: string[] | undefined;
  /** Whether ServiceRequests can be updated; absent without a CapabilityStatement. */
  updatesRequests?: boolean | undefined;
  /** Whether the CapabilityStatement names US Core's profile for ServiceRequest. */
  usCoreRequests?: boolean | undefined;
}

export interface CheckSummary {
  /** "All checks passed": the guide's three hold and nothing failed; warnings are allowed (REG-06). */
  allPassed: boolean;
  /** Ids of failed rows without which no launch can work: a new URL with one of them stays a draft. */
  hardFailures: string[];
  counts: Record<Verdict, number>;
  /** undefined when no launch could use what was found. */
  discovered: DiscoveredConnection | undefined;
  suggestions: Suggestion[];
  /** Absent while the URL leads to an EHR. */
  nearby?: NearbyAddresses | undefined;
}

/** What is compared between runs, as plain JSON. A part that this run could not read is undefined. */
export interface ConnectionState {
  configuration: Record<string, string | string[]> | undefined;
  keys: string[] | undefined;
  /** `fhirVersion`, and one line per resource type. */
  capability: Record<string, string> | undefined;
  certificate: { expiresAt: string; fingerprint: string } | undefined;
}

/** A run that has ended: rows in the order of a launch. */
export interface FinishedChecks {
  fhirUrl: string;
  /** ISO instant of the start. */
  at: string;
  results: CheckResult[];
  summary: CheckSummary;
  state: ConnectionState;
}

/** A run in progress: the `rows` resolve one by one, `finished` at the end. None of these promises rejects. */
export interface RunningChecks {
  readonly rows: readonly Promise<CheckResult>[];
  readonly finished: Promise<FinishedChecks>;
}
