/** Reads a patient's id where the specification leaves the form open: a bare id, `Patient/<id>`, or the whole URL. */
import { isFhirId } from './id.ts';

/**
 * The patient id in an untrusted text that certainly names a patient of this server: the id alone, `Patient/<id>`, or
 * that below the FHIR base, with or without a version. Nothing is decoded or normalized.
 * @returns undefined for anything else, such as another server's URL or another resource type.
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

/** Scheme and host are compared without case, the path with case (RFC 3986 6.2.2.1). */
function isSamePrefix(text: string, base: string): boolean {
  const start = text.slice(0, base.length);
  if (start === base) return true;
  const { origin } = new URL(base);
  const isSameOrigin = start.slice(0, origin.length).toLowerCase() === origin;
  return isSameOrigin && start.slice(origin.length) === base.slice(origin.length);
}
