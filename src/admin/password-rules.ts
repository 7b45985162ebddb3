/** Which passwords we refuse (NIST SP 800-63B: length and known ones count, mixtures of characters do not). */

export const PASSWORD_MIN_LENGTH = 12;
const MAX_LENGTH = 200;
const MIN_DIFFERENT = 5;

/** What people choose when twelve characters are asked for, without digits and signs around it. */
const COMMON = new Set(
  `password passwordpassword passw passwort welcome welcomewelcome letmein letmeinletmein administrator adminadmin
  adminadminadmin changeme changemechangeme iloveyou iloveyouiloveyou qwertyuiop qwertyuiopasdf qwertyqwerty qwertyuiopas
  qwertzuiop asdfghjkl asdfghjklqwe zxcvbnm football baseball basketball princess sunshine superman starwars trustnoone
  monkey dragon abcdefghijkl abcdefghijklm abcdefgh hospital hospitalhospital clinic secret secretsecret temporary
  temppassword defaultpassword newpassword mypassword oldpassword testpassword yourpassword summer winter spring autumn
  vectorcare vectorcarevectorcare vectorcaresmart smartonfhir vectorcaresmartonfhir`.split(/\s+/),
);
/** Walks over the keyboard that letters alone do not show. */
const COMMON_EXACT = new Set(['1q2w3e4r5t6y', '1qaz2wsx3edc', 'q1w2e3r4t5y6', '1q2w3e4r5t6y7u', '1qaz2wsx3edc4rfv']);

/** What is wrong with a password, in words for the person choosing it; undefined when nothing is. */
export function passwordProblem(password: string, email: string): string | undefined {
  const folded = password.normalize('NFKC').toLowerCase();
  const length = Array.from(folded).length;
  if (length < PASSWORD_MIN_LENGTH) return `Use at least ${PASSWORD_MIN_LENGTH} characters.`;
  if (length > MAX_LENGTH) return `Use at most ${MAX_LENGTH} characters.`;
  if (folded.includes(email) || folded === email.split('@')[0])
    return 'Choose something other than your e-mail address.';
  if (new Set(folded).size < MIN_DIFFERENT || isCommon(folded)) return 'This password is too easy to guess.';
  return undefined;
}

function isCommon(folded: string): boolean {
  return COMMON_EXACT.has(folded) || isRun(folded) || COMMON.has(folded.replaceAll(/[^a-z]/g, ''));
}

/** 123456789012 and its like: each character one more, or one less, than the one before; nine is followed by zero. */
function isRun(text: string): boolean {
  const codes = Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  const isUp = steps.every((step) => step === 1 || step === -9);
  return isUp || steps.every((step) => step === -1 || step === 9);
}
