/** Coded fields of the served types, and FHIR's token matching (`code` or `system|code`) on them. */
import type { CodeableConcept } from 'fhir/r4.js';
import type { SandboxResource } from '#sandbox/data/records.ts';

/** The `code` or `category` concepts of a resource; none for types that have no such field. */
export function conceptsOf(resource: SandboxResource, field: 'code' | 'category'): CodeableConcept[] {
  const { resourceType } = resource;
  if (resourceType !== 'Condition' && resourceType !== 'Observation' && resourceType !== 'ServiceRequest') return [];
  return field === 'category' ? (resource.category ?? []) : resource.code ? [resource.code] : [];
}

/** FHIR search, token type: the value alone, or with its system. */
export function hasCoding(concept: CodeableConcept, token: string): boolean {
  return (concept.coding ?? []).some(({ system, code }) => token === code || token === `${system}|${code}`);
}
