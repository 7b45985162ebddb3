/** Reads the services of an organization from a table with a row per service and a row per field of a service. */
import { LRUCache } from 'lru-cache';
import { cached } from '#src/adapters/cache.ts';
import { atRow, type CsvRow, readCsv, wordsIn } from './csv.ts';
import {
  FIELD_KINDS,
  hasChoices,
  LONGEST_ANSWER,
  LONGEST_CHOICE,
  LONGEST_LABEL,
  longestOf,
  MOST_CHOICES,
  MOST_FIELDS,
  type OwnField,
  SERVICE_SECTIONS,
  type Service,
} from './service.ts';
import { readShownWhen, shownProblem } from './shown-when.ts';

const COLUMNS = ['service', 'name', 'system', 'code', 'sections', 'field', 'label', 'kind', 'choices', 'required'];
const MORE_COLUMNS = ['shown', 'longest'];
export const CATALOGUE_COLUMNS: readonly string[] = [...COLUMNS, ...MORE_COLUMNS];
const NAME = /^[a-z][a-z0-9-]{0,29}$/;
const MOST_SERVICES = 20;

/**
 * With a problem there are no services.
 * @param text CSV: rows without `field` are services, others their fields. `required`: '', `always`, `field=value`.
 */
export function readCatalogue(text: string) {
  return cached(catalogues, text, () => readRows(text));
}

/** The last ones read, because every form and every read of the settings needs one. */
const catalogues = new LRUCache<string, ReturnType<typeof readRows>>({ max: 100 });

function readRows(text: string) {
  const { rows, problems: unread } = readCsv(text, COLUMNS, MORE_COLUMNS);
  if (unread.length > 0) return { services: [], problems: unread };
  const serviceRows = rows.filter(({ cells }) => cells['field'] === '');
  const fieldRows = rows.filter(({ cells }) => cells['field'] !== '');
  const names = serviceRows.map(({ cells }) => cells['service']);
  const byService = [...Map.groupBy(fieldRows, ({ cells }) => cells['service']).values()];
  const problems = [
    ...(serviceRows.length === 0 ? ['must have at least one service'] : []),
    ...(serviceRows.length > MOST_SERVICES ? [`must have at most ${MOST_SERVICES} services`] : []),
    ...serviceRows.flatMap((row, index) => serviceProblems(row, names.indexOf(row.cells['service']) < index)),
    ...byService.flatMap((own) => rowsProblems(own, names)),
  ];
  return { problems, services: problems.length > 0 ? [] : serviceRows.map((row) => serviceOf(row, fieldRows)) };
}

/** The services of a saved setting, which was judged before. */
export function servicesIn(text: string): readonly Service[] {
  return readCatalogue(text).services;
}

function serviceProblems({ number, cells }: CsvRow, isRepeated: boolean): string[] {
  const { service = '', name = '', system = '', code = '', sections = '' } = cells;
  const unknown = wordsIn(sections).filter((one) => !SERVICE_SECTIONS.some((known) => known === one));
  return atRow(number, [
    !NAME.test(service) && 'service must be small letters, digits and "-", at most 30',
    isRepeated && `service ${service} is there already`,
    (name === '' || name.length > 60) && 'name must be 1 to 60 characters',
    (system === '') !== (code === '') && 'system and code must both be given, or neither',
    system !== '' && !/^(?:https?:\/\/|urn:)\S{1,190}$/.test(system) && 'system must be a URL or a urn',
    code !== '' && !/^\S{1,60}$/.test(code) && 'code must have no spaces',
    unknown.length > 0 && `sections must be of ${SERVICE_SECTIONS.join(', ')}`,
  ]);
}

/** @param rows of one service. Rows beyond {@link MOST_FIELDS} are not judged. */
function rowsProblems(rows: CsvRow[], services: unknown[]): string[] {
  const judged = rows.slice(0, MOST_FIELDS);
  const fields = judged.map(({ cells }) => fieldOf(cells));
  const problems = judged.flatMap((row, index) => fieldProblems(row, services, fields, index));
  const first = rows[MOST_FIELDS];
  const tooMany = `service ${first?.cells['service']} must have at most ${MOST_FIELDS} fields`;
  return first ? [...problems, ...atRow(first.number, [tooMany])] : problems;
}

function fieldProblems({ number, cells }: CsvRow, services: unknown[], fields: OwnField[], index: number): string[] {
  const { service = '', field = '', label = '', kind = '', choices = '', required = '' } = cells;
  const { shown = '', longest = '' } = cells;
  const before = fields.slice(0, index);
  const isRepeated = before.some(({ name }) => name === field);
  const others = fields.filter(({ name }) => name !== field);
  const demand = fields[index]?.required;
  const isCondition = typeof demand === 'object' && shownProblem([[{ ...demand, test: 'is' }]], others) === undefined;
  const all = choicesIn(choices);
  const mostCharacters = longestOf(kind);
  return atRow(number, [
    !services.includes(service) && `service ${service || '(empty)'} has no row of its own`,
    !NAME.test(field) && 'field must be small letters, digits and "-", at most 30',
    isRepeated && `field ${field} is there already`,
    (label === '' || label.length > LONGEST_LABEL) && `label must be 1 to ${LONGEST_LABEL} characters`,
    !FIELD_KINDS.some((known) => known === kind) && `kind must be ${FIELD_KINDS.join(', ')}`,
    hasChoices(kind) &&
      (all.length < 2 || all.length > MOST_CHOICES) &&
      `choices must be 2 to ${MOST_CHOICES} texts, separated by |`,
    all.some((choice) => choice.length > LONGEST_CHOICE) && `each choice must be at most ${LONGEST_CHOICE} characters`,
    new Set(all).size < all.length && 'choices must differ',
    !hasChoices(kind) && all.length > 0 && 'choices are for the kinds choice and choice or text',
    required !== '' &&
      required !== 'always' &&
      !isCondition &&
      'required must be empty, always, or field=value: another field of the same service and one of its answers',
    shownProblem(readShownWhen(shown), before) ?? false,
    longest !== '' &&
      (mostCharacters === undefined || !/^[1-9]\d{0,3}$/.test(longest) || Number(longest) > mostCharacters) &&
      `longest must be empty, or for text and choice or text at most ${LONGEST_ANSWER.text} and for long text at most ${LONGEST_ANSWER['long text']}`,
  ]);
}

function serviceOf({ cells }: CsvRow, fieldRows: readonly CsvRow[]): Service {
  const { service = '', name = '', system = '', code = '', sections = '' } = cells;
  const wanted = wordsIn(sections);
  const own = fieldRows.filter((row) => row.cells['service'] === service);
  return {
    value: service,
    text: name,
    system,
    code,
    sections: SERVICE_SECTIONS.filter((section) => wanted.includes(section)),
    fields: own.map((row) => fieldOf(row.cells)),
  };
}

function fieldOf(cells: CsvRow['cells']): OwnField {
  const { field = '', label = '', kind = '', choices = '', required = '', shown = '', longest = '' } = cells;
  const [other = '', ...value] = required.split('=');
  const condition = { field: other, value: value.join('=') };
  const demand = value.length > 0 ? condition : required === 'always' ? 'always' : 'never';
  return {
    name: field,
    label,
    kind: kind as OwnField['kind'],
    choices: choicesIn(choices),
    required: demand,
    shown: readShownWhen(shown),
    longest: longest === '' ? (longestOf(kind) ?? LONGEST_ANSWER.text) : Number(longest),
  };
}

function choicesIn(text: string): string[] {
  return text
    .split('|')
    .map((choice) => choice.trim())
    .filter(Boolean);
}
