/** A CapabilityStatement, reduced to what the app asks of it; an untrusted document. */
import { z } from 'zod';

export interface FhirCapability {
  fhirVersion: string | undefined;
  resources: Map<string, { interactions: string[]; searchParameters: string[] }>;
}

const codes = <Name extends 'code' | 'name'>(name: Name) =>
  z
    .array(z.object({ [name]: z.string() } as Record<Name, z.ZodString>))
    .catch([])
    .default([]);

const resource = z.object({ type: z.string(), interaction: codes('code'), searchParam: codes('name') });
const statementSchema = z.object({
  resourceType: z.literal('CapabilityStatement'),
  fhirVersion: z.string().optional().catch(undefined),
  rest: z
    .array(
      z.object({
        mode: z.string().catch('server').default('server'),
        // One odd entry must not hide the others.
        resource: z.array(resource.optional().catch(undefined)).catch([]).default([]),
      }),
    )
    .catch([])
    .default([]),
});

/** @returns undefined when the document is no CapabilityStatement. */
export function readCapability(document: unknown): FhirCapability | undefined {
  const { success, data } = statementSchema.safeParse(document);
  if (!success) return undefined;
  const resources: FhirCapability['resources'] = new Map();
  for (const entry of data.rest.filter(({ mode }) => mode === 'server').flatMap((rest) => rest.resource)) {
    if (!entry) continue;
    resources.set(entry.type, {
      interactions: entry.interaction.map(({ code }) => code),
      searchParameters: entry.searchParam.map(({ name }) => name),
    });
  }
  return { fhirVersion: data.fhirVersion, resources };
}
