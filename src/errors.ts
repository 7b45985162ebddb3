/** Every way a launch or a page can fail: one table from which status, page, inspector, log line and metric follow. */
import { requestErrors } from '#src/errors/any-page.ts';
import { signInErrors } from '#src/errors/authorization.ts';
import type { ErrorRow, ErrorWords, Explanation } from '#src/errors/error-row.ts';
import { identityErrors } from '#src/errors/identity.ts';
import { launchErrors } from '#src/errors/launch.ts';
import { patientErrors } from '#src/errors/patient.ts';
import type { Seen } from '#src/errors/rules/fill.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import { sessionErrors } from '#src/errors/session.ts';
import { settingsErrors } from '#src/errors/settings.ts';

const table = {
  ...requestErrors,
  ...launchErrors,
  ...signInErrors,
  ...identityErrors,
  ...sessionErrors,
  ...patientErrors,
  ...settingsErrors,
};

/** The stable name of a failure; logs, metrics and docs/errors.md use it. */
export type ErrorCode = keyof typeof table;

/** Every code, in the order of a launch. */
export const errorCodes = Object.keys(table) as ErrorCode[];

/** A clinician in the chart, a clinician outside the EHR, or an administrator in Settings. */
export type Audience = keyof typeof AGAIN;

const AGAIN = {
  chart: "open the app again from the patient's chart",
  standalone: 'start again',
  settings: 'go back and try again',
};

/** The contact of this audience when no better one is known. */
const HELP_DESK: Readonly<Record<Audience, string>> = {
  chart: 'your help desk',
  standalone: 'your help desk',
  settings: 'the operator of this service',
};

/**
 * The text for this audience, and the status of the page.
 *
 * @param rule its advice may be better than the code's.
 * @param canReload the page has a button that tries again, so its text does not ask for another launch.
 */
export function describeError(
  code: ErrorCode,
  audience: Audience = 'chart',
  rule?: Rule,
  helpDesk: string = HELP_DESK[audience],
  canReload = false,
): { status: number; title: string; help: string } {
  const row: ErrorRow = table[code];
  const ofAudience = audience === 'chart' ? {} : row[audience];
  const { help: ruleHelp } = rule === undefined ? {} : ruleRows[rule];
  const { title, help } = { title: row.title, help: ruleHelp ?? row.help, ...ofAudience };
  const again = canReload ? 'try again' : AGAIN[audience];
  const atStart = again.charAt(0).toUpperCase() + again.slice(1);
  const words: Readonly<Record<string, string>> = { '{Again}': atStart, '{again}': again, '{help desk}': helpDesk };
  return { status: row.status, title, help: help.replace(/\{[^{}]+\}/g, (name) => words[name] ?? name) };
}

/** The words of the code's usual rules, without what only a launch knows; or the row's own. */
function completed(code: ErrorCode): ErrorWords & Explanation {
  const row: ErrorRow = table[code];
  if (!('rules' in row)) return { owner: 'The user', remedy: describeError(code).help, ...row };
  const { owner, remedy } = ruleRows[row.rules[0]];
  const causes = row.rules.map((rule) => withoutFacts(ruleRows[rule].cause)) as [string, ...string[]];
  return { owner, causes, remedy: withoutFacts(remedy), ...row };
}

function withoutFacts(text: string): string {
  return text.replace(/\{(?!FHIR URL|issuer)[^{}]+\}/g, '…');
}

/** The table, completed: code → status, title, help, owner, causes and remedy. */
export const errorRows = Object.fromEntries(errorCodes.map((code) => [code, completed(code)])) as Readonly<
  Record<ErrorCode, ErrorWords & Explanation>
>;

/** What an error says besides its code: the rule names cause, owner and remedy. */
interface More {
  rule?: Rule | undefined;
  seen?: Seen;
  cause?: unknown;
  /** Words of ours after the help text. */
  shown?: string | undefined;
  /** Sent as Retry-After. */
  retryAfterSeconds?: number | undefined;
  /** HTTP status of the EHR's answer, for the trace. */
  upstreamStatus?: number | undefined;
}

/** Ends a request. @param detail for the log: the rule and a value's shape, never a secret or clinical value (ST-07). */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly rule: Rule | undefined;
  readonly seen: Seen;
  readonly shown: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly upstreamStatus: number | undefined;

  constructor(code: ErrorCode, detail: string, more: Rule | More = {}) {
    const given: More = typeof more === 'string' ? { rule: more } : more;
    super(detail, { cause: given.cause });
    this.name = 'AppError';
    this.code = code;
    this.rule = given.rule;
    this.seen = given.seen ?? {};
    this.shown = given.shown;
    this.retryAfterSeconds = given.retryAfterSeconds;
    this.upstreamStatus = given.upstreamStatus;
  }

  /** The same error with more facts for the trace; its own stay. */
  seeing(more: Seen): AppError {
    const { code, message, cause, rule, seen, shown, retryAfterSeconds, upstreamStatus } = this;
    const options = { cause, rule, shown, retryAfterSeconds, upstreamStatus, seen: { ...more, ...seen } };
    return new AppError(code, message, options);
  }

  get status(): number {
    return errorRows[this.code].status;
  }
}
