/**
 * FHIR's modifier elements, those that change what a resource means, in words for every resource the pages show: an
 * application that does not understand one must not show the rest as if it were not there (FHIR R4, "Is-Modifier").
 */
import { isJsonObject } from '#src/adapters/json-object.ts';
import { asRecord, asRecords, asText, asTexts, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { type Flag, flagOf } from './foreign-flag.ts';

/** No resource of an honest server has more elements or more levels. */
const MOST_ELEMENTS = 20_000;

/**
 * Conditions on a whole resource, in short sentences, the gravest first. A value that cannot be read counts as the
 * dangerous one. What `contained` holds is judged by itself. Never throws.
 */
export function conditionsOf(resource: ForeignRecord): string[] {
  const prohibitions = prohibitionsIn(resource);
  return [
    prohibitions.includes(true) && 'Do not perform',
    !prohibitions.includes(true) && prohibitions.includes('unclear') && 'May mean “do not perform”: see the EHR',
    isPresent(resource.modifierExtension) && 'Conditions apply: see the EHR',
    hasConditionInside(resource) && 'Conditions apply to a part of it: see the EHR',
    (isPresent(resource.implicitRules) || isPresent(resource['_implicitRules'])) && 'Special rules apply: see the EHR',
  ].filter((line) => line !== false);
}

/** Whether it says, or may say, that it must not be done; read as {@link conditionsOf} reads it. */
export function mayBeProhibited(resource: ForeignRecord): boolean {
  const prohibitions = prohibitionsIn(resource);
  return prohibitions.includes(true) || prohibitions.includes('unclear');
}

/** As an element or, where a FHIR version has none, as the extension request-doNotPerform. */
function prohibitionsIn(resource: ForeignRecord): Flag[] {
  const extensions = asRecords(resource.modifierExtension).filter(({ url }) =>
    /\bdoNotPerform$/i.test(asText(url) ?? ''),
  );
  return [flagOf(resource, 'doNotPerform'), ...extensions.map((extension) => flagOf(extension, 'valueBoolean'))];
}

/** Codes of the states of any resource without which its name would mislead. */
const STATES = new Map<unknown, string>([
  ...['inactive', 'suspended', 'proposed', 'cancelled', 'superseded'].map((code) => [code, code] as const),
  ...['refuted', 'unconfirmed', 'provisional', 'differential', 'resolved'].map((code) => [code, code] as const),
  ...['draft', 'preliminary', 'registered', 'partial', 'planned', 'intended', 'preparation'].map(
    (code) => [code, code] as const,
  ),
  ...['stopped', 'revoked', 'rejected', 'aborted', 'unsatisfactory', 'unavailable'].map(
    (code) => [code, code] as const,
  ),
  ['off', 'inactive'],
  ['on-hold', 'on hold'],
  ['not-done', 'not done'],
  ['not-taken', 'not taken'],
  ['noshow', 'no show'],
  ['entered-in-error', 'entered in error'],
  ['remission', 'in remission'],
]);

/** The states and conditions of a resource that is shown by its name alone: "inactive", "entered in error". */
export function remarksOn(resource: ForeignRecord): string[] {
  const active = flagOf(resource, 'active');
  const { status, docStatus, lifecycleStatus, verificationStatus, clinicalStatus } = resource;
  const plain = asTexts([status, docStatus, lifecycleStatus]);
  const states = [...plain, ...codesOf(verificationStatus), ...codesOf(clinicalStatus)].flatMap(
    (code) => STATES.get(code.toLowerCase()) ?? [],
  );
  const remarks = [
    active === false && 'inactive',
    active === 'unclear' && 'perhaps inactive',
    ...states,
    resource.mode === 'kind' && 'any such place',
    ...conditionsOf(resource).map((line) => line.charAt(0).toLowerCase() + line.slice(1)),
  ];
  return [...new Set(remarks.filter((remark) => remark !== false))];
}

/** A name with what must be known beside it: "Northside (inactive)". */
export function withRemarks(name: string | undefined, resource: ForeignRecord): string | undefined {
  const remarks = name === undefined ? [] : remarksOn(resource);
  return remarks.length === 0 ? name : `${name} (${remarks.join('; ')})`;
}

function codesOf(concept: unknown): string[] {
  const { coding, text } = asRecord(concept);
  return [...asRecords(coding).map(({ code }) => code), text, concept].flatMap((code) => asText(code, 40) ?? []);
}

/** Anything at all counts, also what has no business there. */
function isPresent(value: unknown): boolean {
  if (value === undefined) return false;
  if (Array.isArray(value)) return value.slice(0, 100).some((item) => Array.isArray(item) || isPresent(item));
  return value !== null && value !== '' && value !== false;
}

function hasConditionInside(resource: ForeignRecord): boolean {
  const open: unknown[] = [];
  for (const name in resource) if (name !== 'contained' && name !== 'modifierExtension') open.push(resource[name]);
  for (let seen = 0; open.length > 0; seen += 1) {
    if (seen > MOST_ELEMENTS) return true;
    const element = open.pop();
    if (Array.isArray(element)) open.push(...element.slice(0, MOST_ELEMENTS + 1));
    else if (isJsonObject(element)) {
      if (isPresent(element.modifierExtension)) return true;
      // Without a list of its members: every resource of a list is walked.
      for (const name in element) open.push(element[name]);
    }
  }
  return false;
}
