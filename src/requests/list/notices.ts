/** Writes the lines beside a request list: what is missing, what was left out, and why. */
import type { Rule } from '#src/errors/rules/table.ts';
import { withHelpDesk } from '#src/organizations/help-desk.ts';
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { RESTRICTED_CODES } from '#src/smart/fhir/issue-codes.ts';
import { withCaution } from './concepts.ts';

/** What the EHR sent, or counted, that is not in the list, and why. */
interface LeftOut {
  readonly otherPatients: number;
  /** Requests whose patient the EHR does not state in a readable form. */
  readonly unknownPatients: number;
  /** Entries that are no requests, or hold nothing. */
  readonly unreadable: number;
  readonly enteredInError: number;
  readonly hasMore: boolean;
  /** Search parameters that the EHR added by itself. */
  readonly limitedBy: readonly string[];
  readonly helpDeskName: string;
  /** `Bundle.total`, where fewer requests arrived. */
  readonly counted: { readonly total: number; readonly came: number } | undefined;
}

/** The rule for the gravest of these reasons, for the trace; undefined where the EHR broke none. */
export function brokenRule(
  leftOut: Pick<LeftOut, 'otherPatients' | 'unknownPatients' | 'unreadable' | 'limitedBy' | 'counted'>,
): Rule | undefined {
  if (leftOut.otherPatients > 0) return 'fhir.others-in-search';
  if (leftOut.unknownPatients > 0) return 'fhir.subject-elsewhere';
  if (leftOut.unreadable > 0) return 'fhir.entries-unreadable';
  if (leftOut.limitedBy.length > 0) return 'fhir.search-limited';
  return leftOut.counted === undefined ? undefined : 'fhir.fewer-than-counted';
}

/** One line per reason that something the EHR sent is not in the list (LC-06, FH-08). */
export function describeLeftOut(leftOut: LeftOut): string[] {
  const { otherPatients, unknownPatients, unreadable, enteredInError, hasMore, limitedBy, counted, helpDeskName } =
    leftOut;
  const helpDesk = withHelpDesk('{help desk}', { helpDeskName });
  const entries = (count: number) => (count === 1 ? '1 entry' : `${count} entries`);
  const requests = (count: number) => (count === 1 ? '1 request' : `${count} requests`);
  const isAre = (count: number) => (count === 1 ? 'is' : 'are');
  return [
    otherPatients > 0 &&
      `${entries(otherPatients)} from the EHR did not name this patient and ${isAre(otherPatients)} not shown. Tell ${helpDesk}.`,
    unknownPatients > 0 &&
      `${requests(unknownPatients)} could not be shown: this app cannot read which patient ${unknownPatients === 1 ? 'it is' : 'they are'} about. See the EHR, and tell ${helpDesk}.`,
    unreadable > 0 &&
      `${entries(unreadable)} could not be shown: this app cannot read ${unreadable === 1 ? 'it' : 'them'} as a request. See the EHR.`,
    limitedBy.length > 0 &&
      `The EHR says that it searched by ${limitedBy.join(', ')}, although this app did not ask for that. Requests may be missing. See the EHR.`,
    hasMore && 'The EHR has more requests than this page reads. See the rest in the EHR.',
    counted !== undefined &&
      !hasMore &&
      `The EHR counts ${requests(counted.total)} for this patient and sent ${counted.came === 0 ? 'none' : counted.came}. See the rest in the EHR.`,
    enteredInError > 0 && `${entries(enteredInError)} entered in error ${isAre(enteredInError)} not shown.`,
  ].filter((line) => line !== false);
}

/** The words for what happened to requests of the list, for one request and for several. */
const MERGED = {
  replaced: ['request was replaced by a newer one', 'requests were replaced by newer ones'],
  repeated: [
    'entry repeated another request in every detail and is shown once',
    'entries repeated other requests in every detail and are shown once',
  ],
  referred: [
    'order and the referral made from it are shown as one',
    'orders and the referrals made from them are shown as one each',
  ],
  inDoubt: [
    'request came in several versions, and the EHR does not say which is the newest. Check it in the EHR',
    'requests came in several versions, and the EHR does not say which are the newest. Check them in the EHR',
  ],
  disputed: [
    'request came a second time without this patient’s name. Check in the EHR whose it is',
    'requests came a second time without this patient’s name. Check in the EHR whose they are',
  ],
  unshown: [
    'request is not shown, but a provider has answered it. Check it in the EHR',
    'requests are not shown, but providers have answered them. Check them in the EHR',
  ],
} as const;
type MergedKind = keyof typeof MERGED;
type Named = Parameters<typeof withCaution>[0];

/** One line for each thing that happened to requests of the list, with the services it happened to. */
export function describeMerged(merged: Record<MergedKind, readonly Named[]>): string[] {
  return (Object.keys(MERGED) as MergedKind[]).flatMap((kind) => {
    const services = nameServices(merged[kind]);
    const [one, several] = MERGED[kind];
    if (services === undefined) return [];
    return [`${merged[kind].length} ${merged[kind].length === 1 ? one : several}: ${services}.`];
  });
}

/** "Wheelchair transport (2), Hospital bed and 3 more"; undefined for none. */
export function nameServices(requests: readonly Named[]): string | undefined {
  if (requests.length === 0) return undefined;
  const services = requests.map(withCaution);
  const groups = [...Map.groupBy(services, (service) => service)];
  const words = groups.map(([service, { length }]) => (length === 1 ? service : `${service} (${length})`));
  const [most, rest] = [words.slice(0, MOST_NAMED), words.length - MOST_NAMED];
  return rest > 0 ? `${most.join(', ')} and ${rest} more` : inWords(words);
}

/** How many names a line holds, so that it stays readable. */
const MOST_NAMED = 5;

/** One line for all types that would have named a party on this page and were not granted (SCO-19). */
export function describeNotGranted(types: readonly string[], helpDeskName: string): string[] {
  if (types.length === 0) return [];
  const permissions = types.map((type) => `patient/${type}.read`);
  return [
    `The EHR did not let this app read ${inWords(types)}, so some names are not available. If you need them, ask ${withHelpDesk('{help desk}', { helpDeskName })} for ${inWords(permissions)}.`,
  ];
}

function inWords(names: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
}

/**
 * The EHR's remarks about its own answer, from an OperationOutcome (FH-08). Its diagnostics are left out.
 *
 * @param sought what the search was for: after an error it may be missing.
 */
export function describeOutcome(outcome: ForeignRecord, sought: 'requests' | 'providers’ answers'): string[] {
  const issues = asRecords(outcome.issue);
  return issues.length > 0 ? issues.flatMap((issue) => describeIssue(issue, sought) ?? []) : [UNSAID];
}

/** How many remarks are shown; further ones are counted. Those come first that say that something is missing. */
const MOST_REMARKS = 3;

/** @param lines of {@link describeOutcome}, each once. */
export function describeRemarks(lines: readonly string[]): string[] {
  const rankOf = (line: string) => [RESTRICTED, ERROR, UNSAID].findIndex((one) => line.startsWith(one));
  const inOrder = lines.toSorted((a, b) => ((rankOf(a) + 4) % 4) - ((rankOf(b) + 4) % 4));
  const rest = lines.length - MOST_REMARKS;
  const more = rest > 0 ? [`The EHR made ${rest} more ${rest === 1 ? 'remark' : 'remarks'}.`] : [];
  return [...inOrder.slice(0, MOST_REMARKS), ...more];
}

/** For severity `error` and `fatal`. */
const ERROR = 'The EHR reported an error, so';
const UNSAID = 'The EHR remarked that its answer may be incomplete.';
/** For a remark of severity `information`, which does not say that anything is missing. */
const INFORMED = 'The EHR added a piece of information that this app cannot show.';
const RESTRICTED = 'Part of this chart is restricted. Open the chart in the EHR to see all requests.';

/** Epic's warning that nothing was found: an empty list says so by itself, and leaves nothing out. */
const NOTHING_FOUND = '4101';

function describeIssue(issue: ForeignRecord, sought: string): string | undefined {
  const codings = asRecords(asRecord(issue.details).coding);
  const isNothing = /\bno results\b/i.test(asConceptText(issue.details) ?? '');
  if (isNothing && codings.some(({ code }) => code === NOTHING_FOUND)) return undefined;
  if (codings.some(({ code }) => RESTRICTED_CODES.has(code))) return RESTRICTED;
  const text = asConceptText(issue.details);
  const severity = asText(issue.severity)?.toLowerCase();
  if (severity === 'error' || severity === 'fatal')
    return `${ERROR} ${sought} may be missing${text === undefined ? '.' : `: ${text}`}`;
  if (text !== undefined) return `The EHR remarked: ${text}`;
  return severity === 'information' ? INFORMED : UNSAID;
}
