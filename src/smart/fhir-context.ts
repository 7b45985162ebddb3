/** `fhirContext`: further resources the EHR hands over with a launch, such as the ServiceRequest being worked on. */

import { isFhirId } from '#src/smart/fhir/id.ts';
import { boundedText } from './bounded-text.ts';

/** One item; at least one of reference, canonical and identifier is there. */
export interface FhirContextItem {
  /** `Type/id`, relative to the FHIR base; absolute ones never get this far (LC-10). */
  readonly reference: string | undefined;
  readonly canonical: string | undefined;
  readonly identifier: { readonly system: string | undefined; readonly value: string } | undefined;
  readonly type: string | undefined;
  /** `launch` when the EHR names none; a role nobody asks for is without effect (LC-08). */
  readonly role: string;
}

const MAX_ITEMS_READ = 200;
const MAX_TEXT_LENGTH = 1_024;
const TYPE = /^[A-Z][A-Za-z]{0,63}$/;

/**
 * Reads `fhirContext` and keeps what is usable (LC-07 to LC-10): bad items are skipped, whatever they are, and a
 * Patient or Encounter counts only under a role other than `launch`, so that it can never compete with the patient
 * in context.
 *
 * @param value untrusted, any JSON; at most the first 200 items are looked at.
 */
export function readFhirContext(value: unknown): FhirContextItem[] {
  return Array.isArray(value) ? value.slice(0, MAX_ITEMS_READ).flatMap((item) => readItem(item) ?? []) : [];
}

function readItem(value: unknown): FhirContextItem | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const item = new Map<string, unknown>(Object.entries(value));
  const role = item.has('role') ? boundedText(item.get('role'), MAX_TEXT_LENGTH) : 'launch';
  const reference = relativeReference(item.get('reference'));
  const canonical = boundedText(item.get('canonical'), MAX_TEXT_LENGTH);
  const identifier = readIdentifier(item.get('identifier'));
  if (!role || (item.has('reference') && !reference) || !(reference ?? canonical ?? identifier)) return undefined;
  const type = reference?.split('/')[0] ?? typeName(item.get('type'));
  if (role === 'launch' && (type === 'Patient' || type === 'Encounter')) return undefined;
  return { reference, canonical, identifier, type, role };
}

function relativeReference(value: unknown): string | undefined {
  const [type, id, ...rest] = boundedText(value, MAX_TEXT_LENGTH)?.split('/') ?? [];
  return rest.length === 0 && typeName(type) && isFhirId(id) ? `${type}/${id}` : undefined;
}

function readIdentifier(value: unknown): FhirContextItem['identifier'] {
  if (typeof value !== 'object' || value === null) return undefined;
  const identifier = new Map<string, unknown>(Object.entries(value));
  const identifierValue = boundedText(identifier.get('value'), MAX_TEXT_LENGTH);
  return identifierValue
    ? { system: boundedText(identifier.get('system'), MAX_TEXT_LENGTH), value: identifierValue }
    : undefined;
}

function typeName(value: unknown): string | undefined {
  return typeof value === 'string' && TYPE.test(value) ? value : undefined;
}
