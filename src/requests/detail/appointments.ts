/** Reads the appointments of a request, and whether one is agreed or was missed. */
import { conditionsOf } from '#src/patients/modifier-elements.ts';
import { codeOf } from '#src/requests/progress/codes.ts';
import { periodPhrases } from '#src/requests/timing/moments.ts';
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
const LONGEST = 500;

/** One line for each, in words; who declined is not named. */
export function appointmentEvents(appointment: ForeignRecord, { timeZone }: { readonly timeZone: string }): Event[] {
  const { status, start, end, created, participant, cancelationReason, requestedPeriod } = appointment;
  const { serviceType, appointmentType, reasonCode } = appointment;
  const isPatient = ({ actor }: ForeignRecord) => leadsToPatient(asRecord(actor));
  const decliners = asRecords(participant).filter((one) => codeOf(one.status) === 'declined');
  const state = asInformation(status, 40)?.replace(/^noshow$/i, 'no show');
  const who = asRecords(participant)
    .filter((one) => !isPatient(one) && codeOf(one.status) !== 'declined')
    .flatMap(({ actor }) => displayOf(actor) ?? [])
    .slice(0, MOST_PARTS)
    .join(', ');
  // `created` is the day on which the appointment was made, not the day of the appointment.
  const wished = asRecords(start === undefined ? requestedPeriod : undefined).flatMap((period) =>
    periodPhrases(period, { timeZone, today: '' }, 'window').map((text) => text && `wished ${text}`),
  );
  const time = start === undefined && created !== undefined && wished.length === 0 ? 'no time given' : undefined;
  const declined = decliners.length > 0 && `${decliners.some(isPatient) ? 'the patient' : 'a provider'} declined`;
  const texts = [appointment.description, appointment.comment, appointment.patientInstruction].map((text) =>
    asInformation(text, LONGEST),
  );
  const until =
    start === undefined || end === undefined ? [] : periodPhrases({ end }, { timeZone, today: '' }, 'series');
  const kinds = [cancelationReason, serviceType, appointmentType, reasonCode].map(asConceptText);
  const said = [state, ...until, declined, ...kinds, ...texts, ...wished.slice(0, MOST_PARTS), time];
  const what = ['Appointment', ...new Set(said.filter(Boolean))].join(' · ');
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
  return isVisit(event, ASKED) && namesProvider(event);
}

/** Whether an event names a provider who has not declined. */
export function namesProvider({ participant }: ForeignRecord): boolean {
  return asRecords(participant).some(
    ({ actor, status }) =>
      !leadsToPatient(asRecord(actor)) && displayOf(actor) !== undefined && codeOf(status) !== 'declined',
  );
}

/** Whether an event is an appointment that did not, or will not, take place. */
export function isMissedVisit(event: ForeignRecord): boolean {
  return isVisit(event, MISSED);
}

const isVisit = ({ resourceType, status }: ForeignRecord, states: ReadonlySet<unknown>) =>
  resourceType === 'Appointment' && states.has(codeOf(status));
