/** Step 2: the EHR opens our launch URL. SMART App Launch 2.2.0, "Launch App: EHR Launch"; rules LA-01..08. */
import { AppError } from '#src/errors.ts';

/** The launch parameters, checked for form only. They are untrusted until `iss` equals a registered FHIR base. */
export interface LaunchRequest {
  /** As sent; returned byte for byte as `aud` (AZ-04). */
  iss: string;
  /** Opaque; returned byte for byte (LA-04). */
  launch: string;
}

const ISS_MAX_LENGTH = 2_048;
const LAUNCH_MAX_LENGTH = 8_192;

/** LA-01, LA-03, LA-05..07. @param query untrusted. @throws AppError 'launch.invalid' */
export function readLaunchRequest(query: URLSearchParams): LaunchRequest {
  const detail = 'an authorization response came to the launch URL';
  if (query.has('state') && (query.has('code') || query.has('error')) && !query.has('launch'))
    throw new AppError('launch.invalid', detail, 'launch.opened-as-redirect-uri');
  assertNames(query);
  const iss = single(query, 'iss', ISS_MAX_LENGTH);
  const launch = single(query, 'launch', LAUNCH_MAX_LENGTH);
  const problem = fhirBaseProblem(iss);
  if (problem) {
    const rule = /^https?%3a/i.test(iss) ? 'launch.encoded-twice' : 'launch.parameter-malformed';
    throw new AppError('launch.invalid', `iss ${problem}`, rule);
  }
  return { iss, launch };
}

/** Names that the EHR wrote otherwise, such as `ISS` or `amp;launch`, say more than that a parameter is missing. */
function assertNames(query: URLSearchParams): void {
  const names = [...query.keys()].filter((name) => /^(?:amp;)?(?:iss|launch)$/i.test(name));
  const others = names.filter((name) => name !== 'iss' && name !== 'launch');
  const isComplete = names.includes('iss') && names.includes('launch');
  if (others.length === 0 || isComplete) return;
  throw new AppError('launch.invalid', 'iss or launch is written in another way', {
    rule: 'launch.parameter-name',
    seen: { 'written as': [...new Set(others)].slice(0, 4).join(' and ') },
  });
}

function single(query: URLSearchParams, name: string, maxLength: number): string {
  const values = query.getAll(name);
  const [value] = values;
  if (!value) throw new AppError('launch.invalid', `${name} is missing`, 'launch.parameter-missing');
  if (values.length > 1) throw new AppError('launch.invalid', `${name} is repeated`, 'launch.parameter-repeated');
  if (value.length > maxLength) {
    const detail = `${name} is longer than ${maxLength} characters`;
    throw new AppError('launch.invalid', detail, 'launch.parameter-malformed');
  }
  if (isPlaceholder(value)) {
    const seen = { parameter: name };
    throw new AppError('launch.invalid', `${name} is a placeholder`, { rule: 'launch.placeholder', seen });
  }
  return value;
}

/** A variable of the EHR's own record of the app that was not filled in, such as `%LAUNCH%`, `{launch}` or `[ISS]`. */
function isPlaceholder(value: string): boolean {
  return /^(?:%[\w ]+%|\$?\{+[\w .:-]+\}+|\[[\w .:-]+\]|<[\w .:-]+>|@@?[\w.]+@@?)$/.test(value);
}

/** What is wrong by LA-03: an absolute http(s) URL without userinfo, query, fragment, backslash, space or control. */
export function fhirBaseProblem(text: string): string | undefined {
  // URL parsers repair backslashes, tabs and line feeds, so they are refused before parsing.
  if (/[\\\s\p{Cc}\p{Cf}]/u.test(text)) return 'has a backslash, white space or control character';
  if (!/^https?:\/\/[^/?#@]+/i.test(text) || !URL.canParse(text)) return 'is not an absolute https URL';
  if (/[?#]/.test(text)) return 'has a query or fragment';
  return /^[^/]*\/\/[^/]*@/.test(text) ? 'has userinfo' : undefined;
}

/** Is it the registered EHR? Characters are compared, so no normalization makes two equal (LA-02, MT-03). */
export function isSameFhirBase(iss: string, registered: string): boolean {
  return iss.replace(/\/$/, '') === registered.replace(/\/$/, '');
}

/** A FHIR base without scheme, case and extra slashes, which people write in different ways. @param url an absolute one. */
export function bareBase(url: string): string {
  const { host, pathname } = new URL(url.toLowerCase());
  return [host, ...pathname.split('/').filter(Boolean)].join('/');
}
