/** Decides which requested scopes are refused or granted, and in which grammar (SCO rules). */

/** v1: `patient/Observation.read`; v2: `patient/Observation.rs?category=laboratory`. */
const v1Scope = /^(patient|user)\/([A-Z][A-Za-z]+|\*)\.(read|write|\*)$/;
const v2Scope = /^(patient|user)\/([A-Z][A-Za-z]+|\*)\.(c?r?u?d?s?)(\?[^=\s]+=[^&\s]*(?:&[^=\s]+=[^&\s]*)*)?$/;

const plainScopes = new Set([
  'openid',
  'fhirUser',
  'profile',
  'launch',
  'launch/patient',
  'launch/encounter',
  'online_access',
  'offline_access',
]);

/** A parsed clinical scope; interactions in `cruds` letters. */
export interface ClinicalScope {
  context: 'patient' | 'user';
  resourceType: string;
  interactions: Set<string>;
  /** The v2 search restriction, without the question mark. */
  restriction: URLSearchParams | undefined;
}

/** Reads one clinical scope, v1 as v2 (`.read` = rs, `.write` = cud, `.*` = cruds); undefined for anything else. */
export function parseClinicalScope(scope: string): ClinicalScope | undefined {
  const v1 = v1Scope.exec(scope);
  const letters: Record<string, string> = { read: 'rs', write: 'cud', '*': 'cruds' };
  const parts = v1 ?? v2Scope.exec(scope);
  if (!parts) return undefined;
  const [, context, resourceType, access, restriction] = parts;
  if (!resourceType || !access) return undefined;
  return {
    context: context === 'user' ? 'user' : 'patient',
    resourceType,
    interactions: new Set(v1 ? letters[access] : access),
    restriction: restriction ? new URLSearchParams(restriction.slice(1)) : undefined,
  };
}

/**
 * Checks the scope string of an authorization request.
 *
 * @param kind whether the request brought a launch value; bare `launch` without one is refused before (AZ-05).
 * @returns the reason it must be refused (SCO-01, SCO-05, SCO-07, SCO-13, SCO-25), or undefined when it may proceed.
 */
export function scopeProblem(scope: string, kind: 'ehr' | 'standalone'): string | undefined {
  const scopes = scope.split(' ');
  if (scopes.includes('')) return 'scopes are separated by single spaces';
  if (new Set(scopes).size !== scopes.length) return 'a scope is requested twice';
  if (kind === 'ehr' && !scopes.includes('launch')) return 'an EHR launch requests the scope launch itself';
  if (scopes.some((one) => one.startsWith('system/'))) return 'no system scope in a user launch';
  const malformed = scopes.find((one) => /^(patient|user)\//.test(one) && !parseClinicalScope(one));
  if (malformed) return `${malformed} is neither a v1 nor a v2 scope`;
  return undefined;
}

/** The requested scopes that this server knows; unknown ones are silently dropped, as servers do. */
export function grantable(scope: string, refuses: (scope: string) => boolean): string[] {
  const known = scope.split(' ').filter((one) => plainScopes.has(one) || parseClinicalScope(one) !== undefined);
  return known.filter((one) => !refuses(one));
}
