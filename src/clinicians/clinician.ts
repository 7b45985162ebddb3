/** A clinician of one organization, and the membership of an EHR user there (FU-07). */
import type { Adapters } from '#src/adapters.ts';
import type { Audit } from '#src/audit/audit.ts';

export interface CliniciansDependencies extends Pick<Adapters, 'clock' | 'db' | 'log' | 'sealer'> {
  audit: Audit;
  /** The most EHR users of one organization, so that no EHR fills the table for others (MT-06). Default: 100,000. */
  mostUsers?: number;
}

/** The user of a launch, from a verified id_token. The key is (organization, iss, sub); the rest are hints (ID-18). */
export interface EhrUser {
  iss: string;
  sub: string;
  name: string | undefined;
  /** `Type/id` on the organization's FHIR server. */
  fhirUser: string | undefined;
}

export type Membership =
  | { kind: 'linked'; clinicianId: string; isDisabled: boolean }
  /** Waits for an administrator, who sees the same reference. */
  | { kind: 'waiting'; reference: string }
  | { kind: 'refused'; reference: string }
  | { kind: 'unknown' };

/** Why two accounts cannot be linked; nothing is overwritten. */
export type Conflict =
  /** The code, or the clinician, belongs to another EHR user. */
  | 'clinician-taken'
  /** The EHR user is linked to another clinician. */
  | 'identity-taken';
