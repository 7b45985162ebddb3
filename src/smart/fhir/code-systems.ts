/** Names the code systems that orders are coded in, for codes without words: "SNOMED CT 229070002". */
import { trimEnd } from '#src/adapters/bounded-text.ts';

const HL7 = '2.16.840.1.113883.6';
/** By the address without its scheme, or by the OID. */
const NAMES = new Map([
  ...['snomed.info/sct', `${HL7}.96`].map((system) => [system, 'SNOMED CT'] as const),
  ...['loinc.org', `${HL7}.1`].map((system) => [system, 'LOINC'] as const),
  ...['www.ama-assn.org/go/cpt', `${HL7}.12`].map((system) => [system, 'CPT'] as const),
  ...['terminology.hl7.org/CodeSystem/HCPCS-all-codes', `${HL7}.285`].map((system) => [system, 'HCPCS'] as const),
  ...['hl7.org/fhir/sid/icd-10-cm', `${HL7}.90`].map((system) => [system, 'ICD-10-CM'] as const),
  ...['hl7.org/fhir/sid/icd-10', `${HL7}.3`].map((system) => [system, 'ICD-10'] as const),
  ...['www.nlm.nih.gov/research/umls/rxnorm', `${HL7}.88`].map((system) => [system, 'RxNorm'] as const),
  ...['nucc.org/provider-taxonomy', `${HL7}.101`].map((system) => [system, 'NUCC'] as const),
]);

const NUMBER = 'Code';
const NAMED = new RegExp(`^(?:${[NUMBER, ...new Set(NAMES.values())].join('|')}) (?=\\S+$)`);

/** A code after the name of its system. Of a system that is not known, it stands alone unless it is a number. */
export function namedCode(code: string, system: string | undefined): string {
  const name = system && NAMES.get(trimEnd(system.replace(/^(?:https?:\/\/|urn:oid:)/, ''), '/'));
  return [name ?? (/^\d+$/.test(code) ? NUMBER : undefined), code].filter(Boolean).join(' ');
}

/** The code in a text of {@link namedCode}; any other text as it is. */
export function bareCode(text: string): string {
  return text.replace(NAMED, '');
}
