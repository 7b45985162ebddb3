/** The filter of the list of launches, as typed into an address: values that cannot be meant are ignored. */
import type { Request } from 'express';
import type { TraceFilter } from '#src/diagnostics/traces/store.ts';
import { type ErrorCode, errorCodes } from '#src/errors.ts';
import { instantOf, readListFilter } from '#src/http/filter-fields.ts';

/** What was typed, to be shown again, and what it means. */
export interface LaunchFilter {
  typed: { outcome: string; from: string; to: string; code: string; user: string };
  filter: Omit<TraceFilter, 'organizationId'>;
  supportCode: string | undefined;
}

/** Days are those of the page's time zone, and both included; codes are found however they are written. */
export function readLaunchFilter(request: Request, timeZone: string): LaunchFilter {
  const { text, typed, from, before: end } = readListFilter(request, ['outcome', 'code', 'user'], timeZone);
  const supportCode = readSupportCode(typed.code);
  const cursor = instantOf(text('before'));
  const filter = {
    outcome: readOutcome(typed.outcome),
    from,
    before: cursor && end && end < cursor ? end : (cursor ?? end),
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
