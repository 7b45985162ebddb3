/** Reads allergies from the chart, as a request can carry them. */
import { remarksOn, withRemarks } from '#src/patients/modifier-elements.ts';
import { withSides } from '#src/requests/list/sides.ts';
import { bareCode } from '#src/smart/fhir/code-systems.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  asWritten,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { isCatchAll } from '#src/smart/fhir/no-information.ts';
import { type ChartFact, dated, doubtOf, factOf, MOST_OF_A_KIND, type ReadingTime } from './facts.ts';

/** Remarks on a resource that a request must not carry. */
const NOT_IN_FORCE = ['entered in error', 'refuted', 'resolved', 'inactive', 'in remission'];

/**
 * Allergies of high criticality come first. All are chosen beforehand: a provider must know them, and the clinician
 * sees that they are chosen. "No known allergy" is not chosen beside an allergy.
 */
export function allergiesFrom(allergies: readonly ForeignRecord[], at: ReadingTime): ChartFact[] {
  const inForce = allergies.filter(isInForce);
  const found = [...inForce.filter(isHigh), ...inForce.filter((one) => !isHigh(one))].flatMap((allergy) => {
    const { recordedDate, onsetDateTime, lastOccurrence, meta, type } = allergy;
    const name = nameOf(allergy);
    const text = name && [name, type === 'intolerance' && type, dangerOf(allergy)].filter(Boolean).join('; ');
    const when = dated([recordedDate, lastOccurrence, onsetDateTime, asRecord(meta).lastUpdated], at);
    const isNone = saysNone(allergy) && asRecords(allergy.reaction).length === 0;
    const note = asText(asRecords(allergy.note)[0]?.text, 120);
    const noted = note !== undefined && text?.includes(note) === false ? `Note in the chart: ${note}` : undefined;
    const doubt = doubtOf(allergy, [recordedDate, onsetDateTime, lastOccurrence], at, [noted]);
    return factOf(allergy, undefined, text, when).map((fact) => ({ fact: { ...fact, doubt }, isNone }));
  });
  const areNone = found.every(({ isNone }) => isNone);
  return found.map(({ fact, isNone }) => ({ ...fact, isSuggested: !isNone || areNone })).slice(0, MOST_OF_A_KIND);
}

/** How dangerous an allergy is, and what it causes; undefined where the EHR says neither. */
export function dangerOf(allergy: ForeignRecord): string | undefined {
  const dangers = [
    isHigh(allergy) && 'high criticality',
    asRecords(allergy.reaction).some(isSevereReaction) && 'severe reaction',
    reactionsOf(allergy),
  ];
  return dangers.filter(Boolean).join('; ') || undefined;
}

const isHigh = ({ criticality }: ForeignRecord) => asText(criticality)?.toLowerCase() === 'high';

/** That there is none, or that it is not known whether there is one. */
const NONE = [
  /^(?:(?:patient|pt) )?(?:(?:has|with) )?no known\b[^;.:(+]{0,60}?all?erg\w*/i,
  /^(?:(?:patient|pt) )?(?:(?:has|with) )?(?:no|nil|none)(?: known\b| reported\b| recorded\b| (?:\w{1,20} ){0,2}all?erg)/i,
  /^n\.?k\.?(?:[dfm]\.?)?a\b/i,
  /^(?:patient )?den(?:ies|ied)\b|^negative for\b/i,
  /^(?:\w{1,20} )?all?erg(?:y|ies)(?: \w{1,20})?:? (?:not on file|status unknown|not assessed)\b|^(?:not on file|(?:patient )?not asked|unable to (?:assess|obtain)|not assessed)\b/i,
  /^(?:keine|aucune|pas d.|sin|sem|nessun[ao]?|geen|ingen|inga|nenhuma)\b[^;]{0,60}?all?erg/i,
];

/**
 * After such words comes an allergy, as in "no known allergies except penicillin". So it may after a mark, as in "NKDA,
 * latex", unless the next word is known to say something else; "allergic to" says it anywhere in the text.
 */
const BESIDES =
  /\b(?:but|except|other than|apart from|besides)\b|(?:[;.,:/(+–] *|(?: |^)- ?)(?!(?:no|nk[dfm]?a|nil|none|not|denie[sd]|neg|negative|per|last|see|pt|patient|as|dr|by|on|at|drugs?|medications?|situation|(?:verif|review|confirm|updat)\w*)\b|n\.)\p{L}|anaphyla|\b(?:allergic|reacts|reaction) to\b/iu;

/** In any language, a code may say it. */
function saysNone({ code }: ForeignRecord): boolean {
  const text = asConceptText(code) ?? '';
  const none = NONE.find((one) => one.test(text));
  const isCoded = asRecords(asRecord(code).coding).some((one) => KNOWN_BY_CODE.has(asWritten(one.code)));
  return (none !== undefined || isCoded) && !BESIDES.test(none ? text.replace(none, '') : text);
}

/** The words of an allergy or a condition. Some EHRs name what a patient is allergic to only beside the reaction. */
export function nameOf(resource: ForeignRecord): string | undefined {
  const substances = asRecords(resource.reaction).flatMap(({ substance }) => asConceptText(substance) ?? []);
  const [named, ...others] = [...[asConceptText(resource.code)].filter((text) => text !== undefined), ...substances];
  // A class of drugs may be named, and beside it the one that caused the reaction.
  const exact = others.filter((one) => !named?.toLowerCase().includes(one.toLowerCase()));
  // What is noted beside "other", or beside "none known", may be an allergy.
  const isNoted = named !== undefined && (isCatchAll(named) || saysNone(resource));
  const noted = isNoted ? asText(asRecords(resource.note)[0]?.text, 120) : undefined;
  const more = [...new Set(exact)].join(', ');
  const words = named && [KNOWN_BY_CODE.get(bareCode(named)) ?? named, more, noted].filter(Boolean).join(': ');
  return withRemarks(withSides(words, asRecord(resource.code)), resource);
}

/** SNOMED CT and the International Patient Summary: a bare code would read as something that the patient is allergic to. */
const KNOWN_BY_CODE = new Map([
  ['no-allergy-info', 'No information about allergies'],
  ['no-known-allergies', 'No known allergy'],
  ['no-known-medication-allergies', 'No known drug allergy'],
  ['no-known-food-allergies', 'No known food allergy'],
  ['no-known-environmental-allergies', 'No known environmental allergy'],
  ['428197003', 'No known insect allergy'],
  ['716220001', 'No known animal allergy'],
  ['1003774007', 'No known latex allergy'],
  ['716186003', 'No known allergy'],
  ['409137002', 'No known drug allergy'],
  ['429625007', 'No known food allergy'],
  ['428607008', 'No known environmental allergy'],
]);

function isSevereReaction({ severity }: ForeignRecord): boolean {
  return asText(severity)?.toLowerCase() === 'severe';
}

/** Whether the resource is in force but has no words by which it could be shown. */
export function isNameless(resource: ForeignRecord): boolean {
  return isInForce(resource) && nameOf(resource) === undefined;
}

/** Not refuted, over or entered in error. */
export function isInForce(resource: ForeignRecord): boolean {
  return !remarksOn(resource).some((remark) => NOT_IN_FORCE.includes(remark));
}

/** Those of a severe reaction first, because a long list is cut off, with a mark. */
function reactionsOf({ reaction }: ForeignRecord): string | undefined {
  const reactions = asRecords(reaction).toSorted((a, b) => Number(isSevereReaction(b)) - Number(isSevereReaction(a)));
  const texts = reactions.flatMap(({ manifestation, description }) => {
    const shown = asRecords(manifestation).map(asConceptText);
    return shown.length > 0 ? shown : [asInformation(description, 120)];
  });
  return asText([...new Set(texts.filter((text) => text !== undefined))].join(', '), 120);
}
