/** The one-time code that ties an EHR user to a clinician: how it is made, how long it works, and how it is kept. */
import { createHash } from 'node:crypto';
import { readableLetters } from '#src/adapters/readable-letters.ts';

export const CODE_LIFETIME_MS = 7 * 24 * 60 * 60_000;

/** 100 bits in four groups of five letters. */
export function createAssociationCode(): string {
  return readableLetters(20).replace(/(.{5})(?=.)/g, '$1-');
}

/**
 * How a code is stored and looked up. A plain hash: 100 random bits are not guessed, and a new APP_SECRETS must not
 * invalidate codes that are issued.
 *
 * @param code as typed: case, spaces and dashes do not matter.
 */
export function codeHash(organizationId: string, code: string): string {
  const letters = code.toUpperCase().replace(/[^\dA-Z]/g, '');
  return createHash('sha256')
    .update(JSON.stringify([organizationId, letters]))
    .digest('base64url');
}
