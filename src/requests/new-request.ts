/** A request as a clinician types it: judged field by field, then written as the ServiceRequest the EHR gets. */
import { z } from 'zod';
import { visibleLength } from '#src/patients/visible-text.ts';
import type { FhirResource } from '#src/smart/step-6-fhir-api.ts';
import { newRequestFields, priorities, services } from '#views/new-request-page.ts';

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

/** Invisible characters alone are nothing typed. */
const text = (max: number) =>
  z
    .string()
    .trim()
    .max(max, `must be at most ${max} characters`)
    .transform((typed) => (visibleLength(typed) === 0 ? '' : typed));
const oneOf = (choices: readonly { value: string }[]) =>
  z.string().refine((value) => choices.some((choice) => choice.value === value), { error: 'must be chosen' });

const DAY_MS = 24 * 60 * 60_000;

const schemaAt = (now: Date) =>
  z
    .object({
      service: oneOf(services),
      what: text(200).refine((typed) => visibleLength(typed) >= 3, 'must say what is needed, in a few words'),
      neededOn: z.iso
        .date({ error: 'must be a date' })
        .refine((date) => Date.parse(date) >= now.getTime() - 2 * DAY_MS, { error: 'must not be in the past' }),
      priority: oneOf(priorities),
      reason: text(500),
      note: text(1_000),
    })
    .refine(({ priority, reason }) => priority === 'routine' || reason !== '', {
      path: ['reason'],
      error: 'is required when the request is not routine',
    });

/**
 * Judges what was typed.
 *
 * @param typed untrusted; a missing field counts as empty.
 * @param now a day in the past is refused; one day is allowed for time zones.
 */
export function readNewRequest(
  typed: TypedRequest,
  now: Date,
): { ok: true; request: NewRequest } | { ok: false; problems: Record<string, string> } {
  const values = Object.fromEntries(newRequestFields.map((name) => [name, typed[name] ?? '']));
  const parsed = schemaAt(now).safeParse(values);
  if (!parsed.success) {
    const found = parsed.error.issues.map(({ path, message }) => [String(path[0]), message] as const);
    return { ok: false, problems: Object.fromEntries(found.toReversed()) };
  }
  return { ok: true, request: parsed.data as NewRequest };
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
