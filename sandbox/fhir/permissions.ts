/** Decides what a token may see, by SMART scopes (v1 and v2) and the compartment of the patient in context. */

import { parseClinicalScope } from '#sandbox/authorization/scope-policy.ts';
import type { Access } from '#sandbox/authorization/server.ts';
import type { SandboxResource } from '#sandbox/data/records.ts';
import { FhirRefusal } from './outcome.ts';
import { conceptsOf, hasCoding } from './tokens.ts';

/** Types outside every patient's compartment: the directory of the hospital. */
const directoryTypes = new Set(['Practitioner', 'PractitionerRole', 'Organization', 'Location']);

function patientReference(resource: SandboxResource): string | undefined {
  if (resource.resourceType === 'Patient') return `Patient/${resource.id}`;
  if ('subject' in resource) return resource.subject?.reference;
  if ('patient' in resource) return resource.patient.reference;
  if ('beneficiary' in resource) return resource.beneficiary.reference;
  if ('for' in resource) return resource.for?.reference;
  return undefined;
}

/** The logical id of the patient a resource belongs to; undefined for the directory. */
export function patientOf(resource: SandboxResource): string | undefined {
  return patientReference(resource)?.replace(/^Patient\//, '');
}

/** True for types whose searches must name the patient. */
export function isInCompartment(resourceType: string): boolean {
  return !directoryTypes.has(resourceType);
}

function hasCategory(resource: SandboxResource, wanted: string): boolean {
  return conceptsOf(resource, 'category').some((concept) => hasCoding(concept, wanted));
}

/** Does a resource meet a v2 restriction such as `?category=laboratory`? An unknown parameter permits nothing. */
function meets(resource: SandboxResource | undefined, restriction: URLSearchParams | undefined): boolean {
  if (!restriction || !resource) return true;
  return [...restriction].every(([name, value]) => name === 'category' && hasCategory(resource, value));
}

/** Whether a scope covers this interaction, for this resource when one is given. */
function covers(
  access: Access,
  letter: 'c' | 'r' | 'u' | 's',
  resourceType: string,
  resource?: SandboxResource,
): boolean {
  return access.scopes.some((text) => {
    const scope = parseClinicalScope(text);
    if (!scope?.interactions.has(letter)) return false;
    return (scope.resourceType === '*' || scope.resourceType === resourceType) && meets(resource, scope.restriction);
  });
}

/** Whether the token may see this resource in a search result: scope and patient compartment. */
export function maySee(access: Access, letter: 'r' | 's', resource: SandboxResource): boolean {
  const owner = patientOf(resource);
  const inContext = !isInCompartment(resource.resourceType) || (owner !== undefined && owner === access.patient);
  return inContext && covers(access, letter, resource.resourceType, resource);
}

/** SMART: `fhirUser` permits reading the signed-in user's own resource. */
function isOwnUser(access: Access, resource: SandboxResource): boolean {
  return access.scopes.includes('fhirUser') && access.user.fhirUser === `${resource.resourceType}/${resource.id}`;
}

/** @throws FhirRefusal 403 when no scope covers the interaction at all. */
export function requireScope(access: Access, letter: 'c' | 'r' | 'u' | 's', resourceType: string): void {
  if (covers(access, letter, resourceType)) return;
  throw new FhirRefusal(403, 'forbidden', `no granted scope covers ${letter} on ${resourceType}`);
}

/** @throws FhirRefusal 403 when the resource is another patient's or no scope covers it. */
export function requireRead(access: Access, resource: SandboxResource): void {
  if (maySee(access, 'r', resource) || isOwnUser(access, resource)) return;
  throw new FhirRefusal(
    403,
    'forbidden',
    `${resource.resourceType} is outside the granted scopes or the patient in context`,
  );
}
