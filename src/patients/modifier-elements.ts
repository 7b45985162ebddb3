/** FHIR's modifier elements. What has one must not be shown as if it had none (FHIR R4, "Is-Modifier"). */
import { isJsonObject } from '#src/adapters/json-object.ts';
import { asRecord, asRecords, asText, asTexts, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { type Flag, flagOf } from './foreign-flag.ts';

/** No genuine resource has more elements or levels. */
const MOST_ELEMENTS = 20_000;
const MOST_LEVELS = 500;

/** Conditions on a whole resource, most severe first; an unreadable one counts as dangerous. Never throws. */
export function conditionsOf(resource: ForeignRecord, prohibition = prohibitionOf(resource)): string[] {
  return [
    prohibition === true && 'Do not perform',
    prohibition === 'unclear' && 'May mean “do not perform”: see the EHR',
    isPresent(resource.modifierExtension) && 'Conditions apply: see the EHR',
    hasConditionInside(resource) && 'Conditions apply to a part of it: see the EHR',
    (isPresent(resource.implicitRules) || isPresent(resource['_implicitRules'])) && 'Special rules apply: see the EHR',
  ].filter((line) => line !== false);
}

/** Does it say, or might it say, that it must not be done? Reads it as {@link conditionsOf} does. */
export function prohibitionOf(resource: ForeignRecord): boolean | 'unclear' {
  const prohibitions = prohibitionsIn(resource);
  return prohibitions.includes(true) || (prohibitions.includes('unclear') && 'unclear');
}

/** Does it have a condition as a whole that may reverse its meaning, and that this app does not know? */
export function mayBeReversed({ modifierExtension, implicitRules, _implicitRules: beside }: ForeignRecord): boolean {
  return isPresent(modifierExtension) || isPresent(implicitRules) || isPresent(beside);
}

/** The element, or the extension request-doNotPerform, which some servers write among those that modify nothing. */
function prohibitionsIn(resource: ForeignRecord): Flag[] {
  const flags = [flagOf(resource, 'doNotPerform')];
  for (const extensions of [resource.modifierExtension, resource.extension]) {
    for (const extension of asRecords(extensions))
      if (/\bdoNotPerform$/i.test(asText(extension.url) ?? '')) flags.push(flagOf(extension, 'valueBoolean'));
  }
  return flags;
}

/** Codes of the states of any resource that must appear beside its name. */
const STATES = new Map<unknown, string>([
  ...[
    'inactive suspended proposed cancelled superseded refuted unconfirmed presumed provisional differential resolved',
    'draft preliminary registered partial planned intended preparation',
    'stopped revoked rejected aborted unsatisfactory unavailable closed contaminated',
  ].flatMap((codes) => codes.split(' ').map((code) => [code, code] as const)),
  ['off', 'inactive'],
  ['on-hold', 'on hold'],
  ['not-done', 'not done'],
  ['not-taken', 'not taken'],
  ['noshow', 'no show'],
  ['entered-in-error', 'entered in error'],
  ['remission', 'in remission'],
  ['ruled-out', 'refuted'],
]);

/** The states and conditions of a resource that is displayed by name only: "inactive", "entered in error". */
export function remarksOn(resource: ForeignRecord): string[] {
  const active = flagOf(resource, 'active');
  const { status, docStatus, lifecycleStatus, operationalStatus, verificationStatus, clinicalStatus } = resource;
  const plain = asTexts([status, docStatus, lifecycleStatus, asRecord(operationalStatus).display]);
  const states = [...plain, ...codesOf(verificationStatus), ...codesOf(clinicalStatus)].flatMap(
    (code) => STATES.get(asCode(code)) ?? [],
  );
  const remarks = [
    active === false && 'inactive',
    active === 'unclear' && 'perhaps inactive',
    ...states,
    ...certaintiesOf(asRecord(resource.code)),
    resource.mode === 'kind' && 'any such place',
    ...conditionsOf(resource).map((line) => line.charAt(0).toLowerCase() + line.slice(1)),
  ];
  return [...new Set(remarks.filter((remark) => remark !== false))];
}

/** The German profiles of diagnoses say at the code that one is excluded, suspected or of the past. */
export function certaintiesOf(code: ForeignRecord): string[] {
  const said = extensionsOf(code).filter(({ url }) => /diagnosesicherheit$/i.test(asText(url) ?? ''));
  return said.flatMap(({ valueCoding, valueCode }) => CERTAINTIES.get(asRecord(valueCoding).code ?? valueCode) ?? []);
}

/** Those of a concept and of its codings. */
export function extensionsOf(concept: ForeignRecord): readonly ForeignRecord[] {
  const codings = asRecords(concept.coding);
  // A list page has hundreds of concepts, and nearly none has an extension.
  if (concept.extension === undefined && codings.every(({ extension }) => extension === undefined))
    return NO_EXTENSIONS;
  return [concept, ...codings].flatMap(({ extension }) => asRecords(extension));
}

const NO_EXTENSIONS: readonly ForeignRecord[] = [];

const CERTAINTIES = new Map<unknown, string>([
  ['A', 'refuted'],
  ['V', 'suspected'],
  ['Z', 'of the past'],
]);

/** A name with its remarks: "Northside (inactive)". */
export function withRemarks(name: string | undefined, resource: ForeignRecord): string | undefined {
  const remarks = name === undefined ? [] : remarksOn(resource);
  return remarks.length === 0 ? name : `${name} (${remarks.join('; ')})`;
}

/** A display counts too: the code may be of a system that has no words, such as SNOMED CT. */
function codesOf(concept: unknown): string[] {
  const { coding, text } = asRecord(concept);
  const codes = asRecords(coding).flatMap(({ code, display }) => [code, display]);
  return [...codes, text, concept].flatMap((code) => asText(code, 40) ?? []);
}

/** Some EHRs write "Entered in Error" or "EnteredInError". */
function asCode(text: string): string {
  const words = text.replace(/(?<=[a-z])(?=[A-Z])/g, '-').replace(/[\s_]+/g, '-');
  return words.toLowerCase();
}

/** Any value counts as present, even an invalid one. */
function isPresent(value: unknown): boolean {
  if (value === undefined) return false;
  if (Array.isArray(value)) return value.slice(0, 100).some((item) => Array.isArray(item) || isPresent(item));
  return value !== null && value !== '' && value !== false;
}

/** The walk creates no list, because every resource of a list is walked. */
function hasConditionInside(resource: ForeignRecord): boolean {
  let seen = 0;
  const hasCondition = (element: unknown, level: number): boolean => {
    if ((seen += 1) > MOST_ELEMENTS || level > MOST_LEVELS) return true;
    if (typeof element !== 'object') return false;
    if (Array.isArray(element)) {
      for (const item of element) if (hasCondition(item, level + 1)) return true;
    } else if (isJsonObject(element)) {
      if (isPresent(element.modifierExtension)) return true;
      for (const name in element) if (hasCondition(element[name], level + 1)) return true;
    }
    return false;
  };
  for (const name in resource)
    if (name !== 'contained' && name !== 'modifierExtension' && hasCondition(resource[name], 0)) return true;
  return false;
}
