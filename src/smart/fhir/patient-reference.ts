/** A patient as servers name one where the specification leaves it open: an id, `Patient/<id>`, or the whole URL. */
import { isFhirId } from './id.ts';

/**
 * The id a text names, if it is certain that it names a patient of this FHIR server: the id alone, `Patient/<id>`, or
 * that under the FHIR base; a version (`/_history/<v>`) is a state of the same patient. Nothing is decoded or tidied up.
 *
 * @param text untrusted.
 * @param fhirBase the launch's FHIR base, with or without trailing slash.
 * @returns undefined for everything else, another server's URLs and other resource types included.
 */
export function patientIdOf(text: string, fhirBase: URL): string | undefined {
  const alone: unknown = text;
  if (isFhirId(alone)) return alone;
  const base = `${fhirBase.href.replace(/\/$/, '')}/`;
  const path = isSamePrefix(text, base) ? text.slice(base.length) : text;
  const [type, id, history, version, ...rest] = path.split('/');
  const isVersioned = history === '_history' && isFhirId(version);
  const isPatient = type === 'Patient' && rest.length === 0 && (history === undefined || isVersioned);
  return isPatient && isFhirId(id) ? id : undefined;
}

/** Scheme and host are the same in any case, the path is not (RFC 3986 6.2.2.1). */
function isSamePrefix(text: string, base: string): boolean {
  const start = text.slice(0, base.length);
  if (start === base) return true;
  const { origin } = new URL(base);
  const isSameOrigin = start.slice(0, origin.length).toLowerCase() === origin;
  return isSameOrigin && start.slice(origin.length) === base.slice(origin.length);
}
