/** Finds the medical record number among a patient's identifiers; never guesses with "the first one". */
import {
  asInformation,
  asRecord,
  asRecords,
  asText,
  type ForeignRecord,
  hasEnded,
  startsLater,
} from '#src/smart/fhir/fields.ts';
import { isMarkedAbsent } from '#src/smart/fhir/no-information.ts';

/** HL7 v2 table 0203, as named by every FHIR version and by CDA. */
const TYPE_SYSTEM =
  /^(?:https?:\/\/(?:terminology\.hl7\.org\/CodeSystem\/v2-0203|hl7\.org\/fhir\/(?:v2\/0203|identifier-type))\/?|urn:oid:2\.16\.840\.1\.113883\.(?:18\.108|12\.203))(?:\|.*)?$/;
/** Codes of v2-0203 for numbers that may be the hospital's own, if their text says so. */
const NAMEABLE_CODES = new Set<unknown>(['PI', 'PT', 'U', 'RRI']);
const USES_BEST_FIRST = ['official', 'usual', undefined, 'secondary', 'temp'];
/** The only words in a name for an MRN; "mother's" or "former" mean a different number. */
const MRN_WORDS = new Set(
  'mrn mr medical record records number num no nr id identifier patient hospital facility the'.split(' '),
);
/** Limits the numbers shown when several hospitals share a server. */
const MOST_SHOWN = 3;

/**
 * Coded MR (HL7 v2-0203), or named "MRN". Current, then coded, then by use; of equal rank all: none by chance.
 * @param identifiers untrusted. @returns undefined when the EHR calls none of them a medical record number.
 */
export function medicalRecordNumber(identifiers: unknown, now: Date): string | undefined {
  const candidates = asRecords(identifiers).flatMap((identifier) => candidateOf(identifier, now) ?? []);
  const best = Math.min(...candidates.map(({ rank }) => rank));
  const equals = [...new Map(candidates.filter(({ rank }) => rank === best).map((one) => [one.value, one])).values()];
  const shown = equals.slice(0, MOST_SHOWN).map((one) => textOf(one, equals.length > 1));
  return shown.length === 0 ? undefined : `${shown.join(', ')}${equals.length > MOST_SHOWN ? ' and more' : ''}`;
}

interface Candidate {
  value: string;
  assigner: string | undefined;
  isPast: boolean;
  /** Lower is better. */
  rank: number;
}

function candidateOf(identifier: ForeignRecord, now: Date): Candidate | undefined {
  const value = valueOf(identifier);
  const kind = isCodedAsMrn(identifier) ? 0 : isNamedMrn(identifier) ? 10 : undefined;
  if (value === undefined || kind === undefined) return undefined;
  const known = USES_BEST_FIRST.indexOf(typeof identifier.use === 'string' ? identifier.use : undefined);
  const isPast = identifier.use === 'old' || hasEnded(identifier.period, now);
  const late = isPast ? 200 : startsLater(identifier.period, now) ? 100 : 0;
  const rank = late + kind + (known === -1 ? USES_BEST_FIRST.length : known);
  return { value, assigner: asInformation(asRecord(identifier.assigner).display, 60), isPast, rank };
}

function valueOf(identifier: ForeignRecord): string | undefined {
  const isAbsent = [identifier['_value'], identifier].some((element) =>
    isMarkedAbsent(asRecords(asRecord(element).extension)),
  );
  return isAbsent ? undefined : asInformation(identifier.value, 64);
}

function textOf({ value, assigner, isPast }: Candidate, isOneOfSeveral: boolean): string {
  const remarks = [isOneOfSeveral && assigner, isPast && 'no longer used'].filter(Boolean);
  return remarks.length === 0 ? value : `${value} (${remarks.join(', ')})`;
}

function isCodedAsMrn({ type }: ForeignRecord): boolean {
  return asRecords(asRecord(type).coding).some(
    ({ code, system }) => code === 'MR' && (asText(system) === undefined || isTypeSystem(system)),
  );
}

/** An HL7 code for another kind of number overrides any text. */
function isNamedMrn(identifier: ForeignRecord): boolean {
  const type = asRecord(identifier.type);
  const codings = asRecords(type.coding);
  const isOther = codings.some(
    ({ code, system }) => isTypeSystem(system) && code !== undefined && !NAMEABLE_CODES.has(code),
  );
  const names = [type.text, ...codings.flatMap(({ code, display }) => [display, code === 'MR' ? undefined : code])];
  return !isOther && names.some((name) => isMrnName(asText(name) ?? ''));
}

function isTypeSystem(system: unknown): boolean {
  return typeof system === 'string' && TYPE_SYSTEM.test(system);
}

function isMrnName(name: string): boolean {
  const words: string[] = name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const isNamed = words.includes('mrn') || /\bmr (?:no|number)\b|\bmedical records? ?/.test(words.join(' '));
  return isNamed && words.every((word) => MRN_WORDS.has(word));
}
