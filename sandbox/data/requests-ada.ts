/** Ada Moreno's requests: every status, every priority, and every way to name who asks and who does. SYNTHETIC DATA. */
import type { Organization, Practitioner, ServiceRequest } from 'fhir/r4.js';
import { bare, concept, named, snomed } from './build.ts';
import { serviceRequest } from './service-request.ts';

const patient = 'pat-ada';
const encounter = bare('Encounter/enc-ada-stay');
const WHEELCHAIR_VAN = 'Wheelchair van, hospital to home';
const WRONG_PATIENT = 'Stretcher van (wrong patient)';

const containedRequester: Practitioner = {
  resourceType: 'Practitioner',
  id: 'req',
  name: [{ family: 'Lindgren', given: ['Maja'] }],
};
const containedPerformer: Organization = { resourceType: 'Organization', id: 'perf', name: 'Harbor Home Health' };

/** In the order of the EHR's answer: by date of entry, oldest first. */
export function adaRequests(): ServiceRequest[] {
  return [...openRequests(), ...closedRequests()];
}

function openRequests(): ServiceRequest[] {
  return [
    serviceRequest(
      { id: 'ada-transport-home', patient, kind: 'transport', service: WHEELCHAIR_VAN, status: 'active' },
      {
        priority: 'urgent',
        encounter,
        authoredOn: '2026-07-14T08:15:00-07:00',
        occurrenceDateTime: '2026-07-15T14:00:00-07:00',
        requester: named('Practitioner/prac-rivera', 'Dr. Elena Rivera'),
        performer: [named('Organization/org-swift', 'Swift Medical Transport')],
        reasonCode: [snomed('42343007', 'Congestive heart failure'), concept('Cannot walk more than 10 m')],
        locationReference: [named('Location/loc-4west-12a', '4 West, Room 412, Bed A')],
        note: [{ text: 'Two steps at the front door.' }],
      },
    ),
    serviceRequest(
      { id: 'ada-oxygen', patient, kind: 'equipment', service: 'Home oxygen concentrator', status: 'active' },
      {
        priority: 'asap',
        encounter,
        authoredOn: '2026-07-14T09:40:00-07:00',
        occurrencePeriod: { start: '2026-07-15T12:00:00-07:00', end: '2026-07-15T18:00:00-07:00' },
        requester: bare('Practitioner/prac-osei'),
        performer: [bare('Organization/org-comfort')],
        reasonReference: [named('Condition/cond-ada-chf', 'Congestive heart failure')],
      },
    ),
    serviceRequest(
      { id: 'ada-home-nursing', patient, kind: 'home-care', service: 'Skilled nursing visit', status: 'active' },
      {
        intent: 'plan',
        priority: 'routine',
        authoredOn: '2026-07-13',
        occurrenceTiming: {
          repeat: {
            frequency: 3,
            period: 1,
            periodUnit: 'wk',
            boundsPeriod: { start: '2026-07-16', end: '2026-08-13' },
          },
        },
        contained: [containedRequester, containedPerformer],
        requester: { reference: '#req' },
        performer: [{ reference: '#perf' }],
        reasonReference: [bare('Condition/cond-ada-chf')],
      },
    ),
    serviceRequest(
      { id: 'ada-cardiology', patient, kind: 'referral', service: 'Referral to cardiology', status: 'draft' },
      {
        intent: 'proposal',
        authoredOn: '2026-07-12T16:05:00Z',
        requester: { reference: 'PractitionerRole/role-rivera' },
        performer: [{ display: 'Springfield Cardiology Group' }, named('Practitioner/prac-tanaka', 'Dr. Hiro Tanaka')],
        reasonCode: [concept('New onset atrial fibrillation')],
      },
    ),
    serviceRequest(
      { id: 'ada-stat-transfer', patient, kind: 'transport', service: 'Critical care transfer', status: 'on-hold' },
      { priority: 'stat', authoredOn: '2026-07-11T23:50:00-07:00', performerType: concept('Air ambulance') },
    ),
    serviceRequest(
      { id: 'ada-meals', patient, kind: 'home-care', service: 'Meal delivery', status: 'unknown', intent: 'directive' },
      { authoredOn: '2026-07-10', performer: [named('Organization/org-meals', 'Good Neighbor Meals')] },
    ),
  ];
}

function closedRequests(): ServiceRequest[] {
  return [
    serviceRequest(
      { id: 'ada-walker', patient, kind: 'equipment', service: 'Front-wheeled walker', status: 'completed' },
      { authoredOn: '2026-05-02', occurrenceDateTime: '2026-05-03', requester: { display: 'Dr. Elena Rivera' } },
    ),
    serviceRequest(
      { id: 'ada-rehab', patient, kind: 'referral', service: 'Inpatient rehabilitation', status: 'revoked' },
      { authoredOn: '2026-05-01', performer: [named('Organization/org-rehab', 'Lakeside Rehabilitation Center')] },
    ),
    serviceRequest(
      { id: 'ada-mistake', patient, kind: 'transport', service: WRONG_PATIENT, status: 'entered-in-error' },
      { authoredOn: '2026-05-01' },
    ),
    serviceRequest(
      { id: 'ada-nursing-order', patient, kind: 'home-care', service: 'Turn every two hours', status: 'active' },
      { intent: 'instance-order', authoredOn: '2026-07-14', encounter },
    ),
  ];
}
