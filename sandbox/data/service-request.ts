/** Builds a ServiceRequest from the few values that differ between them. SYNTHETIC DATA. */
import type { ServiceRequest } from 'fhir/r4.js';
import { bare, concept } from './build.ts';

export type ServiceKind = 'transport' | 'home-care' | 'equipment' | 'referral';

const categories: Record<ServiceKind, [string, string]> = {
  transport: ['103332005', 'Transport'],
  'home-care': ['385763009', 'Home care'],
  equipment: ['228869008', 'Equipment'],
  referral: ['3457005', 'Referral'],
};

/** The values that every request of the sandbox has. */
export interface RequestBasics {
  id: string;
  patient: string;
  kind: ServiceKind;
  service: string;
  status: ServiceRequest['status'];
  intent?: ServiceRequest['intent'];
}

/** Builds the resource; `rest` is merged into it. */
export function serviceRequest(basics: RequestBasics, rest: Partial<ServiceRequest> = {}): ServiceRequest {
  const [code, text] = categories[basics.kind];
  return {
    resourceType: 'ServiceRequest',
    id: basics.id,
    identifier: [{ system: 'urn:oid:2.16.840.1.113883.3.9999.20', value: `ORD-${basics.id}` }],
    status: basics.status,
    intent: basics.intent ?? 'order',
    category: [concept(text, 'http://snomed.info/sct', code)],
    code: concept(basics.service),
    subject: bare(`Patient/${basics.patient}`),
    ...rest,
  };
}
