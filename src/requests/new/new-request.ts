/** A request as a clinician types it: judged field by field, then written as the ServiceRequest the EHR gets. */
import { z } from 'zod';
import { visibleLength } from '#src/smart/fhir/visible-text.ts';
import type { FhirResource } from '#src/smart/step-6-fhir-api.ts';
import { confirmationOf, priorities, services } from '#views/requests/new-request-page.ts';
import { dayIn, serverTimeZone } from '#views/zone.ts';

/** What the form holds, by field, as typed. */
export type TypedRequest = Readonly<Record<string, string>>;

/** A request that may be sent. */
export interface NewRequest {
  service: string;
  what: string;
  neededOn: string;
  priority: 'routine' | 'urgent' | 'asap' | 'stat';
  reason: string;
  note: string;
}

const text = (max: number) => z.string().max(max, `must be at most ${max} characters`);
const oneOf = (choices: readonly { value: string }[]) =>
  z.string().refine((value) => choices.some((choice) => choice.value === value), { error: 'must be chosen' });

const DAY_MS = 24 * 60 * 60_000;
const MOST_YEARS_AHEAD = 2;
/** These priorities say "now", so a day after tomorrow contradicts them. */
const AT_ONCE: Readonly<Record<string, string>> = { stat: 'STAT', asap: 'as soon as possible' };

const schemaOn = (today: string) =>
  z
    .object({
      service: oneOf(services),
      what: text(200).refine((typed) => visibleLength(typed) >= 3, 'must say what is needed, in a few words'),
      neededOn: z.iso
        .date({ error: 'must be a date' })
        .refine((day) => day >= today, { error: 'must not be in the past' })
        .refine((day) => day <= yearsAfter(today), { error: `must be within ${MOST_YEARS_AHEAD} years` }),
      priority: oneOf(priorities),
      reason: text(500),
      note: text(1_000),
    })
    .refine(({ priority, reason }) => priority === 'routine' || reason !== '', {
      path: ['reason'],
      error: 'is required when the request is not routine',
    });

/**
 * Judges what was typed. A request that says both "at once" and a day after tomorrow is asked about once: the problem
 * `confirmed` is that question, and a form that carries {@link confirmationOf} its values has answered it.
 *
 * @param typed untrusted; a missing field counts as empty.
 * @param timeZone IANA name of the facility's zone: whose today a day is compared with. The server's unless given.
 * @throws RangeError where `timeZone` is none.
 */
export function readNewRequest(
  typed: TypedRequest,
  now: Date,
  timeZone: string = serverTimeZone,
): { ok: true; request: NewRequest } | { ok: false; problems: Record<string, string> } {
  const request = asTyped(typed);
  const today = dayIn(now, timeZone);
  const parsed = schemaOn(today).safeParse(request);
  if (!parsed.success) {
    const found = parsed.error.issues.map(({ path, message }) => [String(path[0]), message] as const);
    return { ok: false, problems: Object.fromEntries(found.toReversed()) };
  }
  const question = questionAbout(request, dayAfter(today));
  const isAnswered = typed['confirmed'] === confirmationOf(request);
  return question === undefined || isAnswered
    ? { ok: true, request }
    : { ok: false, problems: { confirmed: question } };
}

/** What a form says, judged or not: the same request whatever day it is read on. */
export function asTyped(typed: TypedRequest): NewRequest {
  const of = (name: string) => typed[name] ?? '';
  // Invisible characters alone are nothing typed.
  const textOf = (name: string) => (visibleLength(of(name)) === 0 ? '' : of(name).trim());
  return {
    service: of('service'),
    what: textOf('what'),
    neededOn: of('neededOn'),
    priority: of('priority') as NewRequest['priority'],
    reason: textOf('reason'),
    note: textOf('note'),
  };
}

function questionAbout({ priority, neededOn }: NewRequest, tomorrow: string): string | undefined {
  const word = AT_ONCE[priority];
  if (word === undefined || neededOn <= tomorrow) return undefined;
  return `The priority is ${word}, but the request is needed on ${neededOn}. Correct one of them, or send it as it is if both are right`;
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
}

function yearsAfter(day: string): string {
  return `${Number(day.slice(0, 4)) + MOST_YEARS_AHEAD}${day.slice(4)}`;
}

/** For whom, by whom and under which name a request is written. All of it from the launch, nothing from the form. */
export interface RequestAuthorship {
  /** system and value by which it is found again, whatever became of the answer (FH-17). */
  identifier: { system: string; value: string };
  patientId: string;
  encounterId: string | undefined;
  /** The signed-in user's reference, such as `Practitioner/1`; only who may be a requester is named. */
  fhirUser: string | undefined;
  /** Their name, where it is known. */
  userName?: string | undefined;
  now: Date;
}

/** FHIR R4 ServiceRequest, request-list §4.4, transport C. */
export function toServiceRequest(request: NewRequest, by: RequestAuthorship): FhirResource {
  const { identifier, patientId, encounterId, fhirUser, userName, now } = by;
  const isRequester = /^Practitioner(?:Role)?\//.test(fhirUser ?? '');
  const category = services.find(({ value }) => value === request.service)?.text;
  return {
    resourceType: 'ServiceRequest',
    identifier: [identifier],
    status: 'active',
    intent: 'order',
    priority: request.priority,
    category: [{ text: category }],
    code: { text: request.what },
    subject: { reference: `Patient/${patientId}` },
    ...(encounterId === undefined ? {} : { encounter: { reference: `Encounter/${encounterId}` } }),
    occurrenceDateTime: request.neededOn,
    authoredOn: now.toISOString(),
    ...(isRequester
      ? { requester: { reference: fhirUser, ...(userName === undefined ? {} : { display: userName }) } }
      : {}),
    ...(request.reason === '' ? {} : { reasonCode: [{ text: request.reason }] }),
    ...(request.note === '' ? {} : { note: [{ text: request.note }] }),
  };
}
