/** The hospital's records: every synthetic resource by type and by reference. SYNTHETIC DATA, invented for this sandbox. */
import type {
  AllergyIntolerance,
  Condition,
  Coverage,
  Encounter,
  Location,
  Observation,
  Organization,
  Patient,
  Practitioner,
  PractitionerRole,
  ServiceRequest,
  Task,
} from 'fhir/r4.js';
import { allergies, conditions } from './clinical.ts';
import { coverages } from './coverage.ts';
import { encounters } from './encounters.ts';
import { daysSinceWritten, moveDates } from './from-today.ts';
import { observations } from './observations.ts';
import { locations, organizations } from './organizations.ts';
import { patients } from './patients.ts';
import { oddPatients } from './patients-odd.ts';
import { practitionerRoles, practitioners } from './practitioners.ts';
import { adaRequests } from './requests-ada.ts';
import { benRequests } from './requests-ben.ts';
import { manyRequests } from './requests-many.ts';
import { oddRequests } from './requests-odd.ts';
import { tasks } from './tasks.ts';

export type SandboxResource =
  | AllergyIntolerance
  | Condition
  | Coverage
  | Encounter
  | Location
  | Observation
  | Organization
  | Patient
  | Practitioner
  | PractitionerRole
  | ServiceRequest
  | Task;

export type ServedType = SandboxResource['resourceType'];

export const servedTypes: readonly ServedType[] = [
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'Encounter',
  'Coverage',
  'Condition',
  'AllergyIntolerance',
  'Observation',
  'ServiceRequest',
  'Task',
];

/** Does an untrusted path segment name a type that this server has? */
export function isServedType(type: string): type is ServedType {
  return servedTypes.some((served) => served === type);
}

export interface Records {
  ofType<T extends ServedType>(type: T): Extract<SandboxResource, { resourceType: T }>[];
  /** `Type/id`, relative. */
  byReference(reference: string): SandboxResource | undefined;
  /** Adds a resource that an app has created. */
  add(resource: SandboxResource): void;
}

/**
 * Builds the records anew, so that no two sandboxes share an object.
 *
 * @param today the day to which their dates are moved; without it they are fixed.
 */
export function createRecords(today?: Date): Records {
  const written: SandboxResource[] = [
    ...patients(),
    ...oddPatients(),
    ...practitioners(),
    ...practitionerRoles(),
    ...organizations(),
    ...locations(),
    ...encounters(),
    ...coverages(),
    ...conditions(),
    ...allergies(),
    ...observations(),
    ...adaRequests(),
    ...benRequests(),
    ...manyRequests(),
    ...oddRequests(),
    ...tasks(),
  ];
  const all = today ? written.map((one) => moveDates(one, daysSinceWritten(today))) : written;
  const index = new Map(all.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]));
  const isOfType =
    <T extends ServedType>(type: T) =>
    (one: SandboxResource): one is Extract<SandboxResource, { resourceType: T }> =>
      one.resourceType === type;
  return {
    ofType: (type) => all.filter(isOfType(type)),
    byReference: (reference) => index.get(reference),
    add: (resource) => {
      all.push(resource);
      index.set(`${resource.resourceType}/${resource.id}`, resource);
    },
  };
}
