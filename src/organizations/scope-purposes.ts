/** Says what each scope is for and what is lost without it, for an EHR team and its security officer. */
import { parseResourceScope } from '#src/smart/scopes/grammar.ts';
import type { Permission } from '#src/smart/scopes/reach.ts';
import type { OrganizationSettings } from './organization.ts';

/** What the app does with FHIR resources of one type. All of the permissions are needed. */
export interface ScopeUse {
  readonly permissions: readonly Permission[];
  readonly purpose: string;
  readonly loss: string;
}

export type UseSettings = Pick<OrganizationSettings, 'showEhrOrders' | 'createRequests'>;

const read = (type: string): Permission => ({ type, interaction: 'r' });
const search = (type: string): Permission => ({ type, interaction: 's' });
const use = (purpose: string, loss: string, ...permissions: Permission[]): ScopeUse => ({ permissions, purpose, loss });
const NAMES = 'are missing where the EHR sends references only.';

const ALWAYS = [
  use(
    'Shows whose chart is open: name, date of birth, sex and record number.',
    'The app cannot be used: no page is shown without a proven patient.',
    read('Patient'),
  ),
  use(
    'Names the clinician who is signed in, and who asks for or provides each request.',
    `Names of clinicians ${NAMES}`,
    read('Practitioner'),
  ),
];

const ORDERS = [
  use(
    'Shows the patient’s requests that are orders in the EHR.',
    'The list of requests from the EHR is empty.',
    read('ServiceRequest'),
    search('ServiceRequest'),
  ),
  use(
    'Names clinicians whom the EHR refers to by their role.',
    `Names of clinicians ${NAMES}`,
    read('PractitionerRole'),
  ),
  use(
    'Names the organizations that ask for or provide a request.',
    `Names of organizations ${NAMES}`,
    read('Organization'),
  ),
  use('Names the places where a request is carried out.', `Names of places ${NAMES}`, read('Location')),
];

const CREATING = [
  use(
    'Lets a clinician create a request in the EHR.',
    'There is no New request, although “Let clinicians create requests” is on.',
    { type: 'ServiceRequest', interaction: 'c' },
  ),
];

/** Each of these is read only where it is granted, and the pages work without it. */
const MORE_OF_ORDERS = [
  use(
    'Shows who has a request, and what they say about it.',
    'The list and a request show only what the order itself says.',
    read('Task'),
    search('Task'),
  ),
  use('Shows who changed a request, and when.', 'The history of a request lacks its changes.', search('Provenance')),
  use(
    'Shows the appointments of a request.',
    'The history of a request lacks its appointments.',
    search('Appointment'),
  ),
  use('Shows the messages about a request.', 'The history of a request lacks its messages.', search('Communication')),
];

const MORE_OF_CREATING = [
  use('Lets a clinician cancel a request that was created here.', 'Such a request can be cancelled only in the EHR.', {
    type: 'ServiceRequest',
    interaction: 'u',
  }),
  ...(
    [
      ['the visit and its place', read('Encounter')],
      ['the reason', search('Condition')],
      ['the allergies', search('AllergyIntolerance')],
      ['height, weight and mobility', search('Observation')],
      ['the insurance', search('Coverage')],
    ] as const
  ).map(([what, permission]) =>
    use(`Fills in ${what} of a new request.`, `A clinician types ${what} of a new request.`, permission),
  ),
];

/** All uses of the chart by this organization's clinicians, the most important first. */
export function scopeUses(settings: UseSettings): ScopeUse[] {
  const { showEhrOrders, createRequests } = settings;
  return [
    ...neededUses(settings),
    ...(showEhrOrders ? MORE_OF_ORDERS : []),
    ...(createRequests ? MORE_OF_CREATING : []),
  ];
}

/** The FHIR resource types to ask for when an EHR has refused more: without the optional ones. */
export function neededTypes(settings: UseSettings): string[] {
  return [...new Set(neededUses(settings).flatMap(({ permissions: [first] }) => first?.type ?? []))];
}

function neededUses({ showEhrOrders, createRequests }: UseSettings): ScopeUse[] {
  return [...ALWAYS, ...(showEhrOrders ? ORDERS : []), ...(createRequests ? CREATING : [])];
}

export interface ScopeWords {
  scope: string;
  purpose: string;
  /** What is lost without the scope. Undefined for a resource, where it depends on the app's use of it. */
  loss: string | undefined;
}

/** The scopes of the implementation guide, in its order. */
const WORDS: readonly ScopeWords[] = [
  { scope: 'launch', purpose: 'Receive the EHR launch context.', loss: 'The app cannot be launched from a chart.' },
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
