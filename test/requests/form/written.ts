/** Writes typed forms as a launch of a practitioner does, for an organization with services and receivers of its own. */
import type { Launch } from '#src/launches/session/launch.ts';
import { type Chosen, NOTHING_CHOSEN } from '#src/requests/form/from-chart.ts';
import { type Offer, offerOf } from '#src/requests/form/offered.ts';
import { type Writer, writeRequest } from '#src/requests/form/to-service-request.ts';
import { readNewRequest, type TypedRequest } from '#src/requests/form/typed-request.ts';
import { DEFAULT_SERVICES } from '#src/settings/default-services.ts';

export const NOW = new Date('2026-07-20T18:00:00Z');
export const ZONE = 'America/New_York';
const CODED = `${DEFAULT_SERVICES}\ncab,Cab,http://codes.example,C1,where clinical contact insurance,,,,,,`;
const RECEIVERS = 'name,kind,telephone,services,reference\nSwift,Ambulance,,,Organization/org-swift\nNameless,,,,';
const discovered = { configuration: {}, fetchedAt: '', freshUntil: '', usCoreRequests: true };
export const OFFER = offerOf({ services: CODED, receivers: RECEIVERS, discovered });
export const LAUNCH = { context: { patient: 'p1', encounter: 'e1' }, user: { fhirUser: 'Practitioner/u1' } } as Launch;

const fact = (reference: string, text: string) => ({ reference, text, label: 'Body weight' });
/** Something of every kind that a chart offers. */
export const CHOSEN = {
  reasons: [fact('Condition/c1', 'Heart failure')],
  allergies: [fact('AllergyIntolerance/a1', 'Latex')],
  measures: [fact('Observation/o1', '71 kg')],
  insurance: [fact('Coverage/v1', 'Gold')],
  place: fact('Location/l1', 'Bed A'),
};

/** The resources that the EHR has. */
export const THERE = new Set([
  ...['Patient/p1', 'Encounter/e1', 'Practitioner/u1', 'PractitionerRole/r1', 'Organization/org-swift', 'Location/l1'],
  ...['Condition/c1', 'AllergyIntolerance/a1', 'Observation/o1', 'Coverage/v1', 'ServiceRequest/old'],
]);

/** The resource that a form becomes. @throws if the form has problems. */
export function writeTyped(
  typed: TypedRequest,
  { chosen = NOTHING_CHOSEN, offer = OFFER, by = {} }: { chosen?: Chosen; offer?: Offer; by?: Partial<Writer> } = {},
) {
  const read = readNewRequest(typed, NOW, ZONE, offer);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const writer: Writer = {
    launch: LAUNCH,
    corrects: { id: 'old', what: 'Van', identifiers: [] },
    identifier: { system: 'https://app.example/requests', value: 'abc' },
    patientId: 'p1',
    userName: 'Dr. Rivera',
    now: NOW,
    timeZone: ZONE,
    ...by,
  };
  return writeRequest(read.request, chosen, offer, writer).resource;
}
