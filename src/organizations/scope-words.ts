/** Explains each scope and what is lost without it, in words for an EHR team and its security officer. */
import { parseResourceScope } from '#src/smart/scopes/grammar.ts';

export interface ScopeWords {
  scope: string;
  purpose: string;
  /** What is lost without the scope. Undefined for a resource, where it depends on the app's use of it. */
  loss: string | undefined;
}

/** The scopes of the implementation guide, in its order. */
const WORDS: readonly ScopeWords[] = [
  {
    scope: 'launch',
    purpose: 'Receive the EHR launch context.',
    loss: 'The app cannot be launched from a chart.',
  },
  {
    scope: 'launch/patient',
    purpose: 'Receive the patient whose chart is open.',
    loss: 'Nothing if the EHR sends the patient with launch alone, as most do; otherwise the app cannot be used.',
  },
  {
    scope: 'launch/encounter',
    purpose: 'Optional: receive the encounter, for encounter-based workflows only.',
    loss: 'Nothing on the pages; the app does not know during which visit it was opened.',
  },
  {
    scope: 'openid',
    purpose: 'Receive an id_token, which proves who the clinician is.',
    loss: 'The app cannot be used: nothing proves who the clinician is.',
  },
  {
    scope: 'profile',
    purpose: "Receive the user's profile claims.",
    loss: 'Nothing if fhirUser is granted; some older servers send the name only with profile.',
  },
  {
    scope: 'fhirUser',
    purpose: "Receive the URL of the signed-in user's FHIR resource.",
    loss: 'The clinician’s name may be missing, and the kind of user is unknown.',
  },
  {
    scope: 'online_access',
    purpose: 'Receive a refresh token that works while the user is online.',
    loss: 'The clinician opens the app again when the EHR’s token ends, often after some minutes.',
  },
  {
    scope: 'offline_access',
    purpose: 'Receive a refresh token that outlives the session; only where an administrator chose it.',
    loss: 'The same as online_access; if the server knows both, online_access is enough.',
  },
  {
    scope: 'patient/*.read',
    purpose: 'Read all resources of the patient; chosen so that new resources need no change of the registration.',
    loss: undefined,
  },
];

/** One row per scope of a configured string, first in the guide's order, then the resources. */
export function scopeWords(scopes: string): ScopeWords[] {
  const tokens = [...new Set(scopes.split(/\s+/).filter(Boolean))];
  const known = WORDS.filter(({ scope }) => tokens.includes(scope));
  const others = tokens.filter((token) => !WORDS.some(({ scope }) => scope === token));
  return [...known, ...others.map((scope) => ({ scope, purpose: resourcePurpose(scope), loss: undefined }))];
}

function resourcePurpose(scope: string): string {
  const { type = 'the resource', interactions = '' } = parseResourceScope(scope) ?? {};
  const verb = !/[cud]/.test(interactions) ? 'Read' : /[rs]/.test(interactions) ? 'Read and write' : 'Write';
  return `${verb} the patient's ${type} resources.`;
}
