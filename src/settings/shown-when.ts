/** When a question is shown: a cell such as `oxygen=yes & mask|tube`, about questions above it. */
import type { OwnField, Service } from './service.ts';

export interface Condition {
  readonly field: string;
  /** `is` compares with the value; `given` and `missing` have none. */
  readonly test: 'is' | 'given' | 'missing';
  readonly value: string;
}

/** Every clause must hold, and a clause holds if any of its conditions does. An empty list means always shown. */
export type ShownWhen = readonly (readonly Condition[])[];

const AND = ' & ';
const OR = '|';
/** Of one question. A form repeats each in its page. */
const MOST_CONDITIONS = 50;

/** @param cell clauses joined by ` & `, conditions by `|`: `field=value`, `field` (answered), `!field` (not). */
export function readShownWhen(cell: string): ShownWhen {
  if (cell === '') return [];
  return cell.split(AND).map((clause) => clause.split(OR).map((one) => conditionOf(one.trim())));
}

/** The cell that {@link readShownWhen} reads as this condition. */
export function shownWhenText(shown: ShownWhen): string {
  return shown.map((clause) => clause.map(conditionText).join(OR)).join(AND);
}

/** Whether a cell can hold the value. */
export function fitsCondition(value: string): boolean {
  return value !== '' && !value.includes(OR) && !value.includes(AND) && value.trim() === value;
}

export function shownProblem(shown: ShownWhen, above: readonly OwnField[]): string | undefined {
  const conditions = shown.flat();
  if (conditions.length > MOST_CONDITIONS) return `shown must have at most ${MOST_CONDITIONS} conditions`;
  for (const { field, test, value } of conditions) {
    const other = above.find(({ name }) => name === field);
    if (!other) return `shown must refer to a field above of the same service: ${field || '(empty)'}`;
    const answers = other.kind === 'yes/no' ? ['yes', 'no'] : other.kind === 'choice' ? other.choices : [];
    if (test === 'is' && (value === '' || (answers.length > 0 && !answers.includes(value))))
      return `shown compares ${field} with what is no answer to it: ${value || '(empty)'}`;
  }
  return undefined;
}

/** @param answers to the questions above. A question that is not shown has no answer. */
export function isShown(shown: ShownWhen, answers: Readonly<Record<string, string>>): boolean {
  return shown.every((clause) => clause.some((condition) => holds(condition, answers[condition.field] ?? '')));
}

function holds({ test, value }: Condition, answer: string): boolean {
  if (test !== 'is') return (answer !== '') === (test === 'given');
  const isNumber = /^\d+(?:\.\d+)?$/;
  return answer === value || (isNumber.test(answer) && isNumber.test(value) && Number(answer) === Number(value));
}

function conditionOf(text: string): Condition {
  const at = text.indexOf('=');
  if (at >= 0) return { field: text.slice(0, at), test: 'is', value: text.slice(at + 1) };
  return text.startsWith('!')
    ? { field: text.slice(1), test: 'missing', value: '' }
    : { field: text, test: 'given', value: '' };
}

function conditionText({ field, test, value }: Condition): string {
  if (test === 'is') return `${field}=${value}`;
  return test === 'given' ? field : `!${field}`;
}

/** When a question must be answered: "required, only if “Oxygen on the way” is yes"; '' for an optional one. */
export function demandOf({ required, shown }: OwnField, { fields }: Pick<Service, 'fields'>): string {
  const labelOf = (field: string) => fields.find(({ name }) => name === field)?.label ?? field;
  const clauses = shown.map((clause) =>
    clause.map(({ field, test, value }) => `“${labelOf(field)}” is ${WORDS[test] ?? value}`).join(' or '),
  );
  const condition = clauses.length > 0 && `only if ${clauses.join(', and ')}`;
  if (typeof required !== 'string')
    return [`required if “${labelOf(required.field)}” is ${required.value}`, condition].filter(Boolean).join(', ');
  return [required === 'always' && 'required', condition].filter(Boolean).join(', ');
}

const WORDS: Readonly<Record<string, string | undefined>> = { given: 'answered', missing: 'not answered' };
