/** Password rules after NIST SP 800-63B: length and known passwords matter, mixtures of characters do not. */
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from '#src/config/sign-in.ts';
import { isCommonPassword } from './common-passwords.ts';

const MIN_DIFFERENT = 5;

/** The problem with a password, in words for the person choosing it; undefined when there is none. */
export function passwordProblem(password: string, email: string): string | undefined {
  // Checked first, because normalizing can turn one character into eighteen.
  if (password.length > 2 * PASSWORD_MAX_LENGTH) return `Use at most ${PASSWORD_MAX_LENGTH} characters.`;
  const folded = password.normalize('NFKC').toLowerCase();
  const length = Array.from(folded).length;
  if (length < PASSWORD_MIN_LENGTH) return `Use at least ${PASSWORD_MIN_LENGTH} characters.`;
  if (length > PASSWORD_MAX_LENGTH) return `Use at most ${PASSWORD_MAX_LENGTH} characters.`;
  if (folded.includes(email) || folded === email.split('@')[0])
    return 'Choose something other than your e-mail address.';
  if (new Set(folded).size < MIN_DIFFERENT || isRun(folded) || isCommonPassword(folded))
    return 'This password is too easy to guess.';
  return undefined;
}

/** Is it a run such as 123456789012: each character one more, or one less, than the previous; 0 follows 9? */
function isRun(text: string): boolean {
  const codes = Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  const isUp = steps.every((step) => step === 1 || step === -9);
  return isUp || steps.every((step) => step === -1 || step === 9);
}
