/** Reads where the patient lives, how to reach them, and what language they speak. */
import { addressText, isOfNow, telephoneOf } from '#src/patients/contact.ts';
import { flagOf } from '#src/patients/foreign-flag.ts';
import { asConceptText, asRecord, asRecords, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isCatchAll } from '#src/smart/fhir/no-information.ts';
import { type ChartFact, dated, dateWords, factOf, type ReadingTime } from './facts.ts';

/** The labels by which the form finds what fills its fields. */
export const CONTACT = { address: 'Address', telephone: 'Telephone', language: 'Language' } as const;

/** @param patient the launch's patient, as received; untrusted in everything but its id. */
export function contactOf(patient: ForeignRecord, at: ReadingTime): ChartFact[] {
  const when = dated([asRecord(patient.meta).lastUpdated], at);
  const numbers = asRecords(patient.telecom).toSorted((a, b) => placeOf(a) - placeOf(b));
  return [
    ...addressesOf(patient, at.now).flatMap((text) => factOf(patient, CONTACT.address, text, when)),
    ...factOf(patient, CONTACT.telephone, telephoneOf(numbers, at.now), when),
    ...factOf(patient, CONTACT.language, languageOf(patient), when),
  ];
}

/** At a temporary place of today the patient is first; at work, they are not now, and who answers may not know of it. */
function placeOf({ use, period }: ForeignRecord): number {
  return use === 'temp' && period !== undefined ? 0 : use === 'work' ? 2 : 1;
}

/**
 * Temporary addresses of today, those at home, and temporary ones without dates: the patient may be at any of them. Another
 * one counts if none is at home. An old one, or one for letters or bills only, is never taken.
 */
function addressesOf({ address }: ForeignRecord, now: Date): string[] {
  const current = asRecords(address).filter(
    ({ use, type, period }) => use !== 'old' && use !== 'billing' && type !== 'postal' && isOfNow(period, now),
  );
  const hasHome = current.some(({ use }) => use === 'home');
  const rankOf = ({ use, period }: ForeignRecord) => (use !== 'temp' ? 1 : period === undefined ? 2 : 0);
  const wanted = current.filter(({ use }) => !hasHome || use === 'home' || use === 'temp');
  const texts = wanted.toSorted((a, b) => rankOf(a) - rankOf(b)).flatMap((one) => addressOf(one) ?? []);
  return [...new Set(texts)].slice(0, MOST_ADDRESSES);
}

function addressOf(best: ForeignRecord): string | undefined {
  const text = addressText(best);
  return text === undefined || best.use !== 'temp' ? text : `${text} (temporary${untilText(best.period)})`;
}

/** The provider may come after that day. */
function untilText(period: unknown): string {
  const day = asText(asRecord(period).end, 40)?.slice(0, 10);
  return day === undefined ? '' : ` until ${dateWords(day)}`;
}

/** The preferred language, or all, as the first may not be spoken best; and whether an interpreter is needed. */
function languageOf({ communication, extension }: ForeignRecord): string | undefined {
  const languages = [...asRecords(communication), ...asRecords(extension).flatMap(communicationIn)];
  const named = languages.filter(({ language }) => wordsOf(language) !== undefined);
  const preferred = named.filter((one) => flagOf(one, 'preferred') === true);
  const words = (preferred.length > 0 ? preferred : named).flatMap(({ language }) => wordsOf(language) ?? []);
  const needs = [extension, ...languages.map((one) => one.extension)]
    .flatMap((one) => asRecords(one))
    .some(isInterpreter);
  const said = [...new Set(words)].slice(0, MOST_LANGUAGES);
  return asText([...said, ...(needs ? ['interpreter needed'] : [])].join(', '), LONGEST_LANGUAGE);
}

/** Whether an extension says that an interpreter is needed, as a boolean or as the answer "Yes". */
function isInterpreter(extension: ForeignRecord): boolean {
  const { code, display } = asRecord(
    extension.valueCoding ?? asRecords(asRecord(extension.valueCodeableConcept).coding)[0],
  );
  const isYes = flagOf(extension, 'valueBoolean') === true || YES.has(code) || /^yes\b/i.test(asWritten(display));
  return INTERPRETER.test(asWritten(extension.url)) && isYes;
}

/** The language in an extension of the United Kingdom's profiles, which holds what `communication` does. */
function communicationIn({ url, extension }: ForeignRecord): ForeignRecord[] {
  if (!/\bExtension-[\w-]{1,20}-NHSCommunication\b/.test(asWritten(url))) return [];
  const parts = asRecords(extension);
  const part = (name: string) => asRecord(parts.find((one) => one.url === name));
  const { valueCodeableConcept: language } = part('language');
  return [{ language, preferred: part('preferred').valueBoolean, extension: parts }];
}

/** A code of BCP 47 without words has those of the runtime: "es" is Spanish. A refusal to say, or "other", is none. */
function wordsOf(language: unknown): string | undefined {
  const text = asConceptText(language);
  if (text === undefined || NO_LANGUAGE.test(text) || isCatchAll(text)) return undefined;
  const isCode = asRecords(asRecord(language).coding).some(({ code }) => code === text);
  return isCode && BCP_47.test(text) ? LANGUAGES.of(text) : text;
}

const BCP_47 = /^[a-z]{2,3}(?:-[a-z]{4})?(?:-[a-z]{2})?$/i;
const LANGUAGES = new Intl.DisplayNames(['en'], { type: 'language' });
/** The codes of no, of any and of an unknown language, and words for a refusal. */
const NO_LANGUAGE = /^(?:und|zxx|mul|mis)$|\b(?:declined|refused|undetermined)\b/i;
/** Extensions of FHIR R4, of US Core and, inside their own one, of the United Kingdom's profiles. */
const INTERPRETER = /(?:^|\/)(?:patient-)?interpreterRequired$|\/us-core-interpreter-needed$/;
/** Yes, in SNOMED CT and in HL7 v3. */
const YES = new Set<unknown>(['373066001', 'Y']);

const MOST_ADDRESSES = 3;
const MOST_LANGUAGES = 3;
/** As long as the field of the form. */
const LONGEST_LANGUAGE = 60;
