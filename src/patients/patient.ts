/** Reads the patient in context from the EHR and keeps what a clinician needs to be sure it is the right one. */

import { dayIn, serverTimeZone } from '#src/adapters/time-zone.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';
import type { FhirAnswer, FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { FhirError, type FhirFailure } from '#src/smart/fhir/fhir-error.ts';
import { asInformation, asRecord, asText } from '#src/smart/fhir/fields.ts';
import { dayKey, steadyUntil } from '#src/smart/fhir/steady.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { ageText } from './age.ts';
import { dayText } from './fhir-date.ts';
import { type Flag, flagOf } from './foreign-flag.ts';
import { displayName } from './human-name.ts';
import { medicalRecordNumber } from './medical-record-number.ts';
import { readRecordState } from './patient-record.ts';

/** The patient of a launch, parsed once. Texts are plain and bounded; undefined = not given by the EHR. */
export interface PatientSummary {
  /** The FHIR id, equal to the launch context's. */
  readonly id: string;
  readonly name: string;
  /** As the EHR wrote it: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. */
  readonly birthDate: string | undefined;
  /** "34 years", "7 months"; undefined when unknown or when the patient has died. */
  readonly ageText: string | undefined;
  readonly sexWord: string | undefined;
  readonly mrn: string | undefined;
  /** "Died 2024-03-02, aged 81 years"; undefined for the living. */
  readonly deathText: string | undefined;
  /** The EHR has merged this record into another one, so nothing may be written to it. */
  readonly isReplaced: boolean;
  /** Sentences about the record itself; the gravest first. */
  readonly cautions: readonly string[];
}

/** Shown where a name should be. The id is no substitute: no reader recognizes a patient by it. */
const NO_NAME = 'Patient without a name';
const DEATH_UNCLEAR = 'The EHR does not say clearly whether this patient has died.';

/** Patient.gender, and the letters that HL7 v2 has for it. */
const SEX_WORDS = new Map(
  ['Male', 'Female', 'Other', 'Unknown'].flatMap((word) => [
    [word.toLowerCase(), word] as const,
    [word.charAt(0).toLowerCase(), word] as const,
  ]),
);

/** An EHR that hides a chart often answers 404; for the patient in context both mean "not for this app". */
const CODES: Record<FhirFailure, ErrorCode> = {
  unauthorized: 'session.expired',
  refused: 'patient.refused',
  'not-found': 'patient.refused',
  throttled: 'patient.unavailable',
  unavailable: 'patient.unavailable',
  timeout: 'patient.timeout',
  unexpected: 'patient.unexpected',
  'foreign-url': 'patient.unexpected',
};

/** Where the call itself does not say more. */
const RULES: Record<FhirFailure, Rule> = {
  unauthorized: 'fhir.token-over',
  refused: 'fhir.patient-refused',
  'not-found': 'fhir.patient-not-found',
  throttled: 'fhir.throttled',
  unavailable: 'fhir.failing',
  timeout: 'network.late',
  unexpected: 'fhir.other-status',
  'foreign-url': 'fhir.redirect',
};

/** What was read of the patient of one launch last: the same answer on the same day says the same. */
export interface LastPatient {
  known?: { key: string; steadyUntil: number; summary: PatientSummary };
}

/**
 * Reads `Patient/{id}` and proves that the answer is that patient (LC-05).
 *
 * @param patientId from the launch context, already checked (LC-02). @param timeZone ages change at midnight there.
 * @param last of this launch alone.
 * @throws AppError `patient.*`, or `session.expired`
 */
export async function readPatient(
  api: FhirApi,
  patientId: string,
  now: Date,
  timeZone = serverTimeZone,
  last: LastPatient = {},
): Promise<PatientSummary> {
  return getPatient(api, patientId, (answer) => {
    const key = [answer.digest, patientId, timeZone, dayIn(now, timeZone), dayKey(now)].join(' ');
    const { known } = last;
    if (known?.key === key && now.getTime() < known.steadyUntil) return known.summary;
    const resource = answer.resource();
    assertSamePatient(resource, patientId);
    const summary = summarize(resource, patientId, now, timeZone);
    last.known = { key, steadyUntil: steadyUntil(answer.text(), now), summary };
    return summary;
  });
}

/**
 * Before anything is written: FHIR R4 Patient, `link.type` replaced-by: "this resource must no longer be used".
 *
 * @throws AppError 'patient.replaced'
 */
export function assertInUse(patient: PatientSummary): PatientSummary {
  if (!patient.isReplaced) return patient;
  const shown = 'New requests are switched off for the old record.';
  throw new AppError('patient.replaced', 'Patient.link says replaced-by', { shown });
}

/** Another Patient is the alarm; an answer that is no Patient, or does not say which, is none, and shows nothing either (LC-05). */
function assertSamePatient({ resourceType, ...resource }: FhirResource, patientId: string): void {
  const isPatient = resourceType === 'Patient' && typeof resource['id'] === 'string';
  if (!isPatient) {
    const detail = `Patient read answered with no Patient with an id, but ${namedType(resourceType)}`;
    throw new AppError('patient.not-returned', detail, { rule: 'fhir.no-patient' });
  }
  if (resource['id'] === patientId) return;
  throw new AppError('patient.mismatch', 'Patient read answered with another id', { rule: 'fhir.other-patient' });
}

/** Only what looks like a type: the name is a server's. */
function namedType(resourceType: string): string {
  return /^[A-Z][A-Za-z]{1,40}$/.test(resourceType) ? resourceType : 'something else';
}

async function getPatient(
  api: FhirApi,
  patientId: string,
  read: (answer: FhirAnswer) => PatientSummary,
): Promise<PatientSummary> {
  try {
    return read(await api.ask(`Patient/${encodeURIComponent(patientId)}`));
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    // The launch has ended by it, and why is worth more than that the token was refused.
    if (error.renewal) throw error.renewal;
    const { failure, retryAfterSeconds } = error;
    const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    const rule = error.rule ?? (error.status === 410 ? 'fhir.patient-gone' : RULES[failure]);
    throw new AppError(CODES[failure], `Patient read failed: ${failure}`, { rule, cause: error, ...retry });
  }
}

function summarize(resource: FhirResource, id: string, now: Date, timeZone: string): PatientSummary {
  const birthDate = asInformation(resource['birthDate'], 20);
  const deathText = readDeath(resource, birthDate, timeZone);
  const { isReplaced, cautions } = readRecordState(resource);
  const today = new Date(dayIn(now, timeZone));
  return {
    id,
    name: displayName(resource['name'], now) ?? NO_NAME,
    birthDate,
    ageText: birthDate === undefined || deathText !== undefined ? undefined : ageText(birthDate, today),
    sexWord: sexWordOf(resource['gender']),
    mrn: medicalRecordNumber(resource['identifier'], now),
    deathText,
    isReplaced,
    cautions: isDead(resource) === 'unclear' ? [...cautions, DEATH_UNCLEAR] : cautions,
  };
}

/** What is none of FHIR's codes stands as the EHR wrote it. */
function sexWordOf(gender: unknown): string | undefined {
  const text = asText(gender, 40);
  return text && (SEX_WORDS.get(text.toLowerCase()) ?? asInformation(text));
}

/** `deceased[x]` is a modifier element: a text or a number for the boolean, and a date that is only marked absent, count. */
function readDeath(resource: FhirResource, birthDate: string | undefined, timeZone: string): string | undefined {
  const diedOn = dayText(asInformation(resource['deceasedDateTime'], 40), timeZone)?.slice(0, 10);
  if (diedOn === undefined) return isDead(resource) === true ? 'Died' : undefined;
  const at = new Date(diedOn);
  const isExact = diedOn.length === 10 && !Number.isNaN(at.getTime());
  const age = birthDate === undefined || !isExact ? undefined : ageText(birthDate, at);
  return age === undefined ? `Died ${diedOn}` : `Died ${diedOn}, aged ${age}`;
}

function isDead(resource: FhirResource): Flag {
  const date = resource['deceasedDateTime'];
  const isDateAbsent = asRecord(resource['_deceasedDateTime']).extension !== undefined;
  if (isDateAbsent || asText(date) !== undefined) return true;
  const flag = flagOf(resource, 'deceasedBoolean');
  const isOddDate = date !== undefined && date !== null && typeof date !== 'string';
  return flag !== true && isOddDate ? 'unclear' : flag;
}
