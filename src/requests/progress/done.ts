/** Whether a completed Task ended its request: not if words beside the status, which no guide explains, leave a doubt. */
import { asRecord, asRecords, asText, asWritten, type ForeignRecord, MOST_READ } from '#src/smart/fhir/fields.ts';
import { meaningsOf } from './guide-codes.ts';
import { lettersOf } from './letters.ts';
import { type Asked, askedWords } from './purpose.ts';
import { DONE, hasWords, resultsNamed } from './reported.ts';
import { done } from './task-words.ts';

/** FHIR R4 task-intent: a proposal, and one instance of an order, are not the whole order. */
const WHOLE = new Set([undefined, 'unknown', 'order', 'original-order', 'filler-order']);
/** The states of records that were carried out. */
const CARRIED_OUT = new Set('completed finished final amended corrected appended available fulfilled'.split(' '));

/**
 * The codes and texts that a completed Task names beside its status, such as the code of what was done: it is done if its
 * request names the same.
 *
 * @param task a Task whose status is `completed`; untrusted.
 * @returns undefined where something else leaves a doubt, whatever the request is.
 */
export function namedBesideDone(task: ForeignRecord): readonly string[] | undefined {
  const { intent, businessStatus, statusReason, contained, note } = task;
  const named = resultsNamed(task);
  const isSure =
    named !== undefined &&
    [note ?? []].flat().length === 0 &&
    WHOLE.has(asText(intent)?.toLowerCase()) &&
    ![task.output, contained, ...[businessStatus, statusReason, task.code].flatMap(listsOf)].some(isCut) &&
    !hasWords(task, done) &&
    meaningsOf(businessStatus).every((meaning) => DONE.has(meaning)) &&
    asRecords(contained).every(wasCarriedOut);
  return isSure ? [...named, ...askedWords(task).map((text) => text.toLowerCase())] : undefined;
}

const listsOf = (one: unknown) => [one, asRecord(one).coding, asRecord(asRecord(one).concept).coding];
/** Only so many members are read, and the next one may say that it was missed. */
const isCut = (value: unknown) => Array.isArray(value) && value.length > MOST_READ;

/** A party, a form or an order, contained in a Task or named as its result, has no end of its own. */
export function wasCarriedOut({ resourceType, status }: ForeignRecord): boolean {
  const isRecord =
    /^(?:Procedure|Encounter|Appointment|DiagnosticReport|Observation|SupplyDelivery|ImagingStudy|Immunization|MedicationAdministration|MedicationDispense)/.test(
      asWritten(resourceType),
    );
  return !isRecord || CARRIED_OUT.has(asWritten(status));
}

/** Whether a request names all of this, by its codes or its words. */
export function namesAll({ service, codes }: Pick<Asked, 'service' | 'codes'>, all: readonly string[]): boolean {
  return all.every((one) => codes.includes(one) || lettersOf(one) === lettersOf(service));
}

/** What a request says about when it was written. */
export interface Written {
  readonly authoredOn: string | undefined;
  readonly keys: { readonly version: { readonly number: bigint | undefined; readonly updatedMs: number | undefined } };
}

/** A date without a time begins up to 14 hours before its midnight in UTC. */
const EARLIEST_ZONE_MS = 14 * 60 * 60_000;

/** The earliest moment at which a request can have been written; undefined where the EHR does not say. */
export function writtenFrom({ authoredOn, keys: { version } }: Written): number | undefined {
  if (authoredOn === undefined) return version.number === 1n ? version.updatedMs : undefined;
  const ms = Date.parse(authoredOn);
  if (Number.isNaN(ms)) return undefined;
  return authoredOn.includes('T') ? ms : ms - EARLIEST_ZONE_MS;
}

/** When a Task ended at the latest, where it says more than when it last changed. */
export function endOf({ executionPeriod }: ForeignRecord): unknown {
  return asRecord(executionPeriod).end;
}
