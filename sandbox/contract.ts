/** The interface of the mock EHR for the tests, the demo and the benchmarks. */
import type { ServerOptions } from 'node:https';
import type { StyleName } from './data/styles.ts';
import type { FaultSwitches } from './fault-switches.ts';
import type { VendorProfileName } from './profiles.ts';

/** The app under test, as the hospital's IT team would register it. May be changed while the sandbox runs. */
export interface SandboxApp {
  /** Absolute; may carry a query such as `?orgId=A`. */
  launchUrl: string;
  redirectUri: string;
  jwksUrl: string;
  clientId: string;
  /** Where the app is opened outside the chart; the chart links to it. */
  standaloneUrl?: string;
  /** PEM to trust when `jwksUrl` is fetched over https. */
  ca?: string;
}

/** A clinician who can use the mock EHR. `fhirUser` is relative to the FHIR base. */
export interface SandboxUser {
  id: string;
  name: string;
  fhirUser: string;
}

export interface SandboxOptions {
  /** 0 = any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Public origin for a port; default `http://localhost:<port>`. */
  origin?: (port: number) => string;
  tls?: ServerOptions;
  app: SandboxApp;
  profile?: VendorProfileName;
  users?: SandboxUser[];
  /** The clock for launch values, id_tokens and token expiry. */
  now?: () => Date;
  /** The records' dates follow the clock, so that a demo shows requests of today; default: they are fixed. */
  datesFromToday?: boolean;
}

/** One received request, kept so that tests can assert on what an app really sent. */
export interface SandboxRequest {
  at: Date;
  method: string;
  /** With the query string. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** The request log: an array with a way to start over. */
export interface RequestLog extends Array<SandboxRequest> {
  clear(): void;
}

export interface LaunchOptions {
  encounter?: string;
  /** A SandboxUser id; default: the first user. */
  user?: string;
  intent?: string;
  /** Default true. */
  needPatientBanner?: boolean;
  fhirContext?: unknown;
  /** The chart's look, which the app learns by `smart_style_url`; default: day. */
  style?: StyleName;
}

export interface Sandbox {
  origin: string;
  fhirBase: string;
  chartUrl: string;
  issuer: string;
  profile: VendorProfileName;
  faults: FaultSwitches;
  requests: RequestLog;
  /** Makes a single-use launch value, as the chart does; returns the app's launch URL with `iss` and `launch`. */
  launch(patientId: string, options?: LaunchOptions): string;
  /** Replaces the app's registration, because product and sandbox need each other's URLs. */
  configureApp(app: SandboxApp): void;
  close(): Promise<void>;
}
