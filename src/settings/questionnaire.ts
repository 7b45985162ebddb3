/** Reads a FHIR R4 Questionnaire as a service's fields: whole, or refused with every item that does not fit. */
import { isJsonObject, type JsonObject, objectsOf, parseJsonObject } from '#src/adapters/json-object.ts';
import { asText } from '#src/smart/fhir/fields.ts';
import { conditionsOf, optionsOf, type ReadItem } from './questionnaire-item.ts';
import { LONGEST_ANSWER, LONGEST_LABEL, longestOf, MOST_FIELDS, type OwnField } from './service.ts';
import type { ShownWhen } from './shown-when.ts';

/** In characters of JSON. */
export const LONGEST_QUESTIONNAIRE = 100_000;
const MOST_ITEMS = 200;
const MOST_LEVELS = 6;
const MOST_LINES = 50;

interface Reading {
  readonly read: Map<string, ReadItem>;
  readonly linkIds: Set<string>;
  readonly problems: string[];
  readonly notes: Set<string>;
  items: number;
}

/** What an item inherits from the items that contain it. */
interface Around {
  readonly name: string;
  readonly titles: readonly string[];
  readonly shown: ShownWhen;
  readonly level: number;
}

const KINDS: Readonly<Record<string, OwnField['kind']>> = {
  string: 'text',
  text: 'long text',
  choice: 'choice',
  'open-choice': 'choice or text',
  boolean: 'yes/no',
  integer: 'whole number',
  decimal: 'number',
  quantity: 'number',
  date: 'date',
  dateTime: 'date-time',
};

/**
 * The fields, with notes on what they leave out; or every problem, with its linkId.
 * @param text JSON; untrusted. Its size, items, levels and options are bounded.
 */
export function readQuestionnaire(text: string) {
  const refuse = (...problems: string[]) => ({ ok: false as const, problems: atMost(problems) });
  if (text.length > LONGEST_QUESTIONNAIRE) return refuse(`must be at most ${LONGEST_QUESTIONNAIRE} characters`);
  const resource = parseJsonObject(text);
  if (resource?.['resourceType'] !== 'Questionnaire') return refuse('must be a FHIR Questionnaire as JSON');
  const reading: Reading = { read: new Map(), linkIds: new Set(), problems: [], notes: new Set(), items: 0 };
  if (resource['modifierExtension'] !== undefined) reading.problems.push('has a modifierExtension, which is not known');
  if (resource['status'] === 'retired') reading.notes.add('The Questionnaire is retired.');
  readItems(resource['item'], { name: 'the Questionnaire', titles: [], shown: [], level: 1 }, reading);
  const fields = [...reading.read.values()].map(({ field }) => field);
  if (reading.items > MOST_ITEMS) reading.problems.push(`has more than ${MOST_ITEMS} items`);
  if (fields.length > MOST_FIELDS) reading.problems.push(`has more than ${MOST_FIELDS} questions`);
  if (fields.length === 0 && reading.problems.length === 0) reading.problems.push('has no question');
  if (reading.problems.length > 0) return refuse(...reading.problems);
  const title = asText(resource['title'], 60) ?? asText(resource['name'], 60) ?? 'Questionnaire';
  return { ok: true as const, title, fields, notes: atMost([...reading.notes]) };
}

function readItems(items: unknown, around: Around, reading: Reading): void {
  if (items === undefined) return;
  if (!Array.isArray(items)) return void reading.problems.push(`${around.name}: item must be a list`);
  if (around.level > MOST_LEVELS)
    return void reading.problems.push(`${around.name}: items are nested in more than ${MOST_LEVELS} levels`);
  for (const [index, item] of items.entries()) {
    reading.items += 1;
    if (reading.items > MOST_ITEMS) return;
    readItem(item, `item ${index + 1} of ${around.name}`, around, reading);
  }
}

function readItem(item: unknown, place: string, around: Around, reading: Reading): void {
  const { problems, linkIds } = reading;
  const linkId = isJsonObject(item) ? asText(item['linkId']) : undefined;
  if (!isJsonObject(item) || linkId === undefined) return void problems.push(`${place}: has no linkId`);
  const name = `linkId ${linkId}`;
  const refuse = (problem: string) => void problems.push(`${name}: ${problem}`);
  if (linkIds.has(linkId)) return refuse('is there twice');
  linkIds.add(linkId);
  const type = asText(item['type']) ?? '(none)';
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (type === 'display')
    return void reading.notes.add(`${name}: the text “${asText(item['text'], 80) ?? ''}” is left out.`);
  if (!kind && type !== 'group')
    return refuse(`the type ${type} is not supported (supported: group, ${Object.keys(KINDS).join(', ')})`);
  const own = conditionsOf(item, reading.read);
  for (const problem of [...flagProblems(item), ...own.problems]) refuse(problem);
  for (const note of leftOut(item)) reading.notes.add(`${name}: ${note}`);
  let shown: ShownWhen = [...around.shown, ...own.shown];
  const title = [asText(item['prefix'], 40), asText(item['text'], 1_000)].filter(Boolean).join(' ');
  const titles = title === '' ? around.titles : [...around.titles, title];
  if (kind) {
    const units = unitsOf(item);
    const [unit] = units;
    if (type === 'quantity' && unit === undefined)
      refuse('has no unit, or several: a quantity must have one questionnaire-unit or questionnaire-unitOption');
    const label = `${titles.join(': ')}${isNumber(kind) && unit !== undefined ? ` (${unit})` : ''}`;
    if (title === '') refuse('has no text');
    if (label.length > LONGEST_LABEL)
      refuse(`its text, with the texts of its groups, is longer than ${LONGEST_LABEL} characters`);
    const { choices, codes, problems: wrong } = optionsOf(item, kind);
    for (const problem of wrong) refuse(problem);
    const field = fieldFrom(item, { kind, label, choices, shown, name: nameFor(linkId, reading) });
    reading.read.set(linkId, { field, codes, units });
    // What a question contains stands below its answer in a response (FHIR R4), so it is not asked without one.
    shown = [...shown, [{ field: field.name, test: 'given', value: '' }]];
  }
  // The text of a question is not used as a heading.
  const inside = type === 'group' ? titles : around.titles;
  readItems(item['item'], { name, titles: inside, shown, level: around.level + 1 }, reading);
}

/** The one unit of a number, as words and as a code; the user types the number alone. None if there are several. */
function unitsOf({ extension }: JsonObject): string[] {
  const given = objectsOf(extension).filter(({ url }) => UNIT.test(asText(url) ?? ''));
  const [coding, ...others] = given.map(({ valueCoding }) => (isJsonObject(valueCoding) ? valueCoding : {}));
  return others.length > 0 ? [] : [coding?.['display'], coding?.['code']].flatMap((one) => asText(one, 40) ?? []);
}

const UNIT = /\/questionnaire-unit(?:Option)?$/;

function isNumber(kind: string): boolean {
  return kind === 'number' || kind === 'whole number';
}

function fieldFrom(item: JsonObject, known: Pick<OwnField, 'kind' | 'label' | 'choices' | 'shown' | 'name'>): OwnField {
  const most = longestOf(known.kind);
  const asked = item['maxLength'];
  const isLimit = most !== undefined && typeof asked === 'number' && Number.isInteger(asked) && asked > 0;
  const longest = isLimit ? Math.min(asked, most) : (most ?? LONGEST_ANSWER.text);
  return { ...known, required: item['required'] === true ? 'always' : 'never', longest };
}

function flagProblems(item: JsonObject): string[] {
  return [
    ...(item['modifierExtension'] === undefined ? [] : ['has a modifierExtension, which is not known']),
    ...(item['repeats'] === true ? ['repeats is not supported: a question has one answer'] : []),
    ...(item['readOnly'] === true ? ['readOnly is not supported: the user could not answer it'] : []),
  ];
}

/** Notes on members that are not read, because they do not change what is asked. */
function leftOut(item: JsonObject): string[] {
  const extensions = objectsOf(item['extension']);
  const { maxLength, type, initial, answerOption } = item;
  const isInitial = initial !== undefined || objectsOf(answerOption).some((one) => one['initialSelected'] === true);
  const kind = KINDS[asText(type) ?? ''] ?? '';
  const most = longestOf(kind);
  const isUnit = isNumber(kind) && unitsOf(item).length > 0;
  const isLonger = most !== undefined && typeof maxLength === 'number' && maxLength > most;
  return [
    ...extensions
      .filter((one) => !isUnit || !UNIT.test(asText(one['url']) ?? ''))
      .map(({ url }) => `the extension ${asText(url) ?? '(no url)'} is left out.`),
    ...(isInitial ? ['the initial answer is left out.'] : []),
    ...(isLonger ? [`an answer may have at most ${most} characters here, not ${maxLength}.`] : []),
  ];
}

/** Makes a field name that the catalogue accepts and that no earlier field has. */
function nameFor(linkId: string, { read }: Reading): string {
  const plain = /^[a-z]/i.test(linkId) ? linkId : `q-${linkId}`;
  return freeName(plain, new Set([...read.values()].map(({ field }) => field.name)));
}

/** A name that the catalogue accepts and that is not taken. @param text begins with a letter. */
export function freeName(text: string, taken: ReadonlySet<string>): string {
  const plain = text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const base = plain.slice(0, 30).replace(/-$/, '');
  let name = base;
  for (let next = 2; taken.has(name); next += 1) name = `${base.slice(0, 26)}-${next}`;
  return name;
}

function atMost(lines: string[]): string[] {
  const more = lines.length - MOST_LINES;
  return more > 0 ? [...lines.slice(0, MOST_LINES), `and ${more} more`] : lines;
}
