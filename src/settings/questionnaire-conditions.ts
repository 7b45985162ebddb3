/** Turns the `enableWhen` of a Questionnaire's item into conditions of a catalogue, on answers to questions above. */
import { isJsonObject, type JsonObject, objectsOf } from '#src/adapters/json-object.ts';
import { asText } from '#src/smart/fhir/fields.ts';
import type { ReadItem } from './questionnaire-options.ts';
import { type Condition, fitsCondition } from './shown-when.ts';

/** @param item untrusted. @param read the questions above, by linkId. */
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
