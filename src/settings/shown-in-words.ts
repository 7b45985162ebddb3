/** Says in words when a question is required and shown, for forms without script and for the administrators' preview. */
import type { OwnField, Service } from './service.ts';
import type { ShownWhen } from './shown-when.ts';

/** "only if “Oxygen on the way” is yes"; '' for a question that is always shown. */
function shownInWords(shown: ShownWhen, { fields }: Pick<Service, 'fields'>): string {
  if (shown.length === 0) return '';
  const labelOf = (field: string) => fields.find(({ name }) => name === field)?.label ?? field;
  const clauses = shown.map((clause) =>
    clause.map(({ field, test, value }) => `“${labelOf(field)}” is ${WORDS[test] ?? value}`).join(' or '),
  );
  return `only if ${clauses.join(', and ')}`;
}

/** Such as "required, only if “Oxygen on the way” is yes"; '' for an optional question. */
export function demandOf({ required, shown }: OwnField, service: Pick<Service, 'fields'>): string {
  return [requiredText(required, service), shownInWords(shown, service)].filter(Boolean).join(', ');
}

function requiredText(required: OwnField['required'], { fields }: Pick<Service, 'fields'>): string {
  if (typeof required === 'string') return required === 'always' ? 'required' : '';
  const label = fields.find(({ name }) => name === required.field)?.label ?? required.field;
  return `required if “${label}” is ${required.value}`;
}

const WORDS: Readonly<Record<string, string | undefined>> = { given: 'answered', missing: 'not answered' };
