/** The form of a FHIR resource id, the only value from a peer that the app puts into a URL path. */

const ID = /^[A-Za-z0-9\-.]{1,128}$/;
/** FHIR R4 datatype `id`. */
const LONGEST = 64;

/** Longer than FHIR's 64 characters, as Epic's are; not `.` and `..`, which name another resource in a path. */
export function isResourceId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value) && value !== '.' && value !== '..';
}

/** The same for the launch's patient and user: no longer than FHIR allows (LC-02, FU-02). */
export function isFhirId(value: unknown): value is string {
  return isResourceId(value) && value.length <= LONGEST;
}
