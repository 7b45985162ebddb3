/**
 * The old way to name OAuth endpoints: an extension of the FHIR server's CapabilityStatement.
 *
 * SMART App Launch 2.2.0, "Conformance" (deprecated mechanism); rules DI-18, DI-21.
 */
import { z } from 'zod';
import { AppError } from '#src/errors.ts';

const OAUTH_URIS = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';

const extension = z.object({ url: z.string(), valueUri: z.string().optional() });
const statementSchema = z.object({
  resourceType: z.literal('CapabilityStatement'),
  rest: z
    .array(
      z.object({
        mode: z.string().optional(),
        security: z
          .object({
            extension: z.array(z.object({ url: z.string(), extension: z.array(extension).optional() })).optional(),
          })
          .optional(),
      }),
    )
    .default([]),
});

/**
 * Finds the oauth-uris extension and returns its endpoints under the names a smart-configuration uses, so that both
 * documents pass the same reader. The order of extensions and other `rest` entries do not matter.
 *
 * @param statement parsed JSON, untrusted.
 * @throws AppError 'discovery.invalid' when this is not a SMART server.
 */
export function capabilityEndpoints(statement: unknown): Record<string, string | undefined> {
  const parsed = statementSchema.safeParse(statement);
  const servers = parsed.success ? parsed.data.rest.filter((rest) => rest.mode === 'server') : [];
  const oauthUris = servers
    .flatMap((rest) => rest.security?.extension ?? [])
    .find((candidate) => candidate.url === OAUTH_URIS)?.extension;
  if (!oauthUris) {
    throw new AppError(
      'discovery.invalid',
      'no smart-configuration, and the CapabilityStatement names no OAuth endpoints',
    );
  }
  const uri = (name: string) => oauthUris.find((candidate) => candidate.url === name)?.valueUri;
  return {
    authorization_endpoint: uri('authorize'),
    token_endpoint: uri('token'),
    revocation_endpoint: uri('revoke'),
    introspection_endpoint: uri('introspect'),
  };
}
