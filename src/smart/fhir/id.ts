/** The form of a FHIR resource id, the only value from a peer that the app puts into a URL path. */

const ID = /^[A-Za-z0-9\-.]{1,128}$/;
/** FHIR R4 datatype `id`. */
const LONGEST = 64;

/**
 * May an untrusted value be used as a resource id in a URL path? Ids of real EHRs, such as Epic's, may be longer than
 * FHIR's 64 characters. FHIR allows `.` and `..` as ids. They are refused here, because in a path they name another
 * resource.
 */
export function isResourceId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value) && value !== '.' && value !== '..';
}

/** The same for the launch's patient and user: no longer than FHIR allows (LC-02, FU-02). */
export function isFhirId(value: unknown): value is string {
  return isResourceId(value) && value.length <= LONGEST;
}
