import { expect, test } from 'vitest';
import { AppError } from '#src/errors.ts';
import { readPatient } from '#src/patients/patient.ts';
import { type Answer, startFhirServer } from '#test/requests/fhir-server.ts';

const now = new Date('2026-11-22T14:02:00Z');
const mrCoding = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] };
const oid = 'urn:oid:2.16.840.1.113883.18.108';
const local = { system: 'urn:hospital:types', code: '42' };
const hl7 = (code: string) => ({ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code });
const mrn = (value: string) => ({ type: mrCoding, value });
const ada = {
  resourceType: 'Patient',
  id: 'pat-ada',
  name: [{ use: 'official', family: 'Moreno', given: ['Ada'] }],
  birthDate: '1958-03-09',
  gender: 'female',
  identifier: [
    { system: 'urn:ssn', value: '999-99-9999' },
    { type: mrCoding, value: 'MRN-1' },
  ],
};

async function read(answer: Answer): Promise<Awaited<ReturnType<typeof readPatient>>> {
  await using server = await startFhirServer(() => answer);
  return await readPatient(server.api, 'pat-ada', now);
}

test('reads exactly one resource: the patient in context', async () => {
  await using server = await startFhirServer(() => ada);
  const patient = await readPatient(server.api, 'pat-ada', now);
  expect(server.calls).toEqual(['GET /fhir/Patient/pat-ada']);
  expect(patient).toEqual({
    id: 'pat-ada',
    name: 'Ada Moreno',
    birthDate: '1958-03-09',
    ageText: '68 years',
    sexWord: 'Female',
    mrn: 'MRN-1',
    deathText: undefined,
    isReplaced: false,
    cautions: [],
  });
});

test('an empty Patient is a patient without a name (FH-11)', async () => {
  const patient = await read({ resourceType: 'Patient', id: 'pat-ada' });
  expect(patient.name).toBe('Patient without a name');
  expect([patient.birthDate, patient.ageText, patient.sexWord, patient.mrn, patient.deathText]).toEqual(
    Array(5).fill(undefined),
  );
});

test('a Patient whose every field is odd causes no failure (FH-11)', async () => {
  const odd = { name: 7, birthDate: { y: 1 }, gender: ['x'], identifier: [null, 'x', { type: 4 }], link: 'x' };
  const patient = await read({ ...ada, ...odd, deceasedDateTime: 3, deceasedBoolean: 'perhaps' });
  expect(patient).toMatchObject({ name: 'Patient without a name', deathText: undefined, isReplaced: false });
});

test.for<[string, object, string]>([
  ['a boolean', { deceasedBoolean: true }, 'Died'],
  ['a full date', { deceasedDateTime: '2024-03-10T04:00:00Z' }, 'Died 10\u00a0Mar\u00a02024, aged 66 years'],
  [
    'a midnight that stands for its day',
    { deceasedDateTime: '2024-03-10T00:00:00+02:00' },
    'Died 10\u00a0Mar\u00a02024, aged 66 years',
  ],
  ['a year', { deceasedDateTime: '2024' }, 'Died 2024'],
  ['a text', { deceasedBoolean: 'true' }, 'Died'],
  ['a number', { deceasedBoolean: 1 }, 'Died'],
  ['a word', { deceasedBoolean: 'Yes' }, 'Died'],
  ['an unknown date', { deceasedDateTime: 'unknown' }, 'Died'],
  ['a date marked absent', { _deceasedDateTime: { extension: [{ url: 'urn:x', valueCode: 'unknown' }] } }, 'Died'],
])('a death given as %s replaces the age', async ([, death, expected]) => {
  const patient = await read({ ...ada, ...death });
  expect([patient.deathText, patient.ageText]).toEqual([expected, undefined]);
});

const UNCLEAR = 'The EHR does not say clearly whether this patient has died.';
test.for<[string, object, string[]]>([
  ['nothing', {}, []],
  ['an empty text and null', { deceasedBoolean: '', deceasedDateTime: null }, []],
  ['no', { deceasedBoolean: false }, []],
  ['no as text', { deceasedBoolean: 'false' }, []],
  ['a word that is neither', { deceasedBoolean: 'perhaps' }, [UNCLEAR]],
  ['an object', { deceasedBoolean: { value: true } }, [UNCLEAR]],
  ['a flag marked absent', { _deceasedBoolean: { extension: [{ url: 'urn:x', valueCode: 'unknown' }] } }, [UNCLEAR]],
  ['a date that is an object', { deceasedDateTime: {} }, [UNCLEAR]],
])('a death given as %s is not claimed; if it may be one, there is a caution', async ([, death, cautions]) => {
  const patient = await read({ ...ada, ...death });
  expect([patient.deathText, patient.cautions]).toEqual([undefined, cautions]);
});

test.for<[unknown, string | undefined]>([
  ['Female', 'Female'],
  ['MALE', 'Male'],
  ['F', 'Female'],
  ['m', 'Male'],
  ['Unknown', 'Unknown'],
  ['nonbinary', 'nonbinary'],
  ['n/a', undefined],
  [{ coding: [] }, undefined],
  [undefined, undefined],
])('the gender %j is "%s"', async ([gender, sexWord]) => {
  expect((await read({ ...ada, gender })).sexWord).toBe(sexWord);
});

test.for<[string, object[], string | undefined]>([
  ['no identifier typed MR', [{ value: '1' }, { type: { coding: [{ code: 'SS' }] }, value: '2' }], undefined],
  ['MR of another code system', [{ type: { coding: [{ system: 'urn:x', code: 'MR' }] }, value: '1' }], undefined],
  [
    'the official one of two',
    [
      { type: mrCoding, value: '1' },
      { use: 'official', type: mrCoding, value: '2' },
    ],
    '2',
  ],
  [
    'a current one before an old one',
    [
      { use: 'old', type: mrCoding, value: '1' },
      { type: mrCoding, value: '2' },
    ],
    '2',
  ],
  [
    'a current one before an expired one',
    [
      { use: 'official', type: mrCoding, value: '1', period: { end: '2020-01-01' } },
      { use: 'secondary', type: mrCoding, value: '2' },
    ],
    '2',
  ],
  ['one named MRN when none is coded (Epic)', [{ value: '1' }, { type: { text: 'MRN' }, value: '2' }], '2'],
  ['one without a value passed over', [{ type: mrCoding }, { type: mrCoding, value: '2' }], '2'],
  ['MR without a system', [{ value: '1' }, { type: { coding: [{ code: 'MR' }] }, value: '2' }], '2'],
  ['MR with an empty system', [{ type: { coding: [{ system: '', code: 'MR' }] }, value: '2' }], '2'],
  ['MR as HL7 calls the table by OID', [{ type: { coding: [{ system: oid, code: 'MR' }] }, value: '2' }], '2'],
  ['the text MRN beside a local code', [{ type: { text: 'MRN', coding: [local] }, value: '2' }], '2'],
  [
    'its long name beside a local code',
    [{ type: { text: 'Medical record number', coding: [local] }, value: '2' }],
    '2',
  ],
  ['its name in other letters', [{ type: { text: ' MEDICAL-RECORD No. ' }, value: '2' }], '2'],
  ['its name as the display of a local code', [{ type: { coding: [{ ...local, display: 'MRN' }] }, value: '2' }], '2'],
  ['a local code MRN', [{ type: { coding: [{ system: 'urn:x', code: 'MRN' }] }, value: '2' }], '2'],
  ["the hospital's own number that is named MRN", [{ type: { text: 'MRN', coding: [hl7('PI')] }, value: '2' }], '2'],
  ['not a passport, whatever its text says', [{ type: { text: 'MRN', coding: [hl7('PPN')] }, value: '1' }], undefined],
  ['its name and abbreviation', [{ type: { text: 'Hospital Medical Record Number (MRN)' }, value: '2' }], '2'],
  [
    'a system with https and a slash',
    [{ type: { coding: [{ ...hl7('MR'), system: `${hl7('').system}/`.replace('http:', 'https:') }] }, value: '2' }],
    '2',
  ],
  ['not an enterprise number', [{ type: { text: 'Enterprise MRN' }, value: '1' }], undefined],
  ['not a former one', [{ type: { text: 'Former medical record number' }, value: '1' }], undefined],
  ["not the mother's", [{ type: { text: "Mother's MRN" }, value: '1' }], undefined],
  ['not one that is only like it', [{ type: { text: 'MRN of newborn' }, value: '1' }], undefined],
  [
    'a coded one before a named one',
    [
      { type: { text: 'MRN' }, use: 'official', value: '1' },
      { type: mrCoding, value: '2' },
    ],
    '2',
  ],
  [
    'a current named one before an old coded one',
    [
      { type: mrCoding, use: 'old', value: '1' },
      { type: { text: 'MRN' }, value: '2' },
    ],
    '2',
  ],
  [
    'one in force before one to come',
    [
      { type: mrCoding, use: 'official', value: '1', period: { start: '2030-01-01' } },
      { type: mrCoding, value: '2' },
    ],
    '2',
  ],
  ['an old one alone, as such', [{ type: mrCoding, use: 'old', value: '1' }], '1 (no longer used)'],
  [
    'one that ended in a past month',
    [{ type: mrCoding, value: '1', period: { end: '2026-10' } }],
    '1 (no longer used)',
  ],
  ['one that ends within this year', [{ type: mrCoding, value: '1', period: { end: '2026' } }], '1'],
  [
    'both of two hospitals',
    [
      { type: mrCoding, value: '1', assigner: { display: 'Northside' } },
      { type: mrCoding, value: '2', assigner: { display: 'Southside' } },
    ],
    '1 (Northside), 2 (Southside)',
  ],
  ['one that is listed twice', [mrn('1'), mrn('1')], '1'],
  ['three of many', [mrn('1'), mrn('2'), mrn('3'), mrn('4')], '1, 2, 3 and more'],
  ['no number that says there is none', [mrn('UNKNOWN'), mrn('N/A'), mrn('-'), mrn('\u3164')], undefined],
  [
    'no number that is marked absent',
    [
      {
        ...mrn('1'),
        _value: {
          extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'error' }],
        },
      },
    ],
    undefined,
  ],
  [
    'none from odd values',
    [7, null, 'x', { type: 'MR', value: '1' }, { type: { coding: 'MR' }, value: '2' }] as object[],
    undefined,
  ],
])('medical record number: %s', async ([, identifier, expected]) => {
  expect((await read({ ...ada, identifier })).mrn).toBe(expected);
});

const nhs = { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9876543210' };
test.for<[string, object[], string | undefined]>([
  ['of England', [nhs], 'NHS number 9876543210'],
  ['of New Zealand', [{ system: 'https://standards.digital.health.nz/ns/nhi-id', value: 'ZZZ0016' }], 'NHI ZZZ0016'],
  ['of Australia', [{ system: 'http://ns.electronichealth.net.au/id/hi/ihi/1.0', value: '8003608' }], 'IHI 8003608'],
  ['of the Netherlands', [{ system: 'http://fhir.nl/fhir/NamingSystem/bsn', value: '999911120' }], 'BSN 999911120'],
  ['of Germany', [{ system: 'http://fhir.de/sid/gkv/kvid-10', value: 'A123456789' }], 'KVNR A123456789'],
  [
    'of Canada',
    [{ type: { coding: [hl7('JHN')] }, system: 'https://x.ca/on-hcn', value: '1234' }],
    'Health number 1234',
  ],
  ['of which one is old', [{ ...nhs, value: '1', use: 'old' }, nhs], 'NHS number 9876543210'],
  [
    'of two countries',
    [nhs, { system: 'http://ns.electronichealth.net.au/id/hi/ihi/1.0', value: '8' }],
    'NHS number 9876543210, IHI 8',
  ],
  ['that is ended', [{ ...nhs, period: { end: '2020-01-01' } }], undefined],
  ['that is not yet given', [{ ...nhs, value: 'unknown' }], undefined],
  ['beside a hospital’s own', [nhs, mrn('2')], undefined],
  ['that is a social security number', [{ system: 'http://hl7.org/fhir/sid/us-ssn', value: '999-99-1234' }], undefined],
  ['that is only named so', [{ system: 'urn:x', value: '1', type: { text: 'NHS number' } }], undefined],
  ['that is a driver’s', [{ type: { coding: [hl7('DL')] }, value: '1' }], undefined],
])('without a medical record number, a national health number is shown: one %s', async ([, identifier, expected]) => {
  expect((await read({ ...ada, identifier })).healthNumber).toBe(expected);
});

test('a merged record has a caution', async () => {
  const link = [{ type: 'replaced-by', other: { reference: 'Patient/2' } }];
  expect((await read({ ...ada, link })).isReplaced).toBe(true);
});

test.for<[string, Answer, string]>([
  ['another patient', { ...ada, id: 'pat-ben' }, 'patient.mismatch'],
  ['the same id in capitals', { ...ada, id: 'PAT-ADA' }, 'patient.mismatch'],
  ['a Patient without an id', { ...ada, id: undefined }, 'patient.not-returned'],
  ['a Patient with a number for an id', { ...ada, id: 7 }, 'patient.not-returned'],
  ['an OperationOutcome with status 200', { resourceType: 'OperationOutcome', id: 'pat-ada' }, 'patient.not-returned'],
  ['an OperationOutcome without an id', { resourceType: 'OperationOutcome', issue: [] }, 'patient.not-returned'],
  ['a Bundle around the patient', { resourceType: 'Bundle', entry: [{ resource: ada }] }, 'patient.not-returned'],
  ['a Person', { ...ada, resourceType: 'Person' }, 'patient.not-returned'],
  ['a resource of no type', { ...ada, resourceType: '' }, 'patient.not-returned'],
  ['an empty object', {}, 'patient.unexpected'],
  ['JSON that is no resource', [1], 'patient.unexpected'],
  ['401', { status: 401 }, 'session.expired'],
  ['403', { status: 403 }, 'patient.refused'],
  ['404', { status: 404 }, 'patient.refused'],
  ['429', { status: 429 }, 'patient.unavailable'],
  ['500', { status: 500 }, 'patient.unavailable'],
])('stops when the EHR answers with %s (LC-05)', async ([, answer, code]) => {
  const error = await read(answer).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).code).toBe(code);
  expect((error as AppError).message).not.toContain('pat-');
});
