/** A site without its side, or a diagnosis without its doubt, means another thing: wherever an EHR keeps them, the row has them. */
import { expect, test } from 'vitest';
import { readField } from '#test/requests/field-read.ts';

const coded = (system: string, code: string, display?: string) => ({
  coding: [{ system, code, ...(display ? { display } : {}) }],
});
const sct = (code: string, display?: string) => coded('http://snomed.info/sct', code, display);
const CPT = 'http://www.ama-assn.org/go/cpt';
const at = (url: string) => ({
  url: `http://hl7.org/fhir/StructureDefinition/${url}`,
  valueReference: { reference: '#s' },
});
const knee = {
  resourceType: 'BodyStructure',
  id: 's',
  location: { text: 'Knee' },
  locationQualifier: [sct('7771000')],
};
const german = (name: string, code: string) => ({
  url: `http://fhir.de/StructureDefinition/${name}`,
  valueCoding: { code },
});
const diagnosis = (...extension: object[]) => ({
  coding: [{ code: 'S72.0', display: 'Schenkelhalsfraktur', extension }],
});

test.for<[string, object, string | undefined]>([
  [
    'a structure that the site refers to',
    { bodySite: [{ text: 'Knee region', extension: [at('bodySite')] }], contained: [knee] },
    'Knee region, Knee (left)',
  ],
  [
    'a structure that the request refers to',
    { extension: [at('procedure-targetBodyStructure')], contained: [knee] },
    'Knee (left)',
  ],
  [
    'R5’s structure, with its side inside',
    {
      bodyStructure: { reference: '#s' },
      contained: [
        {
          resourceType: 'BodyStructure',
          id: 's',
          includedStructure: [{ structure: { text: 'Hip' }, laterality: sct('24028007', 'Right') }],
        },
      ],
    },
    'Hip (right)',
  ],
  [
    'a site in an extension, without a structure',
    { extension: [{ url: 'https://ehr.example/bodySite', valueCodeableConcept: sct('1', 'Left knee') }] },
    'Left knee',
  ],
  ['a structure that only the EHR has', { bodyStructure: { reference: 'BodyStructure/9' } }, 'site in the EHR'],
  [
    'a structure of another patient',
    { extension: [at('bodySite')], contained: [{ ...knee, patient: { reference: 'Patient/pat-2' } }] },
    'site in the EHR',
  ],
  [
    'SNOMED CT’s side without words',
    { bodySite: [{ coding: [{ display: 'Hand' }, ...sct('7771000').coding] }] },
    'Hand (left)',
  ],
  ['a modifier at the end of a code', { code: coded(CPT, '73721-RT', 'MRI of a joint') }, 'Side: right'],
  [
    'a modifier beside a code',
    { code: { coding: [...coded(CPT, '73721', 'MRI').coding, { system: CPT, code: 'LT' }] } },
    'Side: left',
  ],
  ['the modifier of both sides', { code: coded(CPT, '27447-50', 'Knee replacement') }, 'Side: bilateral'],
  ['letters that are no modifier', { code: coded('urn:own', 'RT', 'Respiratory therapy') }, undefined],
])('the side of %s', async ([, change, detail]) => {
  const { row, page } = await readField(change);
  expect(row).toMatchObject({ detail });
  const sites = page.sections.flatMap(({ facts }) => facts).find(({ label }) => label === 'Body site');
  expect(sites?.texts.join(', ')).toBe(detail);
});

const inside = (resource: object) => ({
  reasonReference: [{ reference: '#r' }],
  contained: [{ id: 'r', ...resource }],
});
const fracture = { resourceType: 'Condition', code: { text: 'Fracture' } };

test.for<[string, object, string]>([
  [
    'that is ruled out',
    { reasonCode: [diagnosis(german('icd-10-gm-diagnosesicherheit', 'A'))] },
    'Schenkelhalsfraktur (refuted)',
  ],
  [
    'that is suspected',
    { reasonCode: [diagnosis(german('icd-10-gm-diagnosesicherheit', 'V'))] },
    'Schenkelhalsfraktur (suspected)',
  ],
  ['that is certain', { reasonCode: [diagnosis(german('icd-10-gm-diagnosesicherheit', 'G'))] }, 'Schenkelhalsfraktur'],
  ['of a side', { reasonCode: [diagnosis(german('seitenlokalisation', 'L'))] }, 'Schenkelhalsfraktur (left)'],
  [
    'of a side that is ruled out, in a Condition',
    inside({
      ...fracture,
      code: diagnosis(german('seitenlokalisation', 'L'), german('icd-10-gm-diagnosesicherheit', 'A')),
    }),
    'Schenkelhalsfraktur (left) (refuted)',
  ],
  [
    'that is suspected, in a Condition',
    inside({ ...fracture, code: diagnosis(german('icd-10-gm-diagnosesicherheit', 'V')) }),
    'Schenkelhalsfraktur (suspected)',
  ],
  [
    'whose words hold a side only as letters',
    inside({ ...fracture, code: { text: 'Cleft lip', coding: [{ code: '1', display: 'Cleft lip, left side' }] } }),
    'Cleft lip, Side: left',
  ],
  [
    'whose words hold its site only as letters',
    inside({ ...fracture, code: { text: 'Chip fracture' }, bodySite: [{ text: 'Hip' }] }),
    'Chip fracture, Hip',
  ],
  [
    'of a site that it names in other letters',
    inside({ ...fracture, code: { text: 'LEFT HIP FRACTURE' }, bodySite: [{ text: 'Left hip' }] }),
    'LEFT HIP FRACTURE',
  ],
  ['of a site', inside({ ...fracture, bodySite: [{ text: 'Left hip' }] }), 'Fracture, Left hip'],
  [
    'of a site that it names',
    inside({ ...fracture, code: { text: 'Fracture of Left hip' }, bodySite: [{ text: 'Left hip' }] }),
    'Fracture of Left hip',
  ],
  [
    'a finding of a side',
    inside({ resourceType: 'Observation', code: { text: 'Swelling' }, bodySite: sct('1', 'Right ankle') }),
    'Swelling, Right ankle',
  ],
])('the reason is a diagnosis %s', async ([, change, reason]) => {
  const { row, page } = await readField(change);
  expect(row?.reason).toEqual({ first: reason, more: 0 });
  expect(JSON.stringify(page.sections)).toContain(JSON.stringify([reason]));
});

test('a specimen is named with the site where it is taken', async () => {
  const contained = [
    { resourceType: 'Specimen', id: 's', type: { text: 'Swab' }, collection: { bodySite: { text: 'Left ear' } } },
  ];
  const { page } = await readField({ specimen: [{ reference: '#s' }], contained });
  expect(page.sections[0]?.facts).toContainEqual({ label: 'Specimen', texts: ['Swab, Left ear'] });
});
