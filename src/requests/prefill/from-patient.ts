/** Reads where the patient lives, how to reach them, and what language they speak. */
import { flagOf } from '#src/patients/foreign-flag.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  asTexts,
  asWritten,
  type ForeignRecord,
  hasEnded,
  startsLater,
} from '#src/smart/fhir/fields.ts';
import type { ChartFact } from './facts.ts';
import { dated, type ReadingTime } from './facts.ts';

/** The labels by which the form finds what fills its fields. */
export const CONTACT = { address: 'Address', telephone: 'Telephone', language: 'Language' } as const;

/** @param patient the launch's patient, as received; untrusted in everything but its id. */
export function contactOf(patient: ForeignRecord, at: ReadingTime): ChartFact[] {
  const reference = `Patient/${asWritten(patient.id)}`;
  const when = dated([asRecord(patient.meta).lastUpdated], at);
  const fact = (label: string, text: string | undefined): ChartFact[] =>
    text === undefined ? [] : [{ reference, label, text, ...when }];
  return [
    ...fact(CONTACT.address, addressOf(patient, at.now)),
    ...fact(CONTACT.telephone, telephoneOf(asRecords(patient.telecom).toSorted(byWork), at.now)),
    ...fact(CONTACT.language, languageOf(patient)),
  ];
}

/** At work, the patient is not now, and who answers there may not know of it. */
function byWork(a: ForeignRecord, b: ForeignRecord): number {
  return Number(a.use === 'work') - Number(b.use === 'work');
}

/** A temporary address of today comes first, then the home address. An old address, or one for letters or bills only, is never taken. */
function addressOf({ address }: ForeignRecord, now: Date): string | undefined {
  const current = asRecords(address).filter(
    ({ use, type, period }) => use !== 'old' && use !== 'billing' && type !== 'postal' && isOfNow(period, now),
  );
  const best =
    current.find(({ use, period }) => use === 'temp' && period !== undefined) ??
    current.find(({ use }) => use === 'home' || use === 'temp') ??
    current[0];
  if (!best) return undefined;
  const place = [asInformation(best.city), asInformation(best.state), asInformation(best.postalCode)];
  const parts = [...asTexts(best.line, 4), place.filter((part) => part !== undefined).join(' ')].filter(Boolean);
  return asText(parts.length > 0 ? parts.join(', ') : best.text, 200);
}

/** A telephone number of a person or a role, by the rank that the EHR gives. @param telecom untrusted. */
export function telephoneOf(telecom: unknown, now: Date): string | undefined {
  const numbers = asRecords(telecom).filter(
    ({ system, use, period }) => system === 'phone' && use !== 'old' && isOfNow(period, now),
  );
  const rankOf = ({ rank }: ForeignRecord) => (typeof rank === 'number' ? rank : Number.MAX_SAFE_INTEGER);
  return numbers
    .toSorted((a, b) => rankOf(a) - rankOf(b))
    .map(({ value }) => asInformation(value, 60))
    .find((value) => value !== undefined);
}

/** Whether a Period has begun and not ended. */
export function isOfNow(period: unknown, now: Date): boolean {
  return !hasEnded(period, now) && !startsLater(period, now);
}

/**
 * The preferred language, and whether an interpreter is needed. If the EHR prefers none, all are named, because the first
 * one may not be spoken best.
 */
function languageOf({ communication, extension }: ForeignRecord): string | undefined {
  const languages = asRecords(communication);
  const preferred = languages.find((one) => flagOf(one, 'preferred') === true);
  const words = (preferred ? [preferred] : languages).flatMap(({ language }) => wordsOf(language) ?? []);
  const needs = asRecords(extension).some((one) => one.url === INTERPRETER && flagOf(one, 'valueBoolean') === true);
  const said = [...new Set(words)].slice(0, MOST_LANGUAGES);
  return asText([...said, ...(needs ? ['interpreter needed'] : [])].join(', '), LONGEST_LANGUAGE);
}

/** A code of BCP 47 without words has those of the runtime: "es" is Spanish. */
function wordsOf(language: unknown): string | undefined {
  const text = asConceptText(language);
  const isCode = asRecords(asRecord(language).coding).some(({ code }) => code === text);
  return text !== undefined && isCode && BCP_47.test(text) ? LANGUAGES.of(text) : text;
}

const BCP_47 = /^[a-z]{2,3}(?:-[a-z]{4})?(?:-[a-z]{2})?$/i;
const LANGUAGES = new Intl.DisplayNames(['en'], { type: 'language' });
/** FHIR R4, an extension of Patient. */
const INTERPRETER = 'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired';

const MOST_LANGUAGES = 3;
/** As long as the field of the form. */
const LONGEST_LANGUAGE = 60;
