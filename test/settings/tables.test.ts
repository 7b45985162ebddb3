/** Services and receivers as tables: each problem names its row, and an exported table can be imported again. */
import { describe, expect, test } from 'vitest';
import { csvLine } from '#src/http/sessions/csv-download.ts';
import { parseSettings, readStoredSettings } from '#src/organizations/organization.ts';
import { csvCells } from '#src/settings/csv.ts';
import { DEFAULT_SERVICES } from '#src/settings/default-services.ts';
import { readReceivers, receiversIn } from '#src/settings/receivers.ts';
import { readCatalogue, servicesIn } from '#src/settings/service-catalogue.ts';
import { startCpuTime } from '#test/helpers/cpu-time.ts';

const HEAD = 'service,name,system,code,sections,field,label,kind,choices,required\n';
const problemsOf = (rows: string) => readCatalogue(HEAD + rows).problems;

test('the default services are five, and each field has its service', () => {
  const services = servicesIn(DEFAULT_SERVICES);
  expect(services.map(({ text }) => text)).toEqual(['Transport', 'Home care', 'Equipment', 'Infusion', 'Referral']);
  expect(services[2]?.fields[0]).toMatchObject({ label: 'How many', kind: 'whole number' });
  expect(services[0]?.fields.find(({ name }) => name === 'oxygen-flow')).toEqual({
    name: 'oxygen-flow',
    label: 'Liters per minute',
    kind: 'number',
    choices: [],
    required: 'always',
    shown: [[{ field: 'oxygen', test: 'is', value: 'yes' }]],
    longest: 200,
  });
});

test('a header names the columns that are missing, and the comma', () => {
  const found = readCatalogue(HEAD.replace('choices', 'chioces'));
  expect(found.problems).toEqual(['line 1 must name the columns choices, separated by commas']);
});

describe('an invalid row is named', () => {
  const VAN = 'van,Van,,,,,,,,\n';
  const NO_END = 'this quoted cell, or one above it, has no end';
  const KINDS = 'text, long text, choice, choice or text, number, whole number, date, date-time, yes/no';
  test.for<[string, string, string]>([
    ['a service without a name', 'van,,,,,,,,,\n', 'line 2: name must be 1 to 60 characters'],
    ['a service twice', VAN + VAN, 'line 3: service van is there already'],
    ['a space', 'a van,Van,,,,,,,,\n', 'line 2: service must be small letters, digits and "-", at most 30'],
    ['no code', 'van,Van,http://snomed.info/sct,,,,,,,\n', 'line 2: system and code must both be given, or neither'],
    ['no section', 'van,Van,,,when,,,,,\n', 'line 2: sections must be of where, clinical, contact, insurance'],
    [
      'no section in a list',
      'van,Van,,,"where,when",,,,,\n',
      'line 2: sections must be of where, clinical, contact, insurance',
    ],
    ['a field of nothing', `${VAN}\nbus,,,,,seats,Seats,number,,\n`, 'line 4: service bus has no row of its own'],
    ['a kind that is none', `${VAN}van,,,,,seats,Seats,integer,,\n`, `line 3: kind must be ${KINDS}`],
    ['one choice', `${VAN}van,,,,,seat,Seat,choice,Front,\n`, 'line 3: choices must be 2 to 50 texts, separated by |'],
    [
      'a condition on nothing',
      `${VAN}van,,,,,seat,Seat,text,,other=yes\n`,
      'line 3: required must be empty, always, or field=value: another field of the same service and one of its answers',
    ],
    [
      'a condition on no answer',
      `${VAN}van,,,,,o,O,yes/no,,\nvan,,,,,a,A,text,,o=ja\n`,
      'line 4: required must be empty, always, or field=value: another field of the same service and one of its answers',
    ],
    [
      'a name with a comma',
      `${VAN}bus, big,Bus,,,,,,,,,\n`,
      'line 3 has more cells than line 1: put quotes around cells that have a comma',
    ],
    [
      'a code that a spreadsheet has rounded',
      `${VAN}bus,Bus,http://s,4.15E+14,,,,,,\n`,
      'line 3 has a rounded number: format its column as text and type it again',
    ],
    ['a field twice', `${VAN}${'van,,,,,a,A,text,,\n'.repeat(2)}`, 'line 4: field a is there already'],
    ['a row after three lines', 'van,"Van\n\n1",,,,,,,,\nbus,,,,,,,,,\n', 'line 5: name must be 1 to 60 characters'],
    ['a quote without an end', 'van,"Van,,,,,,,,\n', `line 2: ${NO_END}`],
    ['such a quote below a cell of two lines', 'van,"Van\n1",,,,,,,,\nbus,"Bus,,,,,,,,\n', `line 4: ${NO_END}`],
    ['no service at all', '', 'must have at least one service'],
  ])('%s', ([, rows, problem]) => {
    expect(problemsOf(rows)).toEqual([problem]);
  });

  test.for<[string, string, string]>([
    ['a condition on a field below', 'b', 'shown must refer to a field above of the same service: b'],
    ['a condition on itself', 'a', 'shown must refer to a field above of the same service: a'],
    ['a condition on nothing', '', ''],
    ['an answer that is none', 'y=maybe', 'shown compares y with what is no answer to it: maybe'],
    ['one of two that is none', 'y=yes & c=Blue|c=Red', 'shown compares c with what is no answer to it: Blue'],
    ['an empty clause', 'y|', 'shown must refer to a field above of the same service: (empty)'],
    ['51 conditions', Array.from({ length: 51 }, () => 'y=yes').join('|'), 'shown must have at most 50 conditions'],
    ['both that are right', 'y=yes|!y & c=Red', ''],
  ])('shown: %s', ([, shown, problem]) => {
    const above = 'van,Van,,,,,,,,,,\nvan,,,,,y,Y,yes/no,,,,\nvan,,,,,c,C,choice,Red|Green,,,\n';
    const table = `${HEAD.trim()},shown,longest\n${above}van,,,,,a,A,text,,,${shown},20\nvan,,,,,b,B,text,,,,\n`;
    expect(readCatalogue(table).problems).toEqual(problem === '' ? [] : [`line 5: ${problem}`]);
  });

  const RECEIVERS = 'name,kind,telephone,services,reference';
  test.for<[string, Record<string, string>, string | undefined]>([
    [
      'a column misspelt',
      { services: `${HEAD.trim()},Shwon\nvan,Van\n` },
      'line 1 has columns that are not known, or there twice: shwon',
    ],
    [
      'a column twice',
      { receivers: `${RECEIVERS},kind\nSwift\n` },
      'line 1 has columns that are not known, or there twice: kind',
    ],
    ['columns without a name', { receivers: `${RECEIVERS},,\nSwift\n` }, undefined],
    [
      'two services of one name',
      { services: `${HEAD}van,Van,,,,,,,,\nbus, VAN\n` },
      'line 3: name VAN is there already',
    ],
    [
      'two questions of one label',
      { services: `${HEAD}van,Van\nvan,,,,,a,Lift,text\nvan,,,,,b,lift,text\n` },
      'line 4: label lift is there already',
    ],
    [
      'a label that another service has',
      { services: `${HEAD}van,Van\nvan,,,,,a,Lift,text\nbus,Bus\nbus,,,,,a,Lift,text\n` },
      undefined,
    ],
    [
      'two receivers of one name',
      { receivers: `${RECEIVERS}\nSwift Rides,a\nswift  rides,b\n` },
      'line 3: name swift  rides is there already',
    ],
    ...(
      [
        ['a turned name of a service', { services: `${HEAD}van,Van\nbus,Bus \u202Eegart\n` }, 3, 'name'],
        ['a turned label', { services: `${HEAD}van,Van\nvan,,,,,a,\u2067Lift,text\n` }, 3, 'label'],
        [
          'a choice with a zero-width space',
          { services: `${HEAD}van,Van\nvan,,,,,a,Lift,choice,A|B\u200B\n` },
          3,
          'choices',
        ],
        ['a turned name of a receiver', { receivers: `${RECEIVERS}\nSwift,a\nSlow\u202C,b\n` }, 3, 'name'],
        ['a name with a separator of lines', { receivers: `${RECEIVERS}\nSwift\u2028x,a\n` }, 2, 'name'],
        ['a name with a separator of paragraphs', { receivers: `${RECEIVERS}\nSwift\u2029x,a\n` }, 2, 'name'],
        [
          'a turned telephone number',
          { receivers: 'name,kind,telephone,services,reference\nSwift,,\u202E555,,\n' },
          2,
          'telephone',
        ],
      ] satisfies [string, Record<string, string>, number, string][]
    ).map(([what, tables, line, column]): [string, Record<string, string>, string] => [
      what,
      tables,
      `line ${line}: ${column} has an invisible character or a mark of direction: type it again`,
    ]),
    [
      'a turned name of the help desk',
      { helpDeskName: 'Desk\u202E1' },
      'must not contain invisible characters or marks of direction',
    ],
    ['a label of a script that has joiners', { services: `${HEAD}van,Van\nvan,,,,,a,می\u200Cخواهم,text\n` }, undefined],
    ['the default services', { services: DEFAULT_SERVICES }, undefined],
  ])('and so is what a reader could not tell apart: %s', ([, tables, message]) => {
    const parsed = parseSettings(
      { id: 'a', name: 'Aa', fhirBaseUrl: 'https://ehr.example/fhir', clientId: 'c', ...tables },
      true,
    );
    expect(parsed.ok ? undefined : parsed.problems.map((one) => one.message)).toEqual(message && [message]);
  });

  test('a table that was saved with it before is still read, and stops no other change', () => {
    const services = `${HEAD.trim()},shwon\nvan,Van\nbus,Van`;
    const base = { id: 'a', name: 'Aa', fhirBaseUrl: 'https://ehr.example/fhir', clientId: 'c' };
    const before = readStoredSettings({ ...base, services, receivers: `${RECEIVERS}\nSwift,a\nswift,b` });
    expect(servicesIn(before.services)).toHaveLength(2);
    expect(receiversIn(before.receivers)).toHaveLength(2);
    expect(parseSettings({ ...before, name: 'Bb' }, true, [], before).ok).toBe(true);
    expect(parseSettings({ ...before, services: `${services}\nbed,Bed` }, true, [], before).ok).toBe(false);
  });

  test('sections are listed as people list them', () => {
    for (const list of ['"where,clinical"', '"Where, clinical"', 'where;clinical', 'clinical | where'])
      expect(servicesIn(`${HEAD}van,Van,,,${list}\n`)[0]?.sections).toEqual(['where', 'clinical']);
  });

  test('all problems are reported, at the setting', () => {
    const base = { id: 'a', name: 'Aa', fhirBaseUrl: 'https://ehr.example/fhir', clientId: 'c' };
    const parsed = parseSettings({ ...base, services: `${HEAD}van,,,,,,,,,\nbus,,,,,,,,,\n` }, true);
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      { field: 'services', message: 'line 2: name must be 1 to 60 characters' },
      { field: 'services', message: 'line 3: name must be 1 to 60 characters' },
    ]);
    expect(parseSettings({ ...base, receivers: 'name,kind\nx,y' }, true).ok).toBe(false);
    expect(parseSettings({ ...base, services: '' }, true)).toMatchObject({ settings: { services: DEFAULT_SERVICES } });
  });

  test.for<[string, string, string]>([
    ['no name', ',Van,,,', 'line 2: name must be 1 to 100 characters'],
    [
      'a reference to a patient',
      'Swift,Van,,,Patient/1',
      'line 2: reference must be empty or Type/id, with the type Organization, HealthcareService, PractitionerRole, Practitioner, CareTeam',
    ],
    [
      'a number that a spreadsheet has rounded',
      'Swift,,1.5555E+10,,',
      'line 2 has a rounded number: format its column as text and type it again',
    ],
    ['a name of another encoding', 'M\uFFFDller,,,,', 'line 2 has letters that cannot be read: save the file as UTF-8'],
  ])('a receiver with %s', ([, row, problem]) => {
    expect(readReceivers(`name,kind,telephone,services,reference\n${row}\n`)).toEqual({
      receivers: [],
      problems: [problem],
    });
  });
});

test('a quote within a cell is a letter of it, and joins no rows', () => {
  const read = readReceivers('name,kind,telephone,services,reference\n24 " Beds,,,,\n20 " Beds, "a, b",,,\n');
  expect(read.receivers.map(({ name, kind }) => [name, kind])).toEqual([
    ['24 " Beds', ''],
    ['20 " Beds', 'a, b'],
  ]);
});

test('a condition on an answer with = in it is read whole', () => {
  const read = readCatalogue(`${HEAD}van,Van,,,,,,,,\nvan,,,,,o,O,choice,a=b|c,\nvan,,,,,a,A,text,,o=a=b\n`);
  expect(read.services[0]?.fields[1]?.required).toEqual({ field: 'o', value: 'a=b' });
});

test('a name on two lines is one that a browser posts unchanged', () => {
  expect(receiversIn('name,kind,telephone,services,reference\r\n"Swift\r\nRides",,,,\r\n')).toMatchObject([
    { name: 'Swift Rides' },
  ]);
});

test('a table that a spreadsheet saved again, with quotes and other line ends, is equal', () => {
  const lines = DEFAULT_SERVICES.split('\n').map((line) => csvLine(line.split(',')));
  expect(servicesIn(lines.join(''))).toEqual(servicesIn(DEFAULT_SERVICES));
});

test('a table is the same after each export: what looks like a formula stays as it was typed', () => {
  const cells = ['% of oxygen', '+1 555 0100', '＝x', 'Walker; +1 helper', '@home', "'quoted'", 'Tab\t-1'];
  let table = [cells];
  for (let turn = 0; turn < 3; turn += 1) table = csvCells(table.map(csvLine).join('').trim()) ?? [];
  expect(table).toEqual([cells]);
});

test.for<[string, string]>([
  [
    'of a European spreadsheet',
    '\uFEFFname;kind;telephone;services;reference\r\nSwift;;"1;2";transport home-care;\r\n',
  ],
  [
    'that was copied from a spreadsheet',
    'name\tkind\ttelephone\tservices\treference\nSwift\t\t1;2\ttransport home-care\t',
  ],
  ['of an old spreadsheet', 'name,kind,telephone,services,reference\rSwift,,1;2,transport home-care,\r'],
  ['with a header in capitals', 'Name, Kind,TELEPHONE,Services,Reference\nSwift,,1;2,transport home-care,\n'],
  ['with services as people list them', 'name,kind,telephone,services,reference\nSwift,,1;2,Transport; home-care,\n'],
  ['with services between bars', 'name,kind,telephone,services,reference\nSwift,,1;2,transport|home-care,\n'],
])('a table %s is read', ([, table]) => {
  const receiver = { name: 'Swift', kind: '', telephone: '1;2', services: ['transport', 'home-care'], reference: '' };
  expect(readReceivers(table)).toEqual({ problems: [], receivers: [receiver] });
});

describe('the cost of a table is proportional to its size', () => {
  /** CPU time of this thread. Before the fix, wide tables took 10 seconds and more, and stopped every hospital. */
  const MOST_MS = 200;
  const wide = (header: string, more: string) => `${header.trim()}${more}\n${'x\n'.repeat(500)}`;
  const distinct = Array.from({ length: 7_000 }, (_, index) => `,${index.toString(36)}`).join('');
  const shown = `a,A,,,,,,,,,\na,,,,,f,L,yes/no,,,\na,,,,,g,L,text,,,${'f|'.repeat(11_000)}f\n`;
  const fields = Array.from({ length: 490 }, (_, index) => `a,,,,,f${index},L,text,,,f\n`).join('');
  test.for<[string, string, (text: string) => { problems: readonly string[] }]>([
    ['services in 38,000 columns', wide(HEAD, ','.repeat(38_000)), readCatalogue],
    ['services in 7,000 named columns', wide(HEAD, distinct), readCatalogue],
    ['receivers in 38,000 columns', wide('name,kind,telephone,services,reference', ','.repeat(38_000)), readReceivers],
    ['490 fields below one with 11,000 conditions', `${HEAD.trim()},shown\n${shown}${fields}`, readCatalogue],
  ])('%s', async ([, table, parse]) => {
    const costOf = () => {
      const spent = startCpuTime();
      expect(parse(table).problems).not.toEqual([]);
      return spent();
    };
    await expect.poll(costOf).toBeLessThan(MOST_MS);
  });

  test('problems are named up to the 61st field of a service', () => {
    const many = Array.from({ length: 100 }, (_, index) => `a,,,,,f${index},${index > 60 ? '' : 'L'},text,,\n`).join(
      '',
    );
    expect(problemsOf(`a,A,,,,,,,,\n${many}`)).toEqual(['line 63: service a must have at most 60 fields']);
  });
});
