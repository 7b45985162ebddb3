/** Requests of the unusual patients: markup in texts, missing fields, dangling references. SYNTHETIC DATA. */
import type { ServiceRequest } from 'fhir/r4.js';
import { bare, concept } from './build.ts';
import { serviceRequest } from './service-request.ts';

const MARKUP = '<img src=x onerror=alert(1)>';
const LONG = `Multidisciplinary ${'assessment '.repeat(30)}`;

/** One or two per patient, so that every list has a difficult case. */
export function oddRequests(): ServiceRequest[] {
  return [
    serviceRequest(
      { id: 'script-1', patient: 'pat-script', kind: 'transport', service: MARKUP, status: 'active' },
      {
        authoredOn: '2026-07-01',
        requester: { display: '</td><script>alert(2)</script>' },
        reasonCode: [concept('"><svg onload=alert(3)>')],
      },
    ),
    {
      resourceType: 'ServiceRequest',
      id: 'bare-1',
      status: 'active',
      intent: 'order',
      subject: bare('Patient/pat-no-family'),
    },
    serviceRequest(
      { id: 'dangling-1', patient: 'pat-text-only', kind: 'referral', service: 'Wound clinic', status: 'active' },
      {
        authoredOn: '2026-06',
        requester: bare('Practitioner/prac-left-long-ago'),
        performer: [bare('https://directory.example/fhir/Organization/77'), { reference: '#missing' }],
      },
    ),
    serviceRequest(
      { id: 'arabic-1', patient: 'pat-arabic', kind: 'home-care', service: 'زيارة تمريض منزلية', status: 'active' },
      { authoredOn: '2026-07-02', occurrenceDateTime: '2026-07-20T09:00:00+03:00' },
    ),
    serviceRequest(
      { id: 'chinese-1', patient: 'pat-chinese', kind: 'equipment', service: '轮椅', status: 'active' },
      { authoredOn: '2026-07-03', priority: 'routine' },
    ),
    serviceRequest(
      { id: 'deceased-1', patient: 'pat-deceased', kind: 'transport', service: 'Wheelchair van', status: 'revoked' },
      { authoredOn: '2026-06-10' },
    ),
    serviceRequest(
      { id: 'minor-1', patient: 'pat-minor', kind: 'referral', service: 'Pediatric speech therapy', status: 'active' },
      { authoredOn: '2026-07-04', occurrenceTiming: { code: concept('Once a week'), event: ['2026-07-21'] } },
    ),
    serviceRequest(
      {
        id: 'names-1',
        patient: 'pat-names',
        kind: 'home-care',
        service: 'Physical therapy at home',
        status: 'completed',
      },
      { authoredOn: '2026-02-28', intent: 'filler-order' },
    ),
    serviceRequest(
      { id: 'long-1', patient: 'pat-long-name', kind: 'referral', service: LONG, status: 'active' },
      { authoredOn: '2026-07-05', intent: 'reflex-order' },
    ),
    serviceRequest(
      { id: 'option-1', patient: 'pat-year-only', kind: 'equipment', service: 'Rollator', status: 'draft' },
      { authoredOn: '2026', intent: 'option' },
    ),
  ];
}
