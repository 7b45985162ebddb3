/** Finds what an EHR has saved in another way than it was sent, although it answered that it saved it. */
import type { RequestRow } from '#src/requests/list/row.ts';
import { asRecords, type ForeignRecord } from '#src/smart/fhir/fields.ts';

/** Since it was sent, it may have been carried out. */
const AS_SENT = new Set<unknown>(['active', 'completed']);

/** The parts of a row that say something else, in words. */
export function otherIn(saved: RequestRow, sent: RequestRow): string[] {
  const differ = [
    saved.service !== sent.service && 'service',
    saved.needed !== sent.needed && 'time',
    saved.priority?.word !== sent.priority?.word && 'priority',
    (!AS_SENT.has(saved.ehrStatus) || saved.source !== sent.source || saved.caution !== undefined) && 'status',
    saved.sentTo === undefined && sent.sentTo !== undefined && 'provider',
  ];
  return differ.filter((word) => word !== false);
}

/** What no row shows, by the members that hold it: an EHR may keep a reason as text or as a reference. */
const PARTS: readonly (readonly [word: string, members: readonly string[]])[] = [
  ['place', ['locationCode', 'locationReference']],
  ['details', ['orderDetail']],
  ['reason', ['reasonCode', 'reasonReference']],
  ['allergies or measurements', ['supportingInfo']],
  ['insurance', ['insurance']],
  ['note', ['note']],
];

/** The parts of which the EHR has returned less than was sent, in words. @param saved untrusted. */
export function missingIn(saved: ForeignRecord, sent: ForeignRecord): string[] {
  const count = (resource: ForeignRecord, members: readonly string[]) =>
    members.reduce((sum, name) => sum + asRecords(resource[name]).length, 0);
  const parts = PARTS.filter(([, members]) => count(saved, members) < count(sent, members)).map(([word]) => word);
  return saved.subject === undefined ? ['patient', ...parts] : parts;
}
