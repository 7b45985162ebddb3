/** Says in words what a clinical resource, to which a request refers, is about and what it found. */
import { flagOf } from '#src/patients/foreign-flag.ts';
import { remarksOn, withRemarks } from '#src/patients/modifier-elements.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  asWritten,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { quantityText, rangeText, ratioText } from '#src/smart/fhir/quantity.ts';
import { structureWords, withSites } from './body-sites.ts';
import { withSides } from './sides.ts';

/** Stands for a value that is not shown: a name without its value would mean the opposite where the value is "no". */
const ELSEWHERE = 'value in the EHR';
const MOST_PARTS = 20;
const MOST_LEVELS = 10;
/** Types whose category, such as "Outpatient" or "Problem list item", is no name. */
const NAMED_BY_CODE = new Set<unknown>(
  'Condition Observation AllergyIntolerance MedicationRequest MedicationStatement Procedure DiagnosticReport'.split(
    ' ',
  ),
);

/** As a reason: "PHQ-9: 17", with what must be shown beside it; undefined if it has no words, or was entered in error. */
export function reasonIn(resource: ForeignRecord, display?: string): string | undefined {
  if (isError(resource)) return undefined;
  const said = withRemarks(display ?? conceptOf(resource), resource);
  return [said, said && valueOf(resource)].filter(Boolean).join(': ') || undefined;
}

export function isError(resource: ForeignRecord): boolean {
  return remarksOn(resource).includes('entered in error');
}

/** Such as "Fracture, Left hip" or "Warfarin"; undefined if the resource does not name what it is about. */
export function conceptOf(resource: ForeignRecord): string | undefined {
  if (resource.resourceType === 'BodyStructure') return structureWords(resource);
  const words = wordsFor(resource);
  // A specimen was, or is to be, taken there.
  const { bodySite } = asRecord(resource.collection);
  return withSites(withSites(words, resource), { bodySite });
}

function wordsFor(resource: ForeignRecord): string | undefined {
  if (resource.use === 'preauthorization') return 'Prior authorization';
  if (resource.resourceType === 'CoverageEligibilityResponse') return 'Check of the insurance';
  if (resource.resourceType === 'QuestionnaireResponse') return 'Questionnaire';
  const { resourceType, code, medicationCodeableConcept, medicationReference, vaccineCode, title, description } =
    resource;
  const kinds = [code, medicationCodeableConcept, vaccineCode, ...asRecords(resource.type)].map((kind) =>
    withSides(asConceptText(kind), asRecord(kind)),
  );
  const own = [...kinds, asInformation(asRecord(medicationReference).display), asInformation(title)].find(Boolean);
  const payer = payerOf(resource);
  if (own !== undefined) return payer === undefined || own.includes(payer) ? own : `${payer}, ${own}`;
  const classes = NAMED_BY_CODE.has(resourceType) ? [] : asRecords(resource.category);
  const others = [...classes, { coding: resource.class }, description].map(asConceptText);
  return [...others, asInformation(description), relativeIn(resource), payer].find(Boolean);
}

/** Such as "Father: Stroke". */
function relativeIn({ relationship, condition }: ForeignRecord): string | undefined {
  const relative = asConceptText(relationship);
  const conditions = asRecords(condition).flatMap(({ code }) => asConceptText(code) ?? []);
  return relative && [relative, conditions.join(', ')].filter(Boolean).join(': ');
}

function payerOf({ payor }: ForeignRecord): string | undefined {
  return (
    asRecords(payor)
      .flatMap(({ display }) => asInformation(display) ?? [])
      .join(', ') || undefined
  );
}

/** FHIR R4 Observation.value[x], or its components, or the answer of a Consent; undefined for any other resource. */
export function valueOf(resource: ForeignRecord): string | undefined {
  if (resource.resourceType === 'Consent') return consentOf(asRecord(resource.provision));
  if (PAYERS_WORDS.has(resource.resourceType)) return decisionOf(resource);
  const name = Object.keys(resource).find((member) => /^_?value[A-Z]/.test(member));
  if (name !== undefined) return READERS.get(name)?.(resource[name], resource) ?? ELSEWHERE;
  if (resource.dataAbsentReason !== undefined) return 'no value';
  const parts = resource.resourceType === 'QuestionnaireResponse' ? answersIn(resource) : asRecords(resource.component);
  const words = parts.map((part) => [asConceptText(part.code), valueOf(part) ?? ELSEWHERE].filter(Boolean).join(' '));
  const more = words.length > MOST_PARTS ? `, ${words.length - MOST_PARTS} more in the EHR` : '';
  return words.length === 0 ? undefined : `${words.slice(0, MOST_PARTS).join(', ')}${more}`;
}

/** Each answer under its question, those inside groups and under other answers too. */
function answersIn({ item, answer, text }: ForeignRecord, level = 0): ForeignRecord[] {
  if (level > MOST_LEVELS) return [];
  const answers = asRecords(answer);
  const own = answers.map((one) => ({ ...one, code: { text: `${asText(text) ?? 'Not named'}:` } }));
  return [...own, ...[...answers, ...asRecords(item)].flatMap((one) => answersIn(one, level + 1))];
}

type ValueReader = (value: unknown, resource: ForeignRecord) => string | undefined;

/** One reader for several types of value[x]. */
const eachAs = (types: string, read: ValueReader) => types.split(' ').map((type) => [`value${type}`, read] as const);

/** "None" and "Unknown" are findings here, not missing values. */
const READERS = new Map<string, ValueReader>([
  ...eachAs('Quantity Age Count Distance Duration', quantityText),
  ...eachAs('Integer Decimal PositiveInt UnsignedInt', (value) => quantityText({ value })),
  ...eachAs('String Date DateTime Time Uri Url Canonical', (value) => asText(value)),
  ['valueMoney', (value) => quantityText({ ...asRecord(value), unit: asRecord(value).currency })],
  ['valueIdentifier', (value) => asText(asRecord(value).value)],
  ['valueDosage', (value) => asText(asRecord(value).text)],
  ['valueRange', rangeText],
  ['valueRatio', ratioText],
  ['valueCoding', (value) => asConceptText({ coding: [value] }) ?? displayIn({ coding: [value] })],
  ['valueCodeableConcept', (value) => asConceptText(value) ?? asText(asRecord(value).text) ?? displayIn(value)],
  ['valueBoolean', (_value, resource) => FLAGS.get(flagOf(resource, 'valueBoolean'))],
]);

/** An exception, or a limit to some readers or uses, may say the opposite. */
function consentOf({ type, ...rest }: ForeignRecord): string | undefined {
  const isWhole = Object.keys(rest).every((name) => name === 'period');
  return isWhole ? CONSENTS.get(type) : ELSEWHERE;
}

/** X12 306, which Da Vinci's guides for prior authorization use, and FHIR R4 adjudication: what a payer has decided. */
const DECISIONS = new Map<unknown, string>([
  ['A1', 'approved'],
  ['A2', 'approved in part'],
  ['A3', 'denied'],
  ['A4', 'pending'],
  ['A6', 'approved with changes'],
  ['C', 'cancelled'],
  ['CT', 'payer asks for a call'],
  ['NA', 'no authorization needed'],
]);
const PAYERS_WORDS = new Set<unknown>(['ClaimResponse', 'CoverageEligibilityResponse']);
const REVIEW = /\b(?:review-?action|reviewActionCode)$/i;

/** The payer's decision on each item, and the payer's own words. A processed claim alone is neither approved nor denied. */
function decisionOf(answer: ForeignRecord): string | undefined {
  const { item, addItem, adjudication, extension, disposition, outcome } = answer;
  const items = [...asRecords(item), ...asRecords(addItem)].flatMap((one) => asRecords(one.adjudication));
  const inside = [...items, ...asRecords(adjudication), { extension }].flatMap((one) => asRecords(one.extension));
  const actions = inside
    .flatMap((one) => [one, ...asRecords(one.extension)])
    .filter(({ url }) => REVIEW.test(asWritten(url)));
  const codes = actions.flatMap(({ valueCodeableConcept }) => asRecords(asRecord(valueCodeableConcept).coding));
  const decided = codes.flatMap(({ code, display }) => DECISIONS.get(code) ?? asText(display) ?? []);
  const failed = outcome === 'error' ? 'not processed' : undefined;
  return [...new Set([...decided, failed, asInformation(disposition)])].filter(Boolean).join(', ') || undefined;
}

/** FHIR R4 Consent.provision: what is consented to, or is not. */
const CONSENTS = new Map<unknown, string>([
  ['deny', 'denied'],
  ['permit', 'permitted'],
]);

const FLAGS = new Map<unknown, string>([
  [true, 'yes'],
  [false, 'no'],
]);

function displayIn(concept: unknown): string | undefined {
  return asRecords(asRecord(concept).coding).flatMap(({ display }) => asText(display) ?? [])[0];
}
