/** A clinician of one organization, and what an EHR user is to that organization (FU-07). */
import type { Clock } from '#src/adapters/clock.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import type { Log } from '#src/adapters/log.ts';
import { readableLetters } from '#src/adapters/readable-letters.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import type { Audit } from '#src/audit/audit.ts';

/** What the decisions about clinicians need. */
export interface CliniciansDependencies {
  db: Queries;
  sealer: Sealer;
  audit: Audit;
  clock: Clock;
  log: Log;
  /** EHR users of one organization; no EHR fills the table for the others (MT-06). Default: 100,000. */
  mostUsers?: number;
}

/** The user of a launch, as a verified id_token says. The key is (organization, iss, sub); the rest are hints (ID-18). */
export interface EhrUser {
  iss: string;
  sub: string;
  name: string | undefined;
  /** `Type/id` on the organization's FHIR server. */
  fhirUser: string | undefined;
}

/** What an EHR user is to the organization. */
export type Membership =
  | { kind: 'linked'; clinicianId: string; isDisabled: boolean }
  /** For an administrator, who sees the same reference. */
  | { kind: 'waiting'; reference: string }
  | { kind: 'refused'; reference: string }
  | { kind: 'unknown' };

/** Why two accounts cannot be linked; nothing is overwritten. */
export type Conflict =
  /** The code, or the clinician, belongs to another EHR user. */
  | 'clinician-taken'
  /** The EHR user is linked to another clinician. */
  | 'identity-taken';

/** Six letters by which clinician and administrator mean the same waiting user; it opens nothing. */
export function createReference(): string {
  return readableLetters(6);
}
