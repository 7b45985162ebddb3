/** Finds what an EHR has saved in another way than it was sent, although it answered that it saved it. */
import { NOT_AVAILABLE } from '#src/requests/list/names.ts';
import type { RequestRow } from '#src/requests/list/row.ts';
import { asRecord, asRecords, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';

/** Since it was sent, it may have been carried out. */
const AS_SENT = new Set<unknown>(['active', 'completed']);

/** The parts of a row that say something else, in words. */
export function otherIn(saved: RequestRow, sent: RequestRow): string[] {
  const differ = [
    saved.service !== sent.service && 'service',
    saved.needed !== sent.needed && 'time',
    saved.priority?.word !== sent.priority?.word && 'priority',
    (!AS_SENT.has(saved.ehrStatus) || saved.source !== sent.source || saved.caution !== undefined) && 'status',
    sent.sentTo !== undefined &&
      (saved.sentTo === undefined || areOthers(saved.sentTo.names, sent.sentTo.names)) &&
      'provider',
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

/**
 * What the EHR has returned less of than was sent, or with other words, such as "note missing" and "another place".
 * @param saved untrusted.
 */
export function changesIn(saved: ForeignRecord, sent: ForeignRecord): string[] {
  const [before, after] = [practitionerOf(sent), practitionerOf(saved)];
  const isOfOther = before !== undefined && after !== undefined && before !== after;
  return [
    ...(saved.subject === undefined ? ['patient missing'] : []),
    ...(isOfOther ? ['another requester'] : []),
    ...PARTS.flatMap(([word, members]) => {
      const all = (resource: ForeignRecord) => members.flatMap((name) => asRecords(resource[name]));
      if (all(saved).length < all(sent).length) return [`${word} missing`];
      return hasOtherWords(all(saved), all(sent)) ? [`another ${word}`] : [];
    }),
  ];
}

/** An EHR may give a role of the same person, whose id says nothing. */
function practitionerOf({ requester }: ForeignRecord): string | undefined {
  return /(?:^|\/)Practitioner\/([^/]+)/.exec(asWritten(asRecord(requester).reference))?.[1];
}

/** Whether a text that was sent is in none of the saved ones. Codes and references alone have no words to compare. */
function hasOtherWords(saved: readonly ForeignRecord[], sent: readonly ForeignRecord[]): boolean {
  const words = saved.flatMap(({ text, display }) => plainKey(asWritten(text) || asWritten(display)) || []);
  const wanted = sent.map(({ text }) => plainKey(asWritten(text)));
  return words.length > 0 && wanted.some((one) => !words.some((other) => other.includes(one)));
}

/** Whether all providers that are named are others. An EHR may write the name of the same one in full. */
function areOthers(saved: readonly string[], sent: readonly string[]): boolean {
  const [now, before] = [saved, sent].map((names) => names.filter((name) => name !== NOT_AVAILABLE).map(plainKey));
  const isSame = (one: string, other: string) => one.includes(other) || other.includes(one);
  return !!now?.length && !!before?.length && !now.some((one) => before.some((other) => isSame(one, other)));
}

function plainKey(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim();
}
