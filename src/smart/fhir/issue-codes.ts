/** Reads severities and issue codes of an OperationOutcome. Its texts may be clinical: only their words are compared, none is kept. */
import { isJsonObject, type JsonObject } from '#src/adapters/json-object.ts';
import { wordsOfErrorUri } from './error-uri.ts';

/** FHIR R4, value set issue-type: the only text of an OperationOutcome that a log or trace may hold (ST-07). */
const ISSUE_TYPES = new Set<unknown>(
  `invalid structure required value invariant security login unknown expired forbidden suppressed processing
  not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule
  conflict transient lock-error no-store exception timeout incomplete throttled informational`.split(/\s+/),
);
/** Epic's break-the-glass codes: a chart that opens only for a stated reason, and only in the EHR itself. */
export const RESTRICTED_CODES: ReadonlySet<unknown> = new Set(['4130', '4131', '4134']);
const FAILED = new Set<unknown>(['error', 'fatal']);
const MOST_CODES = 10;

export interface OutcomeSummary {
  /** Codes of FHIR's own value set and those of a restricted chart, each once. */
  issues: readonly string[];
  /** An issue has the severity error or fatal, so the operation was not performed. */
  isFailure: boolean;
}

/** @param body any parsed answer; untrusted. A body that is not an OperationOutcome gives an empty summary. */
export function summarizeOutcome(body: unknown): OutcomeSummary {
  const issues = issuesOf(body);
  const isKnown = (code: unknown): code is string => ISSUE_TYPES.has(code) || RESTRICTED_CODES.has(code);
  const codes = issues.flatMap(({ code, details }) => [code, ...codesIn(details)]).filter(isKnown);
  const isFailure = issues.some(({ severity }) => FAILED.has(severity));
  return { issues: [...new Set(codes)].slice(0, MOST_CODES), isFailure };
}

function issuesOf(body: unknown): JsonObject[] {
  if (!isJsonObject(body) || body['resourceType'] !== 'OperationOutcome') return [];
  return [body['issue']].flat(1).filter(isJsonObject);
}

/** Does a refused search say that it lacks a parameter? Without `patient`, which is sent, a gateway dropped the query. */
export function namesMissingParameter(words: string, issues: readonly string[]): boolean {
  const lacks =
    /\b(?:required|mandatory|missing|requires \S+ param)/i.test(words) && /\b(?:parameter|ah-practice)/i.test(words);
  return (lacks || issues.includes('required')) && !/\bpatient\b/i.test(words);
}

/** Do these words refuse the app, and not the user: for a tenant, or not switched on? @param body of a gateway. */
export function saysNotEnabled(words: string, body: unknown): boolean {
  const own = isJsonObject(body) ? Object.values(body) : [body];
  // Every address of Oracle Health names a tenant, whatever the reason.
  const said = [words, ...own.filter((text) => typeof text === 'string')]
    .join(' ')
    .slice(0, 4_000)
    .replaceAll(/https?:[^\s",]*/g, wordsOfErrorUri);
  if (OF_OTHERS.test(said)) return false;
  if (/\btenants?\b/i.test(said) || OF_APP.test(said)) return true;
  const isOfApp =
    /\b(?:apps?|applications?|client)\b/i.test(said) && /\b(?:practice|organization|facility)\b/i.test(said);
  return isOfApp && /\b(?:authorized|enabled|activated|approved|allowed|registered|installed|access)\b/i.test(said);
}

/** Words about the state of the app itself. */
const OF_APP =
  /\b(?:app|application) (?:is |has been |was )?(?:inactive|disabled|suspended|deactivated|not (?:enabled|active|activated|approved|registered))\b|\b(?:app|application|client) (?:is )?not (?:authori[sz]ed|permitted|allowed)\b(?! (?:for|to)\b)/i;

/** Of the user, the patient or the query, whichever else is named. */
const OF_OTHERS =
  /\b(?:parameters?|the user|user or|users|nurses|log)\b|\b(?:user|account|role|practitioner|provider|patient) (?:is|was|has|does|not)\b/i;

function codesIn(details: unknown): unknown[] {
  const coding = isJsonObject(details) ? [details['coding']].flat(1) : [];
  return coding.filter(isJsonObject).map(({ code }) => code);
}

/** The words must belong together: "invalid token for tenant" is about the token. */
const UNKNOWN_TENANT = [
  /\b(?:unknown|no such|invalid)[ _-](?:tenant|practice|realm|partition)\b(?! (?:of|location)\b)/i,
  /\b(?:tenant|practice|realm|partition)(?: ?(?:id|name))?(?: [\\'"]{0,2}[\w-]{1,64}[\\'"]{0,2})? (?:is |was |does |could )?(?:not (?:be )?(?:valid|found|exist|known)|invalid|unknown)\b/i,
];

/** Does a server say that it does not know the tenant of its base? */
export const saysUnknownTenant = (said: string): boolean =>
  UNKNOWN_TENANT.some((words) => words.test(said.slice(0, 2_000)));
