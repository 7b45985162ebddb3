/** A CapabilityStatement, reduced to what the app asks of it; an untrusted document. */
import { z } from 'zod';

export interface FhirCapability {
  fhirVersion: string | undefined;
  resources: Map<string, { interactions: string[]; searchParameters: string[] }>;
}

/** Entry by entry: an odd one must not hide the others. */
const listOf = <Entry extends z.ZodType>(entry: Entry) =>
  z
    .array(entry.optional().catch(undefined))
    .catch([])
    .default([])
    .transform((entries) => entries.filter((one) => one !== undefined));
const codes = <Name extends 'code' | 'name'>(name: Name) =>
  listOf(z.object({ [name]: z.string() } as Record<Name, z.ZodString>));

const resource = z.object({ type: z.string(), interaction: codes('code'), searchParam: codes('name') });
const statementSchema = z.object({
  resourceType: z.literal('CapabilityStatement'),
  fhirVersion: z.string().optional().catch(undefined),
  rest: listOf(z.object({ mode: z.string().catch('server').default('server'), resource: listOf(resource) })),
});

/** @returns undefined when the document is no CapabilityStatement. */
export function readCapability(document: unknown): FhirCapability | undefined {
  const { success, data } = statementSchema.safeParse(document);
  if (!success) return undefined;
  const resources: FhirCapability['resources'] = new Map();
  for (const entry of data.rest.filter(({ mode }) => mode === 'server').flatMap((rest) => rest.resource)) {
    resources.set(entry.type, {
      interactions: entry.interaction.map(({ code }) => code),
      searchParameters: entry.searchParam.map(({ name }) => name),
    });
  }
  return { fhirVersion: data.fhirVersion, resources };
}
