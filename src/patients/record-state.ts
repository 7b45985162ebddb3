/** Decides whether a Patient resource is the record to work with, and which cautions apply. */
import { asRecord, asRecords, asText, asTexts, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { flagOf } from './foreign-flag.ts';
import { conditionsOf } from './modifier-elements.ts';

export interface RecordState {
  /** The EHR has merged this record into another one: nothing may be written to it. */
  isReplaced: boolean;
  /** Sentences for the clinician, most severe first. */
  cautions: readonly string[];
}

const MOST_LINKS = 1_000;

/** Patient.link.type by its letters only; DSTU2 calls `replaced-by` `replace`. */
const LINKS = new Map([
  ['replacedby', 'replaced'],
  ['replace', 'replaced'],
  ['replaces', 'replaces'],
  ['refer', 'refer'],
  ['seealso', 'other'],
] as const);

type Link = 'replaced' | 'replaces' | 'refer' | 'other' | 'unclear';

const SENTENCES = [
  ['replaced', 'This record was merged into another one. Open the patient’s current record in the EHR.'],
  ['refer', 'This is not the patient’s main record. See the EHR for the main one.'],
  ['unclear', 'This record is linked to another one. See the EHR.'],
  ['replaces', 'This record replaces an older one. Requests of the older one may be missing here.'],
  ['other', 'The EHR has another record of this patient. Its requests are not shown here.'],
] as const satisfies [Link, string][];

/** Reads the modifier elements of a Patient; an unreadable link is reported, not ignored. Never throws. */
export function readRecordState(resource: ForeignRecord): RecordState {
  const links = new Set([resource.link ?? []].flat().slice(0, MOST_LINKS).flatMap(linksOf));
  const active = flagOf(resource, 'active');
  const cautions = [
    ...SENTENCES.filter(([link]) => links.has(link)).map(([, sentence]) => sentence),
    active === false && 'The EHR marks this record as inactive.',
    active === 'unclear' && 'The EHR does not say clearly whether this record is active.',
    ...conditionsOf(resource).map((line) => `${line}.`),
  ];
  return { isReplaced: links.has('replaced'), cautions: cautions.filter((line) => line !== false) };
}

/** Does this record say that the one with this id was merged into it? */
export function replaces({ link }: ForeignRecord, id: string): boolean {
  const replaced = asRecords(link).filter(({ type }) => type === 'replaces');
  return replaced.some(({ other }) => asText(asRecord(other).reference)?.endsWith(`Patient/${id}`));
}

function linksOf(item: unknown): Link[] {
  if (item === undefined || item === null) return [];
  const { type, other } = typeof item === 'object' ? (item as ForeignRecord) : {};
  const types = asTexts(type).map(
    (text) => LINKS.get(text.toLowerCase().replace(/[^a-z]/g, '') as 'refer') ?? 'unclear',
  );
  // A link to the same person as another patient's relative, such as a mother, is not a second patient record.
  if (isRelatedPerson(other)) return types.filter((link) => link !== 'other');
  return types.length === 0 ? ['unclear'] : types;
}

function isRelatedPerson(other: unknown): boolean {
  const { reference, type } = typeof other === 'object' && other !== null ? (other as ForeignRecord) : {};
  return type === 'RelatedPerson' || (typeof reference === 'string' && /(?:^|\/)RelatedPerson\//.test(reference));
}
