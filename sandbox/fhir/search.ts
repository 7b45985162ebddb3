/** Searches by the parameters that a type supports; unknown ones are refused. */
import type { Access } from '#sandbox/authorization/server.ts';
import type { Records, SandboxResource, ServedType } from '#sandbox/data/records.ts';
import type { VendorProfile } from '#sandbox/profiles.ts';
import { FhirRefusal } from './outcome.ts';
import { isInCompartment, maySee, patientOf, requireScope } from './permissions.ts';
import { conceptsOf, hasCoding } from './tokens.ts';

/** Parameters that every type supports. */
const common = new Set(['_id', '_count', '_page']);

/** Parameters that select no resource here: paging, and the tenant's practice (athenahealth). */
const unfiltered = new Set(['_count', '_page', '_include', '_revinclude', 'ah-practice', 'ah-chart-sharing-group']);

/** The one `_revinclude` of ServiceRequest. */
export const TASKS_ALONG = 'Task:focus';

/** Own search parameters by type; ServiceRequest's come from the vendor profile. */
export function searchParameters(type: ServedType, profile: VendorProfile): readonly string[] {
  if (type === 'ServiceRequest') return profile.serviceRequestSearch;
  const own: Partial<Record<ServedType, string[]>> = {
    Patient: ['identifier'],
    PractitionerRole: ['practitioner'],
    Condition: ['patient', 'subject', 'category', 'encounter'],
    Observation: ['patient', 'subject', 'category', 'code', 'encounter', 'status'],
    Encounter: ['patient', 'subject', 'status'],
    AllergyIntolerance: ['patient'],
    Coverage: ['patient', 'beneficiary', 'status'],
    Task: ['patient', 'subject', 'status', 'focus'],
  };
  return own[type] ?? [];
}

const bareId = (reference: string | undefined) => (reference ?? '').replace(/^.*\//, '');

/** The reference that a reference parameter searches, if the type has it. */
function referenceOf(resource: SandboxResource, name: string): string | undefined {
  if (name === 'practitioner' && resource.resourceType === 'PractitionerRole') return resource.practitioner?.reference;
  if (name === 'focus' && resource.resourceType === 'Task') return resource.focus?.reference;
  if (name === 'encounter' && 'encounter' in resource) return resource.encounter?.reference;
  return undefined;
}

function hasIdentifier(resource: SandboxResource, value: string): boolean {
  const identifiers = resource.resourceType === 'Patient' ? (resource.identifier ?? []) : [];
  return identifiers.some((one) => value === one.value || value === `${one.system}|${one.value}`);
}

/** Does a resource match one alternative of one parameter? */
function matches(resource: SandboxResource, name: string, value: string): boolean {
  switch (name) {
    case '_id':
      return resource.id === value;
    case 'patient':
    case 'subject':
    case 'beneficiary':
      return patientOf(resource) === bareId(value);
    case 'status':
      return 'status' in resource && resource.status === value;
    case 'identifier':
      return hasIdentifier(resource, value);
    case 'code':
    case 'category':
      return conceptsOf(resource, name).some((concept) => hasCoding(concept, value));
    default:
      return bareId(referenceOf(resource, name)) === bareId(value);
  }
}

/** FH-13 and strict handling: unknown parameters and searches without the patient are refused. */
function checkParameters(type: ServedType, query: URLSearchParams, access: Access, profile: VendorProfile): void {
  const supported = new Set([...common, ...searchParameters(type, profile)]);
  if (type === 'ServiceRequest' && profile.serviceRequestIncludes.length > 0) supported.add('_include');
  if (type === 'ServiceRequest' && profile.sendsTasksAlong) supported.add('_revinclude');
  for (const name of query.keys()) {
    if (!supported.has(name)) throw new FhirRefusal(400, 'not-supported', `search parameter ${name} is not supported`);
  }
  const patients = ['patient', 'subject', 'beneficiary'].flatMap((name) => query.getAll(name));
  if (patients.some((one) => bareId(one) !== access.patient)) {
    throw new FhirRefusal(403, 'forbidden', 'this token is for another patient');
  }
  if (isInCompartment(type) && type !== 'Patient' && patients.length === 0) {
    throw new FhirRefusal(400, 'required', 'a search names the patient');
  }
  if (!isInCompartment(type) && !query.has('_id') && !query.has('practitioner')) {
    throw new FhirRefusal(400, 'required', 'a search of the directory names ids');
  }
}

/** Every match, unpaged; refusals are thrown as FhirRefusal 400 or 403. */
export function search(
  type: ServedType,
  query: URLSearchParams,
  access: Access,
  records: Records,
  profile: VendorProfile,
): SandboxResource[] {
  requireScope(access, 's', type);
  checkParameters(type, query, access, profile);
  const filters = [...query].filter(([name]) => !unfiltered.has(name));
  return records
    .ofType(type)
    .filter((resource) => maySee(access, 's', resource))
    .filter((resource) =>
      filters.every(([name, value]) => value.split(',').some((one) => matches(resource, name, one))),
    );
}
