/** Judges FHIR references: only resources of the launch's own FHIR base have a name here (FH-02, LC-10). */
import { asRecord } from '#src/smart/fhir/fields.ts';
import { isFhirId } from '#src/smart/fhir/id.ts';
import { isUnder } from '#src/smart/step-6-fhir-api.ts';

/**
 * Where a Reference points on this FHIR server, as `Type/id` without a version; undefined for another server (LC-10) and
 * for contained, logical, conditional or malformed references.
 */
export function localReference(reference: unknown, base: URL): string | undefined {
  const literal = asRecord(reference).reference;
  if (typeof literal !== 'string') return undefined;
  const path = URL.canParse(literal) ? pathUnder(base, new URL(literal)) : literal;
  const [, type, id] = /^([A-Z][A-Za-z]{1,60})\/([^/?#]+)(?:\/_history\/[^/?#]+)?$/.exec(path ?? '') ?? [];
  return type !== undefined && isFhirId(id) ? `${type}/${id}` : undefined;
}

function pathUnder(base: URL, url: URL): string | undefined {
  const prefix = `${base.pathname.replace(/\/$/, '')}/`;
  return isUnder(base, url) && url.search === '' && url.hash === '' ? url.pathname.slice(prefix.length) : undefined;
}
