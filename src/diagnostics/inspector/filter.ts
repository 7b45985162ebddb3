/** Parses the filter of the list of launches and its export from address and search; invalid values are ignored. */
import type { Request } from 'express';
import { askedIn, type SearchDependencies } from '#src/audit/search-routes.ts';
import type { TraceFilter } from '#src/diagnostics/traces/list.ts';
import { stepNames } from '#src/diagnostics/traces/trace.ts';
import { type ErrorCode, errorCodes } from '#src/errors.ts';
import { positionIn } from '#src/http/sessions/pagination.ts';

/** Minutes and days are of the page's time zone; both ends are included. Support codes match in any way of writing. */
export async function askedFor(deps: SearchDependencies, request: Request) {
  const asked = await askedIn(deps, request, ['outcome', 'step', 'code', 'user']);
  const { organizationId, typed, from, before, timeZone, who, search } = asked;
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
    supportCodes: supportCode === undefined ? undefined : [supportCode],
    position: positionIn(request),
  };
  // An invalid support code finds nothing, rather than everything; so does a search that was refused or has ended.
  const isHopeless = (typed.code !== '' && supportCode === undefined) || search.isGone || search.refused !== undefined;
  // Where `filter` is undefined, no launch can match.
  return { typed, filter: isHopeless ? undefined : filter, supportCode, timeZone, who, search };
}

/** `k7qf 2m9d` is K7QF-2M9D: people type the code by ear, or paste its line with a dash that a mail program changed. */
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
