/** Lists what the app does with each FHIR resource, and what a clinician loses without it. */
import type { Permission } from '#src/smart/scopes/reach.ts';
import type { OrganizationSettings } from './organization.ts';

export interface ScopeUse {
  /** All of these are needed. */
  readonly permissions: readonly Permission[];
  readonly purpose: string;
  readonly loss: string;
}

export type UseSettings = Pick<OrganizationSettings, 'showEhrOrders' | 'createRequests'>;

const read = (type: string): Permission => ({ type, interaction: 'r' });

const ALWAYS: readonly ScopeUse[] = [
  {
    permissions: [read('Patient')],
    purpose: 'Shows whose chart is open: name, date of birth, sex and record number.',
    loss: 'The app cannot be used: no page is shown without a proven patient.',
  },
  {
    permissions: [read('Practitioner')],
    purpose: 'Names the clinician who is signed in, and who asks for or provides each request.',
    loss: 'Names of clinicians are missing where the EHR sends references only.',
  },
];

const ORDERS: readonly ScopeUse[] = [
  {
    permissions: [read('ServiceRequest'), { type: 'ServiceRequest', interaction: 's' }],
    purpose: 'Shows the patient’s requests that are orders in the EHR.',
    loss: 'The list of requests from the EHR is empty.',
  },
  ...[
    ['PractitionerRole', 'Names clinicians whom the EHR refers to by their role.', 'clinicians'],
    ['Organization', 'Names the organizations that ask for or provide a request.', 'organizations'],
    ['Location', 'Names the places where a request is carried out.', 'places'],
  ].map(([type = '', purpose = '', whose = '']) => ({
    permissions: [read(type)],
    purpose,
    loss: `Names of ${whose} are missing where the EHR sends references only.`,
  })),
];

const CREATING: readonly ScopeUse[] = [
  {
    permissions: [{ type: 'ServiceRequest', interaction: 'c' }],
    purpose: 'Lets a clinician create a request in the EHR.',
    loss: 'There is no New request, although “Let clinicians create requests” is on.',
  },
];

/** All uses of the chart by this organization's clinicians, the most important first. */
export function scopeUses({ showEhrOrders, createRequests }: UseSettings): ScopeUse[] {
  return [...ALWAYS, ...(showEhrOrders ? ORDERS : []), ...(createRequests ? CREATING : [])];
}

/** The FHIR resource types behind {@link scopeUses}. */
export function usedTypes(settings: UseSettings): string[] {
  return [...new Set(scopeUses(settings).flatMap(({ permissions: [first] }) => first?.type ?? []))];
}
