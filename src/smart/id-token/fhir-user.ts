/** Resolves and reads `fhirUser`, the signed-in user as a resource of the EHR. */
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { FhirError } from '#src/smart/fhir/fhir-error.ts';
import { isFhirId } from '#src/smart/fhir/id.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

const USER_TYPES = ['Patient', 'Practitioner', 'PractitionerRole', 'RelatedPerson', 'Person'] as const;

/** A user whose resource is on the EHR's own FHIR server. */
export interface FhirUser {
  readonly type: (typeof USER_TYPES)[number];
  readonly id: string;
  /** `Type/id`, relative to the FHIR base and without a version. */
  readonly reference: string;
}

/** The user, or the reason why there is none; the reason quotes no value. */
export type ResolvedFhirUser =
  | { readonly ok: true; readonly user: FhirUser }
  | { readonly ok: false; readonly reason: string };

/**
 * Resolves `fhirUser` to a resource under the FHIR base (FU-01 to FU-03). A URL of another server is neither fetched
 * nor rewritten; a version is dropped, because the current resource is wanted. @param claims of a verified id_token;
 * `profile` counts only without `fhirUser`, and as such a URL (ID-20): in OpenID Connect it is a home page.
 */
export function resolveFhirUser(
  claims: { readonly fhirUser: string | undefined; readonly profile: string | undefined },
  fhirBase: URL,
): ResolvedFhirUser {
  const claim = claims.fhirUser ?? claims.profile;
  if (claim === undefined) return { ok: false, reason: 'fhirUser is absent' };
  const path = isAbsolute(claim) ? pathUnder(fhirBase, claim) : claim;
  if (path === undefined) return { ok: false, reason: 'fhirUser is not on this FHIR server' };
  const [typeName, id, ...version] = path.split('/');
  const type = USER_TYPES.find((known) => known === typeName);
  if (!type || !isFhirId(id) || !isVersion(version)) return { ok: false, reason: 'fhirUser is not a user resource' };
  return { ok: true, user: { type, id, reference: `${type}/${id}` } };
}

/** FHIR R4 http, vread. */
function isVersion(segments: readonly string[]): boolean {
  const [history, version] = segments;
  return segments.length === 0 || (segments.length === 2 && history === '_history' && isFhirId(version));
}

function isAbsolute(claim: string): boolean {
  return /^[a-z][a-z0-9+.-]*:|^\/\//i.test(claim);
}

/** The path after the base, or undefined; `/fhir/ab` is not under `/fhir/a` (MT-03). */
function pathUnder(fhirBase: URL, claim: string): string | undefined {
  const url = URL.parse(claim);
  if (!url || url.origin !== fhirBase.origin || url.username || url.password) return undefined;
  const prefix = `${fhirBase.pathname.replace(/\/$/, '')}/`;
  // The URL parser resolves `..` and drops tabs. A path that it changed, or one with a query, is refused.
  const verbatim = url.pathname.startsWith(prefix) && claim.endsWith(url.pathname);
  return verbatim ? url.pathname.slice(prefix.length) : undefined;
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
