/** Why the app asks for each scope, in words an EHR team can put before its security officer (product guide, Scopes). */
import { parseResourceScope } from '#src/smart/scopes/grammar.ts';

/** The scopes of the implementation guide and what each is for, in the guide's order. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['launch', 'Receive the EHR launch context.'],
  ['launch/patient', 'Receive the patient whose chart is open.'],
  ['launch/encounter', 'Optional: receive the encounter, for encounter-based workflows only.'],
  ['openid', 'Receive an id_token, which proves who the clinician is.'],
  ['profile', "Receive the user's profile claims."],
  ['fhirUser', "Receive the URL of the signed-in user's FHIR resource."],
  ['online_access', 'Receive a refresh token that works while the user is online.'],
  ['offline_access', 'Receive a refresh token that outlives the session; only where an administrator chose it.'],
  [
    'patient/*.read',
    'Read all resources of the patient; chosen so that new resources need no change of the registration.',
  ],
]);

export interface ScopeReason {
  scope: string;
  reason: string;
}

/** One row per scope of a configured string: the guide's order first, then the resources one by one. */
export function scopeReasons(scopes: string): ScopeReason[] {
  const tokens = [...new Set(scopes.split(/\s+/).filter(Boolean))];
  const order = [...REASONS.keys()];
  const place = (token: string) => (order.includes(token) ? order.indexOf(token) : order.length);
  return tokens
    .toSorted((one, other) => place(one) - place(other))
    .map((scope) => ({ scope, reason: REASONS.get(scope) ?? resourceReason(scope) }));
}

function resourceReason(scope: string): string {
  const { type = 'the resource', interactions = '' } = parseResourceScope(scope) ?? {};
  const verb = !/[cud]/.test(interactions) ? 'Read' : /[rs]/.test(interactions) ? 'Read and write' : 'Write';
  return `${verb} the patient's ${type} resources.`;
}
