/** Says in words when a question is shown, for forms without script and for the administrators' preview. */
import type { Service } from './service.ts';
import type { ShownWhen } from './shown-when.ts';

/** "only if “Oxygen on the way” is yes"; '' for a question that is always shown. */
export function shownInWords(shown: ShownWhen, { fields }: Pick<Service, 'fields'>): string {
  if (shown.length === 0) return '';
  const labelOf = (field: string) => fields.find(({ name }) => name === field)?.label ?? field;
  const clauses = shown.map((clause) =>
    clause.map(({ field, test, value }) => `“${labelOf(field)}” is ${WORDS[test] ?? value}`).join(' or '),
  );
  return `only if ${clauses.join(', and ')}`;
}

const WORDS: Readonly<Record<string, string | undefined>> = { given: 'answered', missing: 'not answered' };
