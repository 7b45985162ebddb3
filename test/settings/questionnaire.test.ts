/** A FHIR Questionnaire as the fields of a service: what is read, what the notes say is omitted, and each refusal. */
import { expect, test } from 'vitest';
import { writeCatalogue } from '#src/integration-page/questionnaire-import.ts';
import { DEFAULT_SERVICES } from '#src/settings/default-services.ts';
import { LONGEST_QUESTIONNAIRE, readQuestionnaire } from '#src/settings/questionnaire.ts';
import { servicesIn } from '#src/settings/service-catalogue.ts';
import { shownWhenText } from '#src/settings/shown-when.ts';

type Item = Record<string, unknown>;
const read = (item: unknown, more: Item = {}) =>
  readQuestionnaire(JSON.stringify({ resourceType: 'Questionnaire', item, ...more }));
const fieldsOf = (item: Item[]) => {
  const found = read(item);
  if (!found.ok) throw new Error(found.problems.join('; '));
  return found.fields;
};
const problemsOf = (item: unknown) => {
  const found = read(item);
  return found.ok ? [] : found.problems;
};
const q = (linkId: string, type: string, more: Item = {}): Item => ({ linkId, type, text: `Q ${linkId}`, ...more });
const coding = (code: string, display?: string) => ({ valueCoding: { system: 'http://s', code, display } });
const unit = (code: string, name = 'questionnaire-unit') => ({
  url: `http://hl7.org/fhir/StructureDefinition/${name}`,
  valueCoding: { system: 'http://unitsofmeasure.org', code },
});
const when = (question: string, answer: Item) => ({ enableWhen: [{ question, operator: '=', ...answer }] });

const EVERY = [
  q('a', 'string', { maxLength: 20 }),
  q('b', 'text', { required: true }),
  q('c', 'choice', { answerOption: [coding('1', 'One'), coding('two')] }),
  q('d', 'boolean'),
  q('e', 'integer'),
  q('f', 'decimal'),
  q('g', 'date'),
  q('h', 'dateTime'),
  q('i', 'open-choice', { answerOption: [coding('1', 'Home'), coding('2', 'Clinic')] }),
  q('j', 'quantity', { extension: [unit('kg')] }),
];

test('every supported type is read, with required and maxLength', () => {
  expect(fieldsOf(EVERY).map(({ kind, required, longest }) => [kind, required, longest])).toEqual([
    ['text', 'never', 20],
    ['long text', 'always', 1_000],
    ...['choice', 'yes/no', 'whole number', 'number', 'date', 'date-time', 'choice or text', 'number'].map((kind) => [
      kind,
      'never',
      200,
    ]),
  ]);
  expect(fieldsOf(EVERY)[2]?.choices).toEqual(['One', 'two']);
  expect(fieldsOf(EVERY)[8]?.choices).toEqual(['Home', 'Clinic']);
  expect(fieldsOf(EVERY)[9]?.label).toBe('Q j (kg)');
  expect(fieldsOf([q('k', 'integer', { extension: [unit('L/min', 'questionnaire-unitOption')] })])[0]?.label).toBe(
    'Q k (L/min)',
  );
});

test.for<[string, Item, string]>([
  ['a boolean', when('d', { answerBoolean: false }), 'd=no'],
  ['a coding, by its code', when('c', { answerCoding: { system: 'http://s', code: 'two' } }), 'c=two'],
  ['a text', when('a', { answerString: 'x y' }), 'a=x y'],
  ['a whole number', when('e', { answerInteger: 3 }), 'e=3'],
  ['a decimal', when('f', { answerDecimal: 0.5 }), 'f=0.5'],
  ['a coding of an open choice', when('i', { answerCoding: { system: 'http://s', code: '2' } }), 'i=Clinic'],
  ['another text of an open choice', when('i', { answerString: 'School' }), 'i=School'],
  ['a quantity', when('j', { answerQuantity: { value: 70, code: 'kg' } }), 'j=70'],
  ['a date', when('g', { answerDate: '2027-01-02' }), 'g=2027-01-02'],
  ['an answer', { enableWhen: [{ question: 'h', operator: 'exists', answerBoolean: true }] }, 'h'],
  ['no answer', { enableWhen: [{ question: 'h', operator: 'exists', answerBoolean: false }] }, '!h'],
])('enabled by %s', ([, more, text]) => {
  expect(shownWhenText(fieldsOf([...EVERY, q('z', 'string', more)]).at(-1)?.shown ?? [])).toBe(text);
});

test('conditions of groups come before those of their questions; all and any are kept apart', () => {
  const conditions = ['d', 'e'].map((question) => ({ question, operator: 'exists', answerBoolean: true }));
  const inner = q('in', 'string', { enableWhen: conditions, enableBehavior: 'any' });
  const both = q('both', 'string', { enableWhen: conditions, enableBehavior: 'all' });
  const group = q('group', 'group', { ...when('d', { answerBoolean: true }), item: [inner, both] });
  const [first, second] = fieldsOf([...EVERY, group]).slice(-2);
  expect(first?.label).toBe('Q group: Q in');
  expect([first, second].map((field) => shownWhenText(field?.shown ?? []))).toEqual(['d=yes & d|e', 'd=yes & d & e']);
});

test('what stands below a question is asked only where the question is answered and asked itself', () => {
  const inner = q('in', 'string', { ...when('d', { answerBoolean: true }), item: [q('deep', 'string')] });
  const fields = fieldsOf([
    ...EVERY,
    q('out', 'boolean', { item: [inner, q('group', 'group', { item: [q('last', 'date')] })] }),
  ]);
  expect(fields.slice(-4).map(({ shown }) => shownWhenText(shown))).toEqual([
    '',
    'out & d=yes',
    'out & d=yes & in',
    'out',
  ]);
});

test('items without effect on the questions are left out, with a note', () => {
  const extension = [{ url: 'http://x/y' }];
  const selected = q('b', 'choice', { answerOption: [{ ...coding('1'), initialSelected: true }, coding('2')] });
  const found = read([q('t', 'display'), q('a', 'string', { initial: [], extension, maxLength: 999 }), selected], {
    status: 'retired',
  });
  expect(found).toMatchObject({
    ok: true,
    notes: [
      'The Questionnaire is retired.',
      'linkId t: the text “Q t” is left out.',
      'linkId a: the extension http://x/y is left out.',
      'linkId a: the initial answer is left out.',
      'linkId a: an answer may have at most 200 characters here, not 999.',
      'linkId b: the initial answer is left out.',
    ],
  });
});

const choiceOf = (...answerOption: unknown[]) => [q('1', 'choice', { answerOption })];
const textIf = (id: string, ...condition: Parameters<typeof when>) => q(id, 'string', when(...condition));
const above = q('2', 'string', { enableWhen: [{ question: '1', operator: '>', answerInteger: 1 }] });
const enableWhen = [1, 2].map(() => ({ question: '1', operator: 'exists', answerBoolean: true }));
const LONG = 'x'.repeat(201);
test.for<[string, unknown, string]>([
  ['another type', [q('1', 'reference')], 'linkId 1: the type reference is not supported (supported: group, '],
  ['an open choice without options', [q('1', 'open-choice')], 'linkId 1: a choice must have 2 to 50 answerOption'],
  ['a quantity without a unit', [q('1', 'quantity')], 'linkId 1: has no unit, or several'],
  [
    'a quantity of two units',
    [q('1', 'quantity', { extension: ['kg', '[lb_av]'].map((code) => unit(code, 'questionnaire-unitOption')) })],
    'linkId 1: has no unit, or several',
  ],
  [
    'a quantity in another unit',
    [
      q('1', 'quantity', { extension: [unit('kg')] }),
      textIf('2', '1', { answerQuantity: { value: 154, code: '[lb_av]' } }),
    ],
    'linkId 2: enableWhen = has no answer',
  ],
  ['a type of Object', [q('1', 'constructor')], 'linkId 1: the type constructor is not supported'],
  ['a linkId twice', [q('1', 'string'), q('1', 'string')], 'linkId 1: is there twice'],
  ['no linkId', [q('1', 'group', { item: [{ type: 'string' }] })], 'item 1 of linkId 1: has no linkId'],
  ['an item that is none', ['x'], 'item 1 of the Questionnaire: has no linkId'],
  ['items that are no list', {}, 'the Questionnaire: item must be a list'],
  ['no text', [{ linkId: '1', type: 'string' }], 'linkId 1: has no text'],
  ['a long text', [q('1', 'string', { text: LONG })], 'linkId 1: its text, with the texts of its groups, is longer'],
  ['repeats', [q('1', 'string', { repeats: true })], 'linkId 1: repeats is not supported'],
  ['readOnly', [q('1', 'string', { readOnly: true })], 'linkId 1: readOnly is not supported'],
  ['a modifier', [q('1', 'string', { modifierExtension: [] })], 'linkId 1: has a modifierExtension'],
  ['a value set', [q('1', 'choice', { answerValueSet: 'http://v' })], 'linkId 1: answerValueSet is not supported'],
  ['one option', choiceOf(coding('1')), 'linkId 1: a choice must have 2 to 50 answerOption'],
  ['an option of a number', choiceOf(coding('1'), { valueInteger: 2 }), 'linkId 1: answerOption 2 must have'],
  ['an option with |', choiceOf(coding('a|b'), coding('c')), 'linkId 1: answerOption 1 must not'],
  [
    'an option with a modifier',
    choiceOf(coding('1'), { ...coding('2'), modifierExtension: [{}] }),
    'linkId 1: answerOption 2 must not have a modifierExtension',
  ],
  ['equal options', choiceOf(coding('1'), coding('1')), 'linkId 1: two answerOption'],
  [
    'a later one',
    [textIf('1', '2', { answerString: 'x' }), q('2', 'string')],
    'linkId 1: enableWhen refers to linkId 2,',
  ],
  ['a condition on itself', [textIf('1', '1', { answerString: 'x' })], 'linkId 1: enableWhen refers to linkId 1,'],
  ['another operator', [q('1', 'integer'), above], 'linkId 2: enableWhen has the operator >'],
  [
    'no such answer',
    [q('1', 'boolean'), textIf('2', '1', { answerString: 'yes' })],
    'linkId 2: enableWhen = has no answer',
  ],
  ['no behavior', [q('1', 'string'), q('2', 'string', { enableWhen })], 'linkId 2: enableBehavior must be all or any'],
  ['nothing to ask', [q('1', 'display')], 'has no question'],
])('%s is refused, and named', ([, item, problem]) => {
  expect(problemsOf(item)).toHaveLength(1);
  expect(problemsOf(item)[0]).toContain(problem);
});

test('size, items, questions, levels and lines are bounded', () => {
  const nested = (level: number): Item => q(`n${level}`, 'group', level > 0 ? { item: [nested(level - 1)] } : {});
  const many = (count: number, type: string) => Array.from({ length: count }, (_none, index) => q(`m${index}`, type));
  expect(problemsOf(many(61, 'string'))).toEqual(['has more than 60 questions']);
  expect(problemsOf(many(1_000, 'group'))).toEqual(['has more than 200 items']);
  expect(problemsOf([nested(300)])[0]).toMatch(/^linkId n\d+: items are nested in more than 6 levels$/);
  expect(problemsOf(many(150, 'url'))).toHaveLength(51);
  expect(readQuestionnaire('x'.repeat(LONGEST_QUESTIONNAIRE + 1)).ok).toBe(false);
  for (const text of ['', '[]', '{}', 'null', '{"resourceType":"Patient"}', '['.repeat(90_000)])
    expect(readQuestionnaire(text)).toEqual({ ok: false, problems: ['must be a FHIR Questionnaire as JSON'] });
});

test('linkIds of any form become distinct names, and the written table reads back unchanged', () => {
  const fields = fieldsOf([
    ...['1.1', '1-1', '/8867-4', 'Ä', '__', 'x'.repeat(50), `${'x'.repeat(50)}y`].map((linkId) => q(linkId, 'string')),
    q('=1+1', 'choice', { text: '=SUM("a";\n1), é', answerOption: [coding('-5'), coding('@b, "c"')] }),
    q('o', 'open-choice', { maxLength: 5, answerOption: [coding('1', 'At home'), coding('2')] }),
    q('w', 'date', when('=1+1', { answerCoding: { system: 'http://s', code: '-5' } })),
  ]);
  expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length);
  const [service, ...others] = servicesIn(DEFAULT_SERVICES);
  if (!service) throw new Error('no service');
  const all = [{ ...service, fields }, ...others];
  expect(servicesIn(writeCatalogue(all))).toEqual(all);
});
