/** Small builders that keep the synthetic data readable. */
import type { CodeableConcept, Identifier, Reference } from 'fhir/r4.js';

const identifierTypes = 'http://terminology.hl7.org/CodeSystem/v2-0203';

/** A concept with a text, and a code when it has one. */
export function concept(text: string, system?: string, code?: string): CodeableConcept {
  return code === undefined ? { text } : { text, coding: [{ ...(system && { system }), code, display: text }] };
}

/** A SNOMED CT-like concept. */
export function snomed(code: string, text: string): CodeableConcept {
  return concept(text, 'http://snomed.info/sct', code);
}

const typed = (code: string, text: string) => ({ coding: [{ system: identifierTypes, code }], text });

/**
 * Patient identifiers as hospitals send them: the medical record number (type code MR) is never the first one, so an
 * app that takes the first shows an insurance number.
 */
export function patientIdentifiers(mrn: string): Identifier[] {
  return [
    { system: 'urn:oid:2.16.840.1.113883.3.9999.7', type: typed('PI', 'Enterprise ID'), value: `E${mrn}77` },
    { system: 'urn:oid:2.16.840.1.113883.3.9999.8', type: typed('JHN', 'Health number'), value: `9${mrn}1-AB` },
    { use: 'usual', system: 'urn:oid:2.16.840.1.113883.3.9999.1', type: typed('MR', 'MRN'), value: mrn },
  ];
}

/** A reference with a display text. */
export function named(reference: string, display: string): Reference {
  return { reference, display };
}

/** A reference without a display text, so that the app must read the name. */
export function bare(reference: string): Reference {
  return { reference };
}

/** A repeatable generator of numbers below one (mulberry32), so that every run shows the same hospital. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
