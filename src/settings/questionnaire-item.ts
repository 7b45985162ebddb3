/** Reads the options and the `enableWhen` of a Questionnaire's item: texts to choose from, and conditions of a catalogue. */
import { isJsonObject, type JsonObject, objectsOf } from '#src/adapters/json-object.ts';
import { asText } from '#src/smart/fhir/fields.ts';
import { hasChoices, LONGEST_CHOICE, MOST_CHOICES, type OwnField } from './service.ts';
import { type Condition, fitsCondition } from './shown-when.ts';

/** An item that was read, which later conditions may refer to. */
export interface ReadItem {
  readonly field: OwnField;
  /** For a choice, the codings of its options and their texts. */
  readonly codes: readonly { readonly coding: JsonObject; readonly text: string }[];
  /** For a number with a unit, the unit as words and as a code. */
  readonly units: readonly string[];
}

const ONLY_FOR_CHOICES = 'answerOption is supported for choice and open-choice only';

/** @param item untrusted. */
export function optionsOf(item: JsonObject, kind: string) {
  const { answerOption, answerValueSet } = item;
  const options: unknown[] = Array.isArray(answerOption) ? answerOption : [];
  const none = { choices: [], codes: [] };
  if (answerValueSet !== undefined)
    return { ...none, problems: ['answerValueSet is not supported: list the options as answerOption'] };
  if (!hasChoices(kind)) return { ...none, problems: options.length > 0 ? [ONLY_FOR_CHOICES] : [] };
  if (options.length < 2 || options.length > MOST_CHOICES)
    return { ...none, problems: [`a choice must have 2 to ${MOST_CHOICES} answerOption`] };
  const read = options.map(optionOf);
  const choices = read.flatMap(({ text }) => text ?? []);
  const isRepeated = new Set(choices).size < choices.length;
  return {
    choices,
    codes: read.flatMap(({ coding, text }) => (coding && text !== undefined ? [{ coding, text }] : [])),
    problems: [
      ...read.flatMap(({ problem }, index) => (problem === undefined ? [] : [`answerOption ${index + 1} ${problem}`])),
      ...(isRepeated ? ['two answerOption have the same text'] : []),
    ],
  };
}

function optionOf(option: unknown): { text?: string; coding?: JsonObject; problem?: string } {
  const { valueCoding, valueString, modifierExtension } = isJsonObject(option) ? option : {};
  if (modifierExtension !== undefined) return { problem: 'must not have a modifierExtension' };
  const coding = isJsonObject(valueCoding) ? valueCoding : undefined;
  const text = coding ? (asText(coding['display'], 500) ?? asText(coding['code'], 500)) : asText(valueString, 500);
  if (text === undefined) return { problem: 'must have a valueCoding with display or code, or a valueString' };
  if (text.length > LONGEST_CHOICE) return { problem: `must have at most ${LONGEST_CHOICE} characters` };
  if (text.includes('|')) return { problem: 'must not contain |' };
  return coding ? { text, coding } : { text };
}

/** On answers to questions above. @param item untrusted. @param read those questions, by linkId. */
export function conditionsOf({ enableWhen, enableBehavior }: JsonObject, read: ReadonlyMap<string, ReadItem>) {
  if (enableWhen === undefined) return { shown: [], problems: [] };
  const entries = objectsOf(enableWhen);
  if (entries.length === 0) return { shown: [], problems: ['enableWhen must be a list of conditions'] };
  const results = entries.map((entry) => conditionOf(entry, read));
  const problems = results.filter((result) => typeof result === 'string');
  const isEither = enableBehavior === 'all' || enableBehavior === 'any';
  if (entries.length > 1 && !isEither) problems.push('enableBehavior must be all or any');
  const conditions = results.filter((result) => typeof result !== 'string');
  return { shown: enableBehavior === 'any' ? [conditions] : conditions.map((one) => [one]), problems };
}

function conditionOf(entry: JsonObject, read: ReadonlyMap<string, ReadItem>): Condition | string {
  const question = asText(entry['question']) ?? '(none)';
  const operator = asText(entry['operator']) ?? '(none)';
  const other = read.get(question);
  if (!other) return `enableWhen refers to linkId ${question}, which is no question above it`;
  const field = other.field.name;
  if (operator === 'exists') {
    const { answerBoolean } = entry;
    if (typeof answerBoolean !== 'boolean') return 'enableWhen exists must have an answerBoolean';
    return { field, test: answerBoolean ? 'given' : 'missing', value: '' };
  }
  if (operator !== '=') return `enableWhen has the operator ${operator}, which is not supported (supported: =, exists)`;
  const value = answerOf(entry, other);
  if (value === undefined) return `enableWhen = has no answer that linkId ${question} can have`;
  return fitsCondition(value)
    ? { field, test: 'is', value }
    : `enableWhen = cannot compare with “${value.slice(0, 60)}”: it has | or & in it, or a space at an end`;
}

/** The answer as a user types it into the other question; undefined if that question cannot have it. */
function answerOf(entry: JsonObject, { field, codes, units }: ReadItem): string | undefined {
  const { answerBoolean, answerCoding, answerString, answerInteger, answerDecimal, answerDate } = entry;
  switch (field.kind) {
    case 'yes/no':
      return typeof answerBoolean === 'boolean' ? (answerBoolean ? 'yes' : 'no') : undefined;
    case 'number':
      return numberOf(answerDecimal) ?? numberOf(answerInteger) ?? quantityOf(entry['answerQuantity'], units);
    case 'whole number':
      return numberOf(answerInteger);
    case 'date':
      return typeof answerDate === 'string' && /^\d{4}-\d\d-\d\d$/.test(answerDate) ? answerDate : undefined;
    case 'date-time':
      return undefined;
    case 'choice':
    case 'choice or text': {
      const coded = codes.find(({ coding }) => isJsonObject(answerCoding) && isSame(coding, answerCoding))?.text;
      const isAnswer = field.kind === 'choice or text' || field.choices.some((choice) => choice === answerString);
      return coded ?? (isAnswer && typeof answerString === 'string' ? answerString : undefined);
    }
    case 'text':
    case 'long text':
      return typeof answerString === 'string' ? answerString : undefined;
  }
}

/** In the unit of the question; another one would have to be converted. */
function quantityOf(quantity: unknown, units: readonly string[]): string | undefined {
  const { value, unit, code } = isJsonObject(quantity) ? quantity : {};
  return [unit, code].some((one) => units.includes(String(one))) ? numberOf(value) : undefined;
}

function isSame(coding: JsonObject, wanted: JsonObject): boolean {
  return coding['code'] !== undefined && coding['code'] === wanted['code'] && coding['system'] === wanted['system'];
}

function numberOf(value: unknown): string | undefined {
  return typeof value === 'number' && value >= 0 && value < 1e9 ? String(value) : undefined;
}
