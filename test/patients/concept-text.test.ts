/** A code that means "there is none" is not shown as a concept, neither in place of a real coding nor alone. */
import { expect, test } from 'vitest';
import { displayName } from '#src/patients/human-name.ts';
import { asConceptText, asInformation } from '#src/smart/fhir/fields.ts';

const hip = { system: 'http://snomed.info/sct', code: '263225007', display: 'Hip fracture' };
const nullFlavor = (code: string, display?: string) => ({
  system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor',
  code,
  display,
});
const absent = { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' };
const flavored = { url: 'http://hl7.org/fhir/StructureDefinition/iso21090-nullFlavor', valueCode: 'NI' };

test.for<[string, object]>([
  ['a null flavour', nullFlavor('UNK', 'unknown')],
  ['a null flavour that says other', nullFlavor('OTH', 'other')],
  ['a null flavour that was picked', { ...nullFlavor('NASK', 'not asked'), userSelected: true }],
  ['a null flavour with a display of its own', nullFlavor('UNK', 'Hip or knee, see note')],
  ['a null flavour of FHIR DSTU2', { system: 'http://hl7.org/fhir/v3/NullFlavor', code: 'UNK', display: 'x' }],
  ['a null flavour by OID', { system: 'urn:oid:2.16.840.1.113883.5.1008', code: 'NI', display: 'NoInformation' }],
  [
    'a data-absent-reason',
    { system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'masked', display: 'Masked' },
  ],
  ['a data-absent-reason of STU3', { system: 'http://hl7.org/fhir/data-absent-reason', code: 'unknown', display: 'x' }],
  ['a coding that is marked absent', { system: 'urn:x', code: '1', display: 'Not this', extension: [absent] }],
  ['a coding with the extension of a null flavour', { display: 'Not this', extension: [flavored] }],
  ['a lone extension', { ...hip, display: 'Not this', extension: absent }],
  ['a display that is marked absent', { display: 'Not this', _display: { extension: [absent] } }],
  ['a display that says nothing', { system: 'urn:x', code: 'z', display: 'Unknown' }],
  ['a code without a system', { code: 'UNK' }],
  [
    'a qualifier of SNOMED CT that says nothing',
    { system: 'http://snomed.info/sct', code: '261665006', display: 'Unknown (qualifier value)' },
  ],
  ['the text of a program error', { system: 'urn:x', code: '1', display: '[object Object]' }],
  ['other', { system: 'http://snomed.info/sct', code: '74964007', display: 'Other' }],
])('%s does not replace a real coding, and counts as missing alone', ([name, coding]) => {
  expect(asConceptText({ coding: [coding, hip] })).toBe('Hip fracture');
  expect(asConceptText({ coding: [hip, coding] })).toBe('Hip fracture');
  expect(asConceptText({ coding: [coding], text: 'As typed' })).toBe('As typed');
  expect(asConceptText({ coding: [coding] })).toBe(name === 'other' ? 'Other' : undefined);
});

test.for<[string, object, string]>([
  ['the text repeats the code', { text: '263225007', coding: [hip] }, 'Hip fracture'],
  ['the text repeats the code, which has no display', { text: 'HIP', coding: [{ code: 'HIP' }] }, 'HIP'],
  ['the text is one of its own', { text: 'Hip', coding: [hip, { display: 'Fracture' }] }, 'Hip'],
  ['other is a qualifier', { coding: [{ display: 'Other (qualifier value)' }, hip] }, 'Hip fracture'],
  ['a kind of concept is named', { coding: [{ display: 'Hip fracture (disorder)' }] }, 'Hip fracture (disorder)'],
])('where %s', ([, concept, text]) => {
  expect(asConceptText(concept)).toBe(text);
});

test.for([
  'None',
  'none none',
  'N. A.',
  'Unknown (finding)',
  'unknown',
  'UNKNOWN',
  ' Unknown. ',
  'UNK',
  '(unknown)',
  'NI',
  'ASKU',
  'N/A',
  'n.a.',
  'Not available',
  'not-applicable',
  'No information',
  'asked-declined',
  'temp-unknown',
  'masked',
  'null',
  '-',
  '—',
  '?',
  '...',
  '\u200B',
  'Unknown, unknown',
])('the text %j does not replace a real coding, and counts as missing alone', (text) => {
  expect(asConceptText({ text, coding: [hip] })).toBe('Hip fracture');
  expect(asConceptText({ text })).toBeUndefined();
  expect(asInformation(text)).toBeUndefined();
});

test('a text that is marked absent counts as missing', () => {
  expect(asConceptText({ text: 'x', _text: { extension: [absent] }, coding: [hip] })).toBe('Hip fracture');
});

test.for([
  ['Unknown lesion of the hip'],
  ['Not available on Mondays: call'],
  ['Na'],
  ['NA'],
  ['Nil by mouth'],
  ['Other: see the note'],
  ['0'],
] as const)('%j has information', ([text]) => {
  expect(asConceptText({ text, coding: [hip] })).toBe(text);
});

test.for<[string, unknown, string | undefined]>([
  ['"Other" alone', { text: 'Other' }, 'Other'],
  ['"Other" beside a null flavour', { text: 'other', coding: [nullFlavor('OTH', 'other')] }, 'other'],
  ['the picked real one', { coding: [{ display: 'A' }, { display: 'B', userSelected: true }] }, 'B'],
  ['a bare code', { coding: [nullFlavor('UNK'), { system: 'http://loinc.org', code: '24627-2' }] }, 'LOINC 24627-2'],
  ['a bare code of a system that happens to be one', { coding: [{ system: 'urn:lab', code: 'NA' }] }, 'NA'],
  ['only an extension', { extension: [absent] }, undefined],
  ['odd things', { text: 3, coding: [null, 'x', { display: {}, code: [], _display: 'x', extension: 'y' }] }, undefined],
])('reads %s', ([, concept, expected]) => {
  expect(asConceptText(concept)).toBe(expected);
});

test.for<[string, object[], string]>([
  [
    'a real name',
    [
      { use: 'official', text: 'Unknown' },
      { use: 'old', family: 'Moreno' },
    ],
    'Moreno',
  ],
  ['nothing better', [{ family: 'UNK', given: ['Unknown'] }], 'Unknown UNK'],
])('a name without information is replaced by %s', ([, names, expected]) => {
  expect(displayName(names, new Date('2026-11-22T14:02:00Z'))).toBe(expected);
});
