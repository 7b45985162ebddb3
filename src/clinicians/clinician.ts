/** A clinician of one organization, and how far the EHR user who launches is known to be one (FU-07). */
import { createHash, randomBytes } from 'node:crypto';

/** Who launched, as a verified id_token says. The key is (organization, iss, sub); the rest are hints (ID-18). */
export interface EhrUser {
  iss: string;
  sub: string;
  name: string | undefined;
  /** `Type/id` on the organization's FHIR server. */
  fhirUser: string | undefined;
}

/** What an EHR user is to the organization. */
export type Standing =
  | { kind: 'linked'; clinicianId: string; isDisabled: boolean }
  /** For an administrator, who sees the same reference. */
  | { kind: 'waiting'; reference: string }
  | { kind: 'refused'; reference: string }
  | { kind: 'unknown' };

/** Why two accounts cannot be tied together; nothing is overwritten. */
export type Conflict =
  /** The code, or the clinician, is another EHR user's already. */
  | 'clinician-taken'
  /** The EHR user is another clinician's already. */
  | 'identity-taken';

/** A code works this long. */
export const CODE_LIFETIME_MS = 7 * 24 * 60 * 60_000;

/** Without 0/O and 1/I: read from a screen, sometimes aloud. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

function randomLetters(count: number): string {
  return [...randomBytes(count)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

/** A one-time code: 100 bits in four groups of five. */
export function createAssociationCode(): string {
  return randomLetters(20).replace(/(.{5})(?=.)/g, '$1-');
}

/** Six letters by which clinician and administrator mean the same waiting user; it opens nothing. */
export function createReference(): string {
  return randomLetters(6);
}

/**
 * How a code is stored and looked up. A plain hash: 100 random bits are not guessed, and a new APP_SECRETS must not
 * spoil codes that are under way.
 *
 * @param code as typed: case, spaces and dashes do not matter.
 */
export function codeHash(organizationId: string, code: string): string {
  const letters = code.toUpperCase().replace(/[^\dA-Z]/g, '');
  return createHash('sha256')
    .update(JSON.stringify([organizationId, letters]))
    .digest('base64url');
}
