/** The honest lines beside a request list: what is missing, what was left out, and why. */
import { asConceptText, asRecord, asRecords, type ForeignRecord } from '#src/patients/fhir-fields.ts';
import type { FhirFailure } from '#src/smart/step-6-fhir-api.ts';

/** Why requests are missing: a FHIR failure, or a permission the EHR did not grant. */
export interface RequestsProblem {
  readonly kind: FhirFailure | 'not-granted';
  /** one line for the visitor; holds nothing of the EHR's own words */
  readonly text: string;
  /** whether reading once more may help: a frame has no browser button for that */
  readonly canRetry: boolean;
}

/** Epic's break-the-glass codes: the chart is open only to those who say why, and only in the EHR itself. */
const restrictedChartCodes = new Set<unknown>(['4130', '4131', '4134']);

const problemTexts: Record<RequestsProblem['kind'], string> = {
  'not-granted':
    'The EHR did not let this app read requests. Ask your EHR team for the permission patient/ServiceRequest.read.',
  refused: 'The EHR did not let this app read requests. Ask your EHR team to check your access to orders in this app.',
  unauthorized: 'Your EHR session for this app has ended. Open the app again the way you opened it before.',
  'not-found': 'The EHR does not offer requests to this app. Ask your EHR team whether it supports ServiceRequest.',
  throttled: 'The EHR is busy. Try again in a minute.',
  unavailable: 'The EHR cannot show requests at the moment. Try again in a moment.',
  timeout: 'The EHR did not answer in time. Try again in a moment.',
  unexpected: 'The EHR returned an unexpected answer. Try again; if it happens again, tell your EHR team.',
  'foreign-url': 'The EHR pointed to another server, which this app does not follow. Tell your EHR team.',
};

const MAY_PASS: ReadonlySet<RequestsProblem['kind']> = new Set(['throttled', 'unavailable', 'timeout', 'unexpected']);

/** The line for requests that could not be read; with `isPartial` it says that some were. */
export function describeProblem(kind: RequestsProblem['kind'], isPartial: boolean): RequestsProblem {
  const text = problemTexts[kind];
  return { kind, canRetry: MAY_PASS.has(kind), text: isPartial ? `This list may be incomplete. ${text}` : text };
}

/** How many entries were left out for which reason. */
export interface LeftOut {
  readonly otherPatients: number;
  readonly enteredInError: number;
  readonly merged: number;
  readonly hasMore: boolean;
}

/** One line per reason that something the EHR sent is not in the list (LC-06, FH-08). */
export function describeLeftOut(leftOut: LeftOut): string[] {
  const { otherPatients, enteredInError, merged, hasMore } = leftOut;
  return [
    otherPatients > 0 &&
      `${entries(otherPatients)} from the EHR did not name this patient and ${isAre(otherPatients)} not shown. Tell your EHR team.`,
    hasMore && 'The EHR has more requests than this page reads. See the rest in the EHR.',
    merged > 0 && `${entries(merged)} repeated another request and ${isAre(merged)} shown once.`,
    enteredInError > 0 && `${entries(enteredInError)} entered in error ${isAre(enteredInError)} not shown.`,
  ].filter((line) => line !== false);
}

/** One line for all resources that would have named somebody on this page and were not granted (SCO-19). */
export function describeNotGranted(types: readonly string[]): string[] {
  if (types.length === 0) return [];
  const permissions = types.map((type) => `patient/${type}.read`);
  return [
    `The EHR did not let this app read ${inWords(types)}, so some names are not available. If you need them, ask your EHR team for ${inWords(permissions)}.`,
  ];
}

function inWords(names: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
}

/** What the EHR itself remarked in an OperationOutcome about its answer (FH-08). Its diagnostics stay out. */
export function describeOutcome(outcome: ForeignRecord): string[] {
  return asRecords(outcome.issue).map(describeIssue);
}

function describeIssue(issue: ForeignRecord): string {
  if (asRecords(asRecord(issue.details).coding).some((coding) => restrictedChartCodes.has(coding.code))) {
    return 'Part of this chart is restricted. Open the chart in the EHR to see all requests.';
  }
  const text = asConceptText(issue.details);
  return text === undefined ? 'The EHR remarked that its answer may be incomplete.' : `The EHR remarked: ${text}`;
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

function isAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}
