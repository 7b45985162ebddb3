/** Reads diagnoses from the chart, as a request can carry them. */
import { withSites } from '#src/requests/list/body-sites.ts';
import { asConceptText, asRecord, asRecords, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { localReference } from '#src/smart/fhir/reference.ts';
import { type ChartFact, dated, doubtOf, factOf, hasCode, MOST_OF_A_KIND, type ReadingTime } from './facts.ts';
import { isInForce, nameOf } from './from-allergies.ts';

/**
 * Diagnoses of the launch's encounter, then of any encounter, then the others. None is chosen beforehand.
 * @param launched.diagnosed what the encounter itself names as its diagnoses, as `Condition/id`, the first one first.
 */
export function reasonsFrom(
  conditions: readonly ForeignRecord[],
  launched: { encounter: string | undefined; diagnosed?: readonly string[]; base: URL; at: ReadingTime },
): ChartFact[] {
  const { encounter, diagnosed = [], base, at } = launched;
  const rankOf = (condition: ForeignRecord): number => {
    const place = diagnosed.indexOf(`Condition/${asWritten(condition.id)}`);
    if (place >= 0) return place - diagnosed.length;
    if (!hasCategory(condition, 'encounter-diagnosis')) return 2;
    const isOfThisOne =
      encounter !== undefined && localReference(condition.encounter, base) === `Encounter/${encounter}`;
    return isOfThisOne ? 0 : 1;
  };
  const labelOf = (condition: ForeignRecord, rank: number) =>
    ['Diagnosis of this encounter', 'Encounter diagnosis'][Math.max(rank, 0)] ??
    (hasCategory(condition, 'problem-list-item') ? 'Problem list' : 'Condition');
  const ranked = conditions
    .filter((condition) => isInForce(condition) && !hasAbated(condition) && !saysNoProblem(condition))
    .map((condition) => ({ condition, rank: rankOf(condition) }));
  const facts = ranked
    .toSorted((a, b) => a.rank - b.rank)
    .flatMap(({ condition, rank }) => {
      const { recordedDate, onsetDateTime, onsetPeriod, meta } = condition;
      const days = [onsetDateTime, asRecord(onsetPeriod).start, recordedDate];
      const doubt = doubtOf(condition, days, at, [saidByCode(asRecord(condition.code))]);
      return factOf(
        condition,
        labelOf(condition, rank),
        withEnd(withSites(nameOf(condition), condition), condition),
        dated([recordedDate, onsetDateTime, asRecord(meta).lastUpdated], at),
      ).map((fact) => ({ ...fact, doubt }));
    })
    .filter(({ text }) => !NO_PROBLEM.test(text));
  const alike = [...Map.groupBy(facts, ({ text }) => text).values()];
  const same = (others: readonly ChartFact[]) => others.map(({ reference }) => reference);
  return alike.flatMap(([one, ...others]) => (one ? [{ ...one, same: same(others) }] : [])).slice(0, MOST_OF_A_KIND);
}

/** What a code may say of a diagnosis, and words of a text that say so too. */
const LESS: readonly (readonly [code: RegExp, text: RegExp])[] = [
  [/\bfamily history\b/i, /\bfam|\bfhx?\b/i],
  [
    /\b(?:history|status post)\b/i,
    /\bhistory|\bhx\b|\bh\/o\b|\bs\/p\b|\bfhx?\b|\bpast\b|\bpr(?:ior|evious)|\bformer|\bpost\b/i,
  ],
  [/\b(?:suspected|at risk|screening)\b/i, /\bsuspect|\brisk\b|\bscreen|\bpossib|\bprobab|\?|\brule|\br\/o\b/i],
  [/\bruled out\b|\bno evidence of\b/i, /\brule|\br\/o\b|\bno\b|\bnot\b|\bwithout\b/i],
];

/** The text is what users see in the EHR, but its code may say that the patient does not have it. */
function saidByCode(code: ForeignRecord): string | undefined {
  const text = asConceptText(code) ?? '';
  const displays = asRecords(code.coding).flatMap(({ display }) => asText(display, 120) ?? []);
  const found = displays.find((one) => LESS.some(([less, same]) => less.test(one) && !same.test(text)));
  return found && `Code in the chart: ${found}`;
}

const saysNoProblem = ({ code }: ForeignRecord) =>
  ['160245001', 'no-known-problems', 'no-problem-info'].some((one) => hasCode(code, one));

/** That there is no diagnosis is no reason for a request. */
const NO_PROBLEM =
  /^(?:patient has )?no (?:(?:known|current|active|significant|other) )*(?:medical )?(?:problems?|conditions?|diagnos[ei]s|disease)(?: or disability| on file| reported| noted)?\W{0,3}$/i;

/** Whether it is over, for an EHR that gives no clinical status. */
function hasAbated(condition: ForeignRecord): boolean {
  const isStated = asConceptText(condition.clinicalStatus) ?? asText(condition.clinicalStatus);
  return isStated === undefined && hasEnd(condition);
}

function hasEnd(condition: ForeignRecord): boolean {
  return Object.keys(condition).some((name) => /^abatement[A-Z]/.test(name) && condition[name] !== false);
}

/** The words of a condition, marked if it has an end although its status, if it has one, says that it goes on. */
export function withEnd(words: string | undefined, condition: ForeignRecord): string | undefined {
  return words !== undefined && hasEnd(condition) ? `${words} (ended, by its date)` : words;
}

function hasCategory({ category }: ForeignRecord, code: string): boolean {
  return asRecords(category).some((one) => hasCode(one, code));
}
