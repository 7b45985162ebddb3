/** Reads the insurance from the chart, as a request can carry it. */
import { rankOf } from '#src/patients/contact.ts';
import { withRemarks } from '#src/patients/modifier-elements.ts';
import { readNamedResource } from '#src/patients/named-resource.ts';
import { containedOf } from '#src/smart/fhir/contained.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  type ForeignRecord,
  hasEnded,
  startsLater,
} from '#src/smart/fhir/fields.ts';
import { displayOf, localReference } from '#src/smart/fhir/reference.ts';
import { type ChartFact, dateWords, dayOf, factOf, hasCode, MOST_OF_A_KIND, type ReadingTime } from './facts.ts';

const NOT_NAMED = 'Payer not named by EHR';

/** Active coverages. Chosen beforehand: the only one of today, if named. Member numbers are masked until opened. */
export function insuranceFrom(
  coverages: readonly ForeignRecord[],
  { base, at }: { base: URL; at: ReadingTime },
): ChartFact[] {
  const active = coverages.filter(({ status, period }) => status === 'active' && !hasEnded(period, at.now));
  const ofToday = active.filter(({ period }) => !startsLater(period, at.now));
  // The primary plan is the first.
  const ranked = active.toSorted((a, b) => rankOf(a.order) - rankOf(b.order));
  return ranked.slice(0, MOST_OF_A_KIND).flatMap((coverage) => {
    const { payor, type, subscriberId, identifier, meta, period, beneficiary } = coverage;
    const own = localReference(beneficiary, base);
    const payers = asRecords(payor).map((one) => localReference(one, base));
    const isSelf = own !== undefined && payers.length > 0 && payers.every((one) => one === own);
    const member = asRecords(identifier).find((one) => hasCode(one.type, 'MB'));
    const start = dayOf([asRecord(period).start], at);
    const name =
      [...payersOf(coverage, base, at.now), planOf(coverage)].filter(Boolean).join(', ') ||
      (isSelf || hasCode(type, 'pay') ? 'Self-pay' : asConceptText(type));
    const later = ofToday.includes(coverage) || start === undefined ? undefined : `from ${dateWords(start)}`;
    const words = name ?? (asRecords(payor).length > 0 ? NOT_NAMED : undefined);
    const text = withRemarks(words && [words, later].filter(Boolean).join(', '), coverage);
    const when = { date: dayOf([asRecord(meta).lastUpdated, start], at), isStale: false };
    return factOf(coverage, undefined, text, when).map((fact) => ({
      ...fact,
      isSuggested: name !== undefined && ofToday.length === 1 && ofToday.includes(coverage),
      masked: asInformation(subscriberId, 60) ?? asInformation(member?.value, 60),
    }));
  });
}

/** A patient who pays has no name here: it may be another patient. */
function payersOf(coverage: ForeignRecord, base: URL, now: Date): string[] {
  return asRecords(coverage.payor).flatMap((payer) => {
    const inside = containedOf(payer, { base, container: coverage });
    return displayOf(payer) ?? (inside && readNamedResource(inside, { base, container: coverage, now }).name) ?? [];
  });
}

/** The plan; a group, such as an employer, is named as one. */
function planOf(coverage: ForeignRecord): string | undefined {
  const classes = asRecords(coverage.class);
  const plan = classes.find(({ type }) => hasCode(type, 'plan'));
  const isGroup = ({ type }: ForeignRecord) => hasCode(type, 'group') || hasCode(type, 'subgroup');
  const named = (some: readonly ForeignRecord[]) => some.flatMap(({ name }) => asInformation(name) ?? [])[0];
  const group = named(classes.filter(isGroup));
  const own = asInformation(plan?.name) ?? asInformation(plan?.value, 60);
  return own ?? named(classes.filter((one) => !isGroup(one))) ?? (group && `group ${group}`);
}
