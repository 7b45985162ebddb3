/** What the list of launches and its export are asked for: address and search; values that cannot be meant are ignored. */
import type { Request } from 'express';
import { type Who, whoIn } from '#src/audit/people.ts';
import { type SearchDependencies, searchedIn } from '#src/audit/search-routes.ts';
import type { TraceFilter } from '#src/diagnostics/traces/list.ts';
import { stepNames } from '#src/diagnostics/traces/trace.ts';
import { type ErrorCode, errorCodes } from '#src/errors.ts';
import { readListFilter } from '#src/http/filter-fields.ts';
import { positionIn } from '#src/http/sessions/list-page.ts';
import { timeZoneOf, visibleOrganization } from '#src/http/sessions/visible-organization.ts';

/** What was typed, to be shown again, and what it means. */
export interface AskedFor {
  typed: Record<'outcome' | 'step' | 'from' | 'to' | 'code' | 'user', string>;
  /** undefined where nothing can fit. */
  filter: TraceFilter | undefined;
  supportCode: string | undefined;
  timeZone: string;
  who: Who;
  search: Awaited<ReturnType<typeof searchedIn>>;
}

/** Minutes and days are those of the page's time zone, and both included; codes are found however they are written. */
export async function askedFor(deps: SearchDependencies, request: Request): Promise<AskedFor> {
  const organizationId = visibleOrganization(request);
  const [organizations, who, search] = await Promise.all([
    deps.organizations.list(),
    whoIn(request, deps.people, organizationId),
    searchedIn(request, deps.afterPost),
  ]);
  const timeZone = timeZoneOf(organizations, organizationId);
  const { typed, from, before } = readListFilter(request, ['outcome', 'step', 'code', 'user'], timeZone);
  const supportCode = readSupportCode(typed.code);
  const user = typed.user === '' ? undefined : [typed.user];
  const filter: TraceFilter = {
    organizationId,
    outcome: readOutcome(typed.outcome),
    step: stepNames.find((step) => step === typed.step),
    from,
    before,
    userHashes: who.hashes ?? user,
    withUnknownUsers: who.withUnknown,
    patientHashes: search.patient?.hashes,
    supportCode,
    position: positionIn(request),
  };
  // A code that cannot be one finds nothing, rather than everything; so does a search that has ended.
  const isHopeless = (typed.code !== '' && supportCode === undefined) || search.isGone;
  return { typed, filter: isHopeless ? undefined : filter, supportCode, timeZone, who, search };
}

/** `k7qf 2m9d` is K7QF-2M9D: people type what they heard, or paste the line with a dash that a mail program made longer. */
function readSupportCode(text: string): string | undefined {
  const letters = text
    .toUpperCase()
    .replace(/^.*:/, '')
    .replace(/\bCOPY\s*$/, '')
    .replaceAll(/[\s\p{Pd}]/gu, '');
  return /^[2-9A-HJ-NP-Z]{8}$/.test(letters) ? `${letters.slice(0, 4)}-${letters.slice(4)}` : undefined;
}

function readOutcome(text: string): TraceFilter['outcome'] {
  if (text === 'completed' || text === 'under way' || text === 'failed') return text;
  return errorCodes.find((code: ErrorCode) => code === text);
}
