/** The filter of the list of launches, as typed into an address: values that cannot be meant are ignored. */
import type { Request } from 'express';
import type { TraceFilter } from '#src/diagnostics/traces/store.ts';
import { type ErrorCode, errorCodes } from '#src/errors.ts';
import { dayOf, filterText, instantOf } from '#src/http/filter-fields.ts';
import { queryOf } from '#src/http/request-values.ts';

/** What was typed, to be shown again, and what it means. */
export interface LaunchFilter {
  typed: { outcome: string; from: string; to: string; code: string; user: string };
  filter: Omit<TraceFilter, 'organizationId'>;
  supportCode: string | undefined;
}

/** Days are those of the page's time zone, and both included; codes are found however they are written. */
export function readLaunchFilter(request: Request, timeZone: string): LaunchFilter {
  const query = queryOf(request);
  const text = (name: string) => filterText(query, name, 100);
  const typed = {
    outcome: text('outcome'),
    from: text('from'),
    to: text('to'),
    code: text('code'),
    user: text('user'),
  };
  const supportCode = readSupportCode(typed.code);
  const before = [instantOf(text('before')), dayOf(typed.to, timeZone)?.until];
  const filter = {
    outcome: readOutcome(typed.outcome),
    from: dayOf(typed.from, timeZone)?.from,
    before: before.filter((date) => date !== undefined).toSorted((a, b) => a.getTime() - b.getTime())[0],
    userHash: typed.user || undefined,
    supportCode,
  };
  return { typed, filter, supportCode };
}

/** `k7qf 2m9d` is K7QF-2M9D: people type what they heard on the telephone. */
function readSupportCode(text: string): string | undefined {
  const letters = text.toUpperCase().replaceAll(/[\s-]/g, '');
  return /^[2-9A-HJ-NP-Z]{8}$/.test(letters) ? `${letters.slice(0, 4)}-${letters.slice(4)}` : undefined;
}

function readOutcome(text: string): TraceFilter['outcome'] {
  if (text === 'completed' || text === 'under way' || text === 'failed') return text;
  return errorCodes.find((code: ErrorCode) => code === text);
}
