/** The one-time code that links an EHR user to a clinician: its format, lifetime and stored form. */
import { createHash } from 'node:crypto';
import { readableLetters } from '#src/adapters/readable-letters.ts';

export const CODE_LIFETIME_MS = 7 * 24 * 60 * 60_000;

/** 100 bits in four groups of five letters. */
export function createAssociationCode(): string {
  return readableLetters(20).replace(/(.{5})(?=.)/g, '$1-');
}

/**
 * The hash by which a code is stored and found. A plain hash is enough because 100 random bits cannot be guessed, and a
 * new APP_SECRETS must not invalidate issued codes.
 *
 * @param code as typed: case, spaces and dashes are ignored.
 */
export function codeHash(organizationId: string, code: string): string {
  const letters = code.toUpperCase().replace(/[^\dA-Z]/g, '');
  return createHash('sha256')
    .update(JSON.stringify([organizationId, letters]))
    .digest('base64url');
}
