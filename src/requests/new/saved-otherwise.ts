/** Finds what an EHR has saved in another way than it was sent, although it answered that it saved it. */
import { NOT_AVAILABLE } from '#src/requests/list/names.ts';
import type { RequestRow } from '#src/requests/list/row.ts';
import { asRecords, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { plainKey } from '#src/smart/fhir/plain-spaces.ts';

/** Since it was sent, it may have been carried out. */
const AS_SENT = new Set<unknown>(['active', 'completed']);

/** The parts of a row that say something else, in words. */
export function otherIn(saved: RequestRow, sent: RequestRow): string[] {
  const differ = [
    saved.service !== sent.service && 'service',
    saved.needed !== sent.needed && 'time',
    saved.priority?.word !== sent.priority?.word && 'priority',
    saved.isHere !== sent.isHere && 'encounter',
    (!AS_SENT.has(saved.ehrStatus) || saved.source !== sent.source || saved.caution !== undefined) && 'status',
    sent.sentTo !== undefined &&
      (saved.sentTo === undefined || areOthers(saved.sentTo.names, sent.sentTo.names)) &&
      'provider',
  ];
  return differ.filter((word) => word !== false);
}

/** What no row shows, by the members that hold it: an EHR may keep a reason as text or as a reference. */
const PARTS: readonly (readonly [word: string, members: readonly string[]])[] = [
  ['patient', ['subject']],
  ['requester', ['requester']],
  ['category', ['category']],
  ['provider', ['performer']],
  ['place', ['locationCode', 'locationReference']],
  ['details', ['orderDetail']],
  ['reason', ['reasonCode', 'reasonReference']],
  ['allergies or measurements', ['supportingInfo']],
  ['insurance', ['insurance']],
  ['note', ['note']],
];

/** What the EHR has saved otherwise: "note missing", "another place". @param saved untrusted. @param known not said twice. */
export function changesIn(saved: ForeignRecord, sent: ForeignRecord, known: readonly string[] = []): string[] {
  return PARTS.flatMap(([word, members]) => {
    const [now, then] = [saved, sent].map((one) => members.flatMap((name) => asRecords(one[name])));
    if (!now || !then || known.includes(word)) return [];
    if (now.length < then.length) return [`${word} missing`];
    return hasOtherWords(now, then) || hasOtherReference(now, then) ? [`another ${word}`] : [];
  });
}

/** Whether one that was sent is gone, and others of its type are there. A copy of another type has an id that says nothing. */
function hasOtherReference(saved: readonly ForeignRecord[], sent: readonly ForeignRecord[]): boolean {
  const [now = [], then = []] = [saved, sent].map((all) => all.flatMap(({ reference }) => ownPartOf(reference) ?? []));
  const isSaved = (type: string | undefined) => now.some((other) => other.split('/')[0] === type);
  return then.some((one) => !now.includes(one) && isSaved(one.split('/')[0]));
}

/** `Type/id` of a reference in any form: an EHR may write its own address before it, and a version after it. */
function ownPartOf(reference: unknown): string | undefined {
  return /(?:^|\/)([A-Z][A-Za-z]+\/[^/#?]+)(?:\/_history\/[^/]+)?$/.exec(asWritten(reference))?.[1];
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
