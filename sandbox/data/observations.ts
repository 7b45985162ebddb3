/** Vital signs, old and new: what transport and equipment providers ask for. SYNTHETIC DATA. */
import type { Observation } from 'fhir/r4.js';
import { bare, concept } from './build.ts';

type Reading = [code: string, text: string, value: number, unit: string];

const weight: [string, string] = ['29463-7', 'Body weight'];
const height: [string, string] = ['8302-2', 'Body height'];

function vital(id: string, patient: string, [code, text, value, unit]: Reading, when: string): Observation {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    category: [concept('Vital signs', 'http://terminology.hl7.org/CodeSystem/observation-category', 'vital-signs')],
    code: concept(text, 'http://loinc.org', code),
    subject: bare(`Patient/${patient}`),
    effectiveDateTime: when,
    valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code: unit },
  };
}

/** Latest and stale values. */
export function observations(): Observation[] {
  return [
    vital('obs-ada-weight', 'pat-ada', [...weight, 71.4, 'kg'], '2026-07-13T07:30:00-07:00'),
    vital('obs-ada-weight-old', 'pat-ada', [...weight, 78, 'kg'], '2023-01-05T09:00:00-08:00'),
    vital('obs-ada-height', 'pat-ada', [...height, 158, 'cm'], '2019-03-01T09:00:00-08:00'),
    vital('obs-ada-spo2', 'pat-ada', ['59408-5', 'Oxygen saturation', 91, '%'], '2026-07-14T06:10:00-07:00'),
    vital('obs-ben-weight', 'pat-ben', [...weight, 96, 'kg'], '2026-07-14T22:20:00-07:00'),
  ];
}
