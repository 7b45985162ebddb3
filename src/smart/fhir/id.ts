/** The shape of a FHIR resource id, the one thing of a peer's that we put into a URL path. */

const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/**
 * Whether a value from outside may stand in a URL path as a resource id (LC-02, FU-02; FHIR R4 datatype `id`).
 *
 * `.` and `..` are ids by the letter of FHIR and are refused: in a path they name another resource.
 */
export function isFhirId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value) && value !== '.' && value !== '..';
}
