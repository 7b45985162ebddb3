/** Ben Okafor's requests: duplicates, replacements and orders that are one referral seen twice. SYNTHETIC DATA. */
import type { ServiceRequest } from 'fhir/r4.js';
import { bare, concept, named, snomed } from './build.ts';
import { serviceRequest } from './service-request.ts';

const patient = 'pat-ben';

/** The EHR lists this request under two ids, equal in every detail. */
const stretcher = (id: string): ServiceRequest =>
  serviceRequest(
    { id, patient, kind: 'transport', service: 'Stretcher transport to rehabilitation', status: 'active' },
    {
      identifier: [{ system: 'urn:oid:2.16.840.1.113883.3.9999.20', value: 'ORD-BEN-4711' }],
      priority: 'urgent',
      authoredOn: '2026-07-15T07:00:00-07:00',
      occurrenceDateTime: '2026-07-17',
      requester: bare('Practitioner/prac-novak'),
      performer: [named('Organization/org-swift', 'Swift Medical Transport')],
      reasonCode: [snomed('5913000', 'Fracture of neck of femur')],
    },
  );

/** Three services, six resources. */
export function benRequests(): ServiceRequest[] {
  return [
    stretcher('ben-stretcher'),
    stretcher('ben-stretcher-copy'),
    serviceRequest(
      { id: 'ben-rehab-order', patient, kind: 'referral', service: 'Inpatient rehabilitation', status: 'active' },
      { authoredOn: '2026-07-15', requester: named('Practitioner/prac-novak', 'Dr. Jana Novák') },
    ),
    serviceRequest(
      { id: 'R-ben-rehab', patient, kind: 'referral', service: 'Inpatient rehabilitation', status: 'active' },
      {
        authoredOn: '2026-07-15',
        basedOn: [bare('ServiceRequest/ben-rehab-order')],
        performer: [named('Organization/org-rehab', 'Lakeside Rehabilitation Center')],
      },
    ),
    serviceRequest(
      { id: 'ben-bed-old', patient, kind: 'equipment', service: 'Hospital bed, standard', status: 'revoked' },
      { authoredOn: '2026-07-14' },
    ),
    serviceRequest(
      {
        id: 'ben-bed',
        patient,
        kind: 'equipment',
        service: 'Hospital bed, bariatric',
        status: 'active',
        intent: 'original-order',
      },
      {
        authoredOn: '2026-07-15T09:10:00-07:00',
        replaces: [bare('ServiceRequest/ben-bed-old')],
        requisition: { system: 'urn:oid:2.16.840.1.113883.3.9999.21', value: 'REQ-88' },
        performer: [bare('Organization/org-comfort')],
        reasonCode: [concept('Weight above the limit of a standard bed')],
      },
    ),
  ];
}
