/**
 * Decides whether a completed Task ended its request. It did only where nothing beside the status leaves a doubt: a note,
 * an intent or result that could say something else, or a word that is not known, leaves the request open.
 */
import { asInformation, asRecord, asRecords, asText, type ForeignRecord, MOST_READ } from '#src/smart/fhir/fields.ts';
import { isNullSystem } from '#src/smart/fhir/no-information.ts';
import { guideCode } from './guide-codes.ts';
import { asksOfDesk, purposeOf } from './purpose.ts';
import { needsNoReader } from './reported.ts';
import { saysMissed } from './task-words.ts';

/** FHIR R4 task-intent: a proposal, and one instance of an order, are not the whole order. */
const WHOLE = new Set([undefined, 'unknown', 'order', 'original-order', 'filler-order']);
const DONE_CODES = new Set<unknown>(['done', 'fulfilled']);
const setOf = (lines: readonly string[]) => new Set(lines.flatMap((line) => line.split(' ')));
/** One of these says done, where nothing but {@link PLAIN} is beside it. */
const DONE_WORDS = setOf([
  'done complete completed finished finalized fulfilled fulfillment fulfilment delivered performed provided rendered transported administered',
  'attended closed resolved success successful successfully erledigt durchgeführt abgeschlossen beendet ausgeführt geliefert',
  'afgerond voltooid uitgevoerd afgehandeld terminé terminée réalisé réalisée effectué effectuée livré livrée completado',
  'completada realizado realizada finalizado finalizada entregado entregada',
]);
const PLAIN = setOf([
  'service services visit visits trip trips ride rides all on at to the transport delivery treatment session order request referral',
  'task patient client member home equipment meal meals encounter procedure exam consult consultation therapy care loop destination',
  'rn lpn pt ot slp np md nurse nursing fully and of was were is has have been utc',
]);
/** The paper was handed over, not what it asks for. */
const PAPER = /^(?=.*\b(?:referral|request|task)\b).*\b(?:delivered|provided|rendered)\b/i;

/**
 * The words of a completed Task's status that do not surely say done, such as "walker" of "Walker delivered": the service
 * itself has to be meant.
 *
 * @param task a Task whose status is `completed`; untrusted.
 * @returns undefined where something else leaves a doubt, whatever the service is.
 */
export function unprovedWords(task: ForeignRecord): readonly string[] | undefined {
  const { intent, businessStatus, statusReason, contained } = task;
  const said = [businessStatus, statusReason].flatMap((one) => asText(one) ?? asRecords(one).flatMap(wordsIn));
  const isSure =
    said.length <= MOST_WORDS &&
    ![task.note, task.output, contained, ...[businessStatus, statusReason, task.code].flatMap(listsOf)].some(isCut) &&
    WHOLE.has(asText(intent)?.toLowerCase()) &&
    needsNoReader(task) &&
    !asRecords(contained).some(({ status }) => saysMissed(asText(status) ?? '')) &&
    (hasPurpose(task) || !asksOfDesk(task));
  if (!isSure) return undefined;
  const words = said.map(wordsBesideDone);
  const telling = words.every((some) => some !== undefined) ? [...new Set(words.flat())] : undefined;
  return telling && telling.length <= MOST_WORDS ? telling : undefined;
}

/** No status needs more texts, or more telling words. */
const MOST_WORDS = 10;

const listsOf = (one: unknown) => [one, asRecord(one).coding, asRecord(asRecord(one).concept).coding];
/** Only so many members are read, and the next one may say that it was missed. */
const isCut = (value: unknown) => Array.isArray(value) && value.length > MOST_READ;

function hasPurpose(task: ForeignRecord): boolean {
  const purpose = purposeOf(task);
  return (purpose?.part === undefined ? purpose : purpose.part.alone) !== undefined;
}

/** @param service what the request asks for, in words; undefined where it is not known. */
export function isSurelyDone(task: ForeignRecord, service?: string): boolean {
  const words = unprovedWords(task);
  return words !== undefined && (words.length === 0 || areOf(service, words));
}

/** Two services in one name, of which the words may mean only one. */
const COMPOUND = /\b(?:and|with|or|und|et|en|y)\b|[,/&+;()]|\d/i;

/** Whether words name a service: all of them are its own, and the last word, which says what it is, is among them. */
export function areOf(service: string | undefined, words: readonly string[]): boolean {
  if (service === undefined || COMPOUND.test(service)) return false;
  const own: readonly string[] = service.toLowerCase().match(/\p{L}+/gu) ?? [];
  return words.includes(own.at(-1) ?? '') && words.every((word) => own.includes(word) || PLAIN.has(word));
}

/** The text and the displays of a concept, without those that a code proves to say done; the codes where there is neither. */
export function wordsIn(given: ForeignRecord): string[] {
  // R5 wraps a reason in a CodeableReference.
  const { text, coding } = given.concept === undefined ? given : asRecord(given.concept);
  const codings = asRecords(coding).filter((one) => !isNullSystem(one.system) && !DONE_CODES.has(guideCode(one)));
  const words = [text, ...codings.map(({ display }) => display)].flatMap((one) => asInformation(one) ?? []);
  return words.length > 0 ? words : codings.flatMap(({ code }) => asInformation(code) ?? []);
}

/** @returns the words beside those that say done, if any of them is telling; undefined for a text that does not say it. */
function wordsBesideDone(text: string): readonly string[] | undefined {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const isDone = words.length === 0 || words.some((word) => DONE_WORDS.has(word));
  if (!isDone || saysMissed(text) || /[?\u00bf]/.test(text) || PAPER.test(text)) return undefined;
  const others = words.filter((word) => !DONE_WORDS.has(word));
  return others.every((word) => PLAIN.has(word)) ? [] : others;
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
