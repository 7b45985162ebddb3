/** Resolves and reads `fhirUser`, the signed-in user as a resource of the EHR. */
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { FhirError } from '#src/smart/fhir/fhir-error.ts';
import { isFhirId } from '#src/smart/fhir/id.ts';
import { resourceNamed } from '#src/smart/fhir/reference.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

const USER_TYPES = ['Patient', 'Practitioner', 'PractitionerRole', 'RelatedPerson', 'Person'] as const;

/** A user whose resource is on the EHR's own FHIR server. */
export interface FhirUser {
  readonly type: (typeof USER_TYPES)[number];
  readonly id: string;
  /** `Type/id`, relative to the FHIR base and without a version. */
  readonly reference: string;
}

/**
 * Resolves `fhirUser` to a resource under the FHIR base (FU-01 to FU-03). A URL of another server is neither fetched
 * nor rewritten; a version is dropped, because the current resource is wanted. @param claims of a verified id_token;
 * `profile` counts only without `fhirUser`, and as such a URL (ID-20): in OpenID Connect it is a home page.
 */
export function resolveFhirUser(
  claims: { readonly fhirUser: string | undefined; readonly profile: string | undefined },
  fhirBase: URL,
): { readonly ok: true; readonly user: FhirUser } | { readonly ok: false } {
  const named = resourceNamed(claims.fhirUser ?? claims.profile ?? '', fhirBase);
  const type = USER_TYPES.find((known) => known === named?.type);
  if (!(type && isFhirId(named?.id))) return { ok: false };
  return { ok: true, user: { type, id: named.id, reference: `${type}/${named.id}` } };
}

/** @returns untrusted; undefined when the EHR refuses it (FU-05) or answers with another resource (FU-04). */
export async function readFhirUser(
  api: FhirApi,
  user: Pick<FhirUser, 'type' | 'id' | 'reference'>,
): Promise<FhirResource | undefined> {
  try {
    const resource = await api.get(user.reference);
    return resource.resourceType === user.type && resource['id'] === user.id ? resource : undefined;
  } catch (error) {
    if (error instanceof FhirError) return undefined;
    throw error;
  }
}
