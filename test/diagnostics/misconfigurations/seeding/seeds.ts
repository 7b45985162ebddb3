/** Short ways to write one misconfiguration: a fault of the mock EHR, a gateway before it, settings, or a launch. */
import type { FaultValue } from '#sandbox/fault-type.ts';
import type { FaultName } from '#sandbox/faults.ts';
import type { SandboxOptions } from '#sandbox/sandbox.ts';
import type { BrowserOptions } from '#test/helpers/browser.ts';
import { type Meddling, page } from '#test/helpers/servers/gateway.ts';

/** How the EHR, the settings or the launch are wrong; everything else is correct. */
export interface Seed {
  /** Settings of the organization. */
  settings?: Record<string, unknown>;
  fault?: FaultName | readonly [FaultName, FaultValue];
  /** The EHR's own registration of the app. */
  registered?: { clientId?: string; redirectUri?: string; jwksUrl?: string };
  /** Options of another kind of EHR. */
  sandbox?: Partial<SandboxOptions>;
  /** What stands before the EHR, until the test ends. */
  gateway?: Meddling;
  /** Changes the launch URL before it is opened. */
  launch?: (url: URL) => void;
  browser?: BrowserOptions;
  /** Set when the organization's connection passed its checks before the launch. */
  isProven?: true;
  isDisabled?: true;
}

/** A seed, or the one fault or gateway that it consists of. */
export type Wrong = Seed | FaultName | Meddling;

export function seedOf(wrong: Wrong): Seed {
  if (typeof wrong === 'string') return { fault: wrong };
  return 'path' in wrong ? { gateway: wrong } : wrong;
}

/** The row of the checks that reads smart-configuration. */
export const GUIDE = 'guide-smart-configuration';

export const CONFIGURATION = /smart-configuration$/;
export const OPENID = /openid-configuration$/;
export const KEYS = /jwks/;
export const TOKEN = /^\/auth\/token/;
export const PATIENT = /^\/fhir\/r4\/Patient/;
export const SEARCH = /^\/fhir\/r4\/ServiceRequest/;

export const FHIR = 'application/fhir+json';
export const JSON_TYPE = 'application/json';
/** What nginx writes when a caller has no certificate. */
export const NO_CERTIFICATE = '<center><h1>400 Bad Request</h1>No required SSL certificate was sent</center><hr>nginx';

/** Members of smart-configuration that are changed; null removes one. */
export const members = (changed: Record<string, unknown>): Seed => ({
  fault: ['discovery-members', JSON.stringify(changed)],
});
export const tokenAt = (url: string): Seed => ({ fault: ['discovery-foreign-token-endpoint', url] });
/** The authorization endpoint's `error`, or `error:error_description`. */
export const sign = (said: string): Seed => ({ fault: ['login-error', said] });
/** The token endpoint's `error`, or `error:error_description`. */
export const token = (said: string): Seed => ({ fault: ['token-refused', said] });
/** What Oracle Health says: no description, and a URN in the path of `error_uri`, whose query names the tenant. */
export const urn = (reason: string) =>
  `https://authorization.example/errors/${encodeURIComponent(`urn:cerner:error:authorization-server:${reason}`)}/instances/1?client=x&tenant=y`;
/** The error_description of an invalid_client. */
export const refused = (said: string): Seed => ({ fault: ['invalid-client', said] });
/** The error_description of an invalid_grant. */
export const code = (said: string): Seed => ({ fault: ['expired-code', said] });

/** Changes `iss` in the launch URL. */
export const iss = (change: (iss: string) => string) => (url: URL) =>
  url.searchParams.set('iss', change(url.searchParams.get('iss') ?? ''));

/** An OperationOutcome in place of the answer. */
export const outcome = (path: RegExp, status: number, ...issues: Record<string, unknown>[]): Meddling => {
  const issue = issues.map((one) => ({ severity: 'error', ...one }));
  return page(path, status, FHIR, JSON.stringify({ resourceType: 'OperationOutcome', issue }));
};

/** The first half of an answer, and a connection that ends. */
export const half = (path: RegExp): Meddling => ({
  path,
  answer: (answer) => {
    answer.writeHead(200, { 'content-type': FHIR, 'content-length': '900' });
    answer.write('{"resourceType":', () => answer.destroy());
  },
});
