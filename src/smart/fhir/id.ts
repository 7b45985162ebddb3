/** The form of a FHIR resource id, the only value from a peer that the app puts into a URL path. */

const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/**
 * May an untrusted value be used as a resource id in a URL path (LC-02, FU-02; FHIR R4 datatype `id`)? FHIR allows `.`
 * and `..` as ids. They are refused here, because in a path they name another resource.
 */
export function isFhirId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value) && value !== '.' && value !== '..';
}
