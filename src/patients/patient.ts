/** Reads the patient in context and keeps the facts by which a clinician confirms the identity. */
import { dayIn, serverTimeZone } from '#src/adapters/time-zone.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';
import type { FhirAnswer, FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { FhirError, type FhirFailure } from '#src/smart/fhir/fhir-error.ts';
import { asInformation, asRecord, asText } from '#src/smart/fhir/fields.ts';
import { dayKey, steadyUntil } from '#src/smart/fhir/unchanged-until.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { withPastDayWords } from '#views/date-text.ts';
import type { PatientIdentity } from '#views/requests/patient-banner.ts';
import { ageText } from './age.ts';
import { dayText } from './fhir-date.ts';
import { type Flag, flagOf } from './foreign-flag.ts';
import { healthNumber } from './health-number.ts';
import { displayName } from './human-name.ts';
import { medicalRecordNumber } from './medical-record-number.ts';
import { readRecordState, replaces } from './record-state.ts';

export interface PatientSummary extends Required<PatientIdentity> {
  /** The FHIR id, equal to the launch context's. */
  readonly id: string;
  /** The EHR has merged this record into another one, so nothing may be written to it. */
  readonly isReplaced: boolean;
}

/** Shown in place of a missing name. The id is no substitute: readers do not recognize a patient by it. */
const NO_NAME = 'Patient without a name';
const DEATH_UNCLEAR = 'The EHR does not say clearly whether this patient has died.';

/** Patient.gender, and its HL7 v2 letters. */
const SEX_WORDS = new Map(
  ['Male', 'Female', 'Other', 'Unknown'].flatMap((word) => [
    [word.toLowerCase(), word] as const,
    [word.charAt(0).toLowerCase(), word] as const,
  ]),
);

/** The error, and its rule where the failed call names none. EHRs that hide a chart often respond 404: both mean "not for this app". */
const ENDS: Record<FhirFailure, readonly [code: ErrorCode, rule: Rule]> = {
  unauthorized: ['session.expired', 'fhir.token-over'],
  refused: ['patient.refused', 'fhir.patient-refused'],
  'not-found': ['patient.refused', 'fhir.patient-not-found'],
  throttled: ['patient.unavailable', 'fhir.throttled'],
  unavailable: ['patient.unavailable', 'fhir.failing'],
  timeout: ['patient.timeout', 'network.late'],
  unexpected: ['patient.unexpected', 'fhir.other-status'],
  'foreign-url': ['patient.unexpected', 'fhir.redirect'],
};

/** The last summary of one launch's patient, reused for the same response on the same day. */
export interface LastPatient {
  known?: { key: string; steadyUntil: number; summary: PatientSummary };
}

/** Proves that it is that patient (LC-05, LC-02). @param last of this launch alone. @throws `patient.*`, `session.…` */
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

/** Call before any write: FHIR R4 says of replaced-by, "must no longer be used". @throws AppError 'patient.replaced' */
export function assertInUse(patient: PatientSummary): PatientSummary {
  if (!patient.isReplaced) return patient;
  const shown = 'New requests are switched off for the old record.';
  throw new AppError('patient.replaced', 'Patient.link says replaced-by', { shown });
}

/** A different Patient is a mismatch. A response that is not a Patient, or has no id, is not shown either (LC-05). */
function assertSamePatient({ resourceType, ...resource }: FhirResource, patientId: string): void {
  const isPatient = resourceType === 'Patient' && typeof resource['id'] === 'string';
  if (!isPatient) {
    // Quoted only if it has the form of a type, because the server chooses the text.
    const type = /^[A-Z][A-Za-z]{1,40}$/.test(resourceType) ? resourceType : 'something else';
    const detail = `Patient read answered with no Patient with an id, but ${type}`;
    throw new AppError('patient.not-returned', detail, 'fhir.no-patient');
  }
  if (resource['id'] === patientId) return;
  const rule = replaces(resource, patientId) ? 'fhir.patient-gone' : 'fhir.other-patient';
  throw new AppError('patient.mismatch', 'Patient read answered with another id', rule);
}

async function getPatient(api: FhirApi, patientId: string, read: (answer: FhirAnswer) => PatientSummary) {
  try {
    return read(await api.ask(`Patient/${encodeURIComponent(patientId)}`));
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    // The failed renewal has ended the launch, and its reason says more than the refused token.
    if (error.renewal) throw error.renewal;
    const { failure, retryAfterSeconds } = error;
    const [code, usual] = ENDS[failure];
    const rule = error.rule ?? ruleOfOther(error) ?? usual;
    throw new AppError(code, `Patient read failed: ${failure}`, { rule, cause: error, retryAfterSeconds });
  }
}

/** What the answer says more exactly than the failure: a FHIR server would refuse in FHIR. */
function ruleOfOther({ status, instead }: FhirError): Rule | undefined {
  if (status === 410) return 'fhir.patient-gone';
  return (status === 403 || status === 404) && instead ? 'fhir.not-in-fhir' : undefined;
}

function summarize(resource: FhirResource, id: string, now: Date, timeZone: string): PatientSummary {
  const birthDate = asInformation(resource['birthDate'], 20);
  const deathText = readDeath(resource, birthDate, timeZone);
  const { isReplaced, cautions } = readRecordState(resource);
  const mrn = medicalRecordNumber(resource['identifier'], now);
  const today = new Date(dayIn(now, timeZone));
  return {
    id,
    name: displayName(resource['name'], now) ?? NO_NAME,
    birthDate,
    ageText: birthDate === undefined || deathText !== undefined ? undefined : ageText(birthDate, today),
    sexWord: sexWordOf(resource['gender']),
    mrn,
    healthNumber: mrn === undefined ? healthNumber(resource['identifier'], now) : undefined,
    deathText,
    isReplaced,
    cautions: isDead(resource) === 'unclear' ? [...cautions, DEATH_UNCLEAR] : cautions,
  };
}

/** A value other than FHIR's codes is shown as the EHR wrote it. */
function sexWordOf(gender: unknown): string | undefined {
  const text = asText(gender, 40);
  return text && (SEX_WORDS.get(text.toLowerCase()) ?? asInformation(text));
}

/** `deceased[x]` is a modifier element: texts and numbers for the boolean count, and a date marked absent. */
function readDeath(resource: FhirResource, birthDate: string | undefined, timeZone: string): string | undefined {
  const diedOn = dayText(asInformation(resource['deceasedDateTime'], 40), timeZone)?.slice(0, 10);
  if (diedOn === undefined) return isDead(resource) === true ? 'Died' : undefined;
  const at = new Date(diedOn);
  const isExact = diedOn.length === 10 && !Number.isNaN(at.getTime());
  const age = birthDate === undefined || !isExact ? undefined : ageText(birthDate, at);
  return withPastDayWords(age === undefined ? `Died ${diedOn}` : `Died ${diedOn}, aged ${age}`);
}

function isDead(resource: FhirResource): Flag {
  const date = resource['deceasedDateTime'];
  const isDateAbsent = asRecord(resource['_deceasedDateTime']).extension !== undefined;
  if (isDateAbsent || asText(date) !== undefined) return true;
  const flag = flagOf(resource, 'deceasedBoolean');
  const isOddDate = date !== undefined && date !== null && typeof date !== 'string';
  return flag !== true && isOddDate ? 'unclear' : flag;
}
