/** Problems, diagnoses and allergies that a request may give as its reason. SYNTHETIC DATA. */
import type { AllergyIntolerance, Condition } from 'fhir/r4.js';
import { bare, concept, snomed } from './build.ts';

type Kind = 'problem-list-item' | 'encounter-diagnosis';

function condition(id: string, patient: string, code: [string, string], kind: Kind, encounter?: string): Condition {
  return {
    resourceType: 'Condition',
    id,
    clinicalStatus: concept('Active', 'http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
    category: [concept(kind, 'http://terminology.hl7.org/CodeSystem/condition-category', kind)],
    code: snomed(...code),
    subject: bare(`Patient/${patient}`),
    ...(encounter && { encounter: bare(`Encounter/${encounter}`) }),
    recordedDate: '2026-07-10',
  };
}

/** Problem list and encounter diagnoses. */
export function conditions(): Condition[] {
  return [
    condition(
      'cond-ada-chf',
      'pat-ada',
      ['42343007', 'Congestive heart failure'],
      'encounter-diagnosis',
      'enc-ada-stay',
    ),
    condition('cond-ada-fall', 'pat-ada', ['129839007', 'At risk for falls'], 'problem-list-item'),
    condition('cond-ada-dm', 'pat-ada', ['44054006', 'Type 2 diabetes mellitus'], 'problem-list-item'),
    condition('cond-ben-hip', 'pat-ben', ['5913000', 'Fracture of neck of femur'], 'encounter-diagnosis', 'enc-ben-ed'),
    condition('cond-many-copd', 'pat-many', ['13645005', 'Chronic obstructive lung disease'], 'problem-list-item'),
  ];
}

function allergy(id: string, patient: string, text: string, criticality?: 'low' | 'high'): AllergyIntolerance {
  return {
    resourceType: 'AllergyIntolerance',
    id,
    clinicalStatus: concept('Active', 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', 'active'),
    code: concept(text),
    patient: bare(`Patient/${patient}`),
    recordedDate: '2024-02-11',
    ...(criticality && { criticality, reaction: [{ manifestation: [concept('Hives')] }] }),
  };
}

/** Allergies a receiving provider must know. */
export function allergies(): AllergyIntolerance[] {
  return [
    allergy('alg-ada-penicillin', 'pat-ada', 'Penicillin', 'high'),
    allergy('alg-ada-latex', 'pat-ada', 'Latex', 'low'),
    allergy('alg-ben-none', 'pat-ben', 'No known allergy'),
  ];
}
