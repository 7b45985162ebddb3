/**
 * Decides whether a completed Task ended its request. That has to be proved by codes: any text or member that could say
 * something else leaves the request open, and no text ever closes one.
 */
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { isNullSystem } from '#src/smart/fhir/no-information.ts';
import { isDeskWork, purposeOf } from './purpose.ts';
import { saysMissed, WELL } from './task-words.ts';

/** FHIR R4 task-intent: a proposal, and one instance of an order, are not the whole order. */
const WHOLE = new Set([undefined, 'unknown', 'order', 'original-order', 'filler-order']);
/** Business statuses that say done: of BSeR, and as whole words of any text. */
const DONE_CODES = new Set<unknown>(['5.1.4', '7.0']);
const DONE_WORDS = new Set(
  [
    'done complete completed fully finished fulfilled fulfillment fulfilment delivered performed provided rendered transported administered',
    'closed resolved success successful successfully service services visit visits trip trips ride rides all on at the',
    'transport delivery treatment session order request referral task patient',
    'was were is has have been and erledigt durchgeführt abgeschlossen beendet ausgeführt geliefert afgerond voltooid',
    'uitgevoerd afgehandeld terminé terminée réalisé réalisée effectué effectuée livré livrée completado completada',
    'realizado realizada finalizado finalizada entregado entregada utc',
  ].flatMap((line) => line.split(' ')),
);
const MOMENT = /\d{4}-\d\d-\d\d|\d{1,2}\/\d{1,2}\/\d{2,4}|\d{1,2}:\d\d(?::\d\d)?|\b[ap]m\b/g;

/** @param task a Task whose status is `completed`; untrusted. */
export function isSurelyDone(task: ForeignRecord): boolean {
  const { intent, businessStatus, statusReason, reasonCode, description } = task;
  const said = [businessStatus, statusReason].flatMap((one) => asText(one) ?? asRecords(one).flatMap(wordsIn));
  return (
    WHOLE.has(asText(intent)?.toLowerCase()) &&
    said.every(saysDone) &&
    !textsOf(task).some(saysMissed) &&
    (purposeOf(task) !== undefined ||
      ![asText(description), asConceptText(reasonCode)].some((text) => isDeskWork(text ?? '')))
  );
}

/** What its notes and its results say. */
function textsOf({ note, output }: ForeignRecord): string[] {
  const results = asRecords(output).flatMap(({ type, valueString, valueCodeableConcept }) => [
    asConceptText(type),
    asText(valueString, LONGEST),
    asConceptText(valueCodeableConcept),
  ]);
  return [...asRecords(note).map(({ text }) => asText(text, LONGEST)), ...results].filter((text) => text !== undefined);
}

const LONGEST = 2_000;

/** The text and the displays of a concept, without those that a code proves to say done; the codes where there is neither. */
export function wordsIn({ text, coding }: ForeignRecord): string[] {
  const codings = asRecords(coding).filter(({ system, code }) => !isNullSystem(system) && !DONE_CODES.has(code));
  const words = [text, ...codings.map(({ display }) => display)].flatMap((one) => asInformation(one) ?? []);
  return words.length > 0 ? words : codings.flatMap(({ code }) => asInformation(code) ?? []);
}

function saysDone(text: string): boolean {
  const plain = text.toLowerCase();
  if (DONE_CODES.has(plain)) return true;
  const words =
    plain
      .replace(MOMENT, ' ')
      .replace(/[\s_-]+/g, '-')
      .replace(WELL, '')
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.every((word) => DONE_WORDS.has(word));
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
