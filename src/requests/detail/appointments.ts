/** Reads the appointments of a request, and whether one is agreed or was missed. */
import { conditionsOf } from '#src/patients/modifier-elements.ts';
import { codeOf } from '#src/requests/progress/codes.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asWritten,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { displayOf, leadsToPatient } from '#src/smart/fhir/reference.ts';
import type { Event } from './timeline.ts';

const MOST_PARTS = 5;

/** One line for each, in words; who declined is not named. */
export function appointmentEvents({ status, start, created, ...rest }: ForeignRecord): Event[] {
  const { description, participant, cancelationReason } = rest;
  const isPatient = ({ actor }: ForeignRecord) => leadsToPatient(asRecord(actor));
  const decliners = asRecords(participant).filter((one) => codeOf(one.status) === 'declined');
  const state = asInformation(status, 40)?.replace(/^noshow$/i, 'no show');
  const who = asRecords(participant)
    .filter((one) => !isPatient(one) && codeOf(one.status) !== 'declined')
    .flatMap(({ actor }) => displayOf(actor) ?? [])
    .slice(0, MOST_PARTS)
    .join(', ');
  // `created` is the day on which the appointment was made, not the day of the appointment.
  const time = start === undefined && created !== undefined ? 'no time given' : undefined;
  const declined = decliners.length > 0 && `${decliners.some(isPatient) ? 'the patient' : 'a provider'} declined`;
  const said = [state, declined, asConceptText(cancelationReason), asInformation(description), time].filter(Boolean);
  const what = ['Appointment', ...said].join(' · ');
  return [{ what, at: start ?? created, who: who || undefined, source: 'Appointment' }];
}

const HELD = new Set<unknown>(['booked', 'arrived', 'checked-in', 'fulfilled']);
const ASKED = new Set<unknown>(['proposed', 'pending', 'waitlist']);
const MISSED = new Set<unknown>(['cancelled', 'noshow']);

/** Whether an event is an appointment that is agreed, or took place. */
export function isHeld(event: ForeignRecord): boolean {
  return isVisit(event, HELD) && conditionsOf(event).length === 0;
}

/** Whether an event is an appointment that is agreed and still to come. */
export function isToCome(event: ForeignRecord, now: Date): boolean {
  return isHeld(event) && codeOf(event.status) === 'booked' && Date.parse(asWritten(event.start)) > now.getTime();
}

/** Whether an event is an appointment that a provider is asked to agree to, or has put on a waiting list. */
export function isAsked(event: ForeignRecord): boolean {
  const isOpen = ({ actor, status }: ForeignRecord) =>
    !leadsToPatient(asRecord(actor)) && displayOf(actor) !== undefined && codeOf(status) !== 'declined';
  return isVisit(event, ASKED) && asRecords(event.participant).some(isOpen);
}

/** Whether an event is an appointment that did not, or will not, take place. */
export function isMissedVisit(event: ForeignRecord): boolean {
  return isVisit(event, MISSED);
}

const isVisit = ({ resourceType, status }: ForeignRecord, states: ReadonlySet<unknown>) =>
  resourceType === 'Appointment' && states.has(codeOf(status));
