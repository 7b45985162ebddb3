/** A launch: one clinician, one patient, one EHR's token, and nothing of any other launch. */
import type { PatientLaunchContext } from '#src/smart/launch-context.ts';

/** What one completed launch may do and for whom. Exists in Redis only, sealed. */
export interface Launch {
  /** 128 random bits, in URLs; selects the launch and proves nothing. */
  id: string;
  organizationId: string;
  /** Of the organization when the launch began; when the organization's has moved on, the launch has ended (MT-05). */
  connectionVersion: number;
  /** The `aud` of the launch and the only place its token goes to. */
  fhirBaseUrl: string;
  /** Identity key is (organization, iss, sub); the name is for display (ID-18). */
  user: { iss: string; sub: string; name: string | undefined; fhirUser: string | undefined };
  context: PatientLaunchContext;
  /** As granted, whole (SCO-15). */
  scope: string;
  tokens: { accessToken: string; refreshToken: string | undefined };
  /** ISO instants. */
  startedAt: string;
  /** The absolute limit, or the token's expiry when that is sooner: a launch never outlives its token (RF-14). */
  endsAt: string;
}

/** Without a visit for this long a launch ends. */
export const IDLE_LIMIT_MS = 60 * 60_000;
/** No launch is longer than a long shift. */
export const ABSOLUTE_LIMIT_MS = 12 * 60 * 60_000;
/** More open charts than a person has in mind; the oldest gives way. */
export const MOST_LAUNCHES_PER_BROWSER = 20;
