/** `GET /launches/:launchId/requests`: the page every launch ends on, "Requests for <patient name>". */
import type { Request, RequestHandler, Response } from 'express';
import type { Sealer } from '#src/adapters/seal.ts';
import type { Audit } from '#src/audit/audit.ts';
import type { Config } from '#src/config/index.ts';
import { traceOf } from '#src/diagnostics/traces/launch-trace.ts';
import type { LaunchTraces } from '#src/diagnostics/traces/recorder.ts';
import { sendFirstPart } from '#src/http/compression.ts';
import { fillText, partOf } from '#src/http/page-part.ts';
import { contextOf } from '#src/http/request-context.ts';
import { queryOf } from '#src/http/request-values.ts';
import { allowSameOriginReferrer, setPagePolicy } from '#src/http/security-headers.ts';
import { leaveInTime } from '#src/launches/pages/closing-route.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import type { LaunchCookies } from '#src/launches/session/cookies.ts';
import { themeUrl, UNATTENDED } from '#src/launches/session/fit-page.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { CurrentTokens } from '#src/launches/tokens/current-token.ts';
import type { TokenConfirmations } from '#src/launches/tokens/introspect.ts';
import { isUsableAsIs, unavailable } from '#src/launches/tokens/renewal-state.ts';
import { HELP_DESK } from '#src/organizations/help-desk.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { PatientSummary } from '#src/patients/patient.ts';
import { clinicianBarOf } from '#src/requests/chart/clinician-bar.ts';
import { endIfOver } from '#src/requests/chart/other-page-reads.ts';
import { mayShowRequests } from '#src/requests/chart/permitted-reads.ts';
import type { ChartReadings } from '#src/requests/chart/read-ahead.ts';
import { MOST_DRAFTS } from '#src/requests/form/draft-store.ts';
import type { RequestList } from '#src/requests/list/list.ts';
import { PAGE } from '#src/requests/new/form-page-route.ts';
import { freshRows, sentNotice } from '#src/requests/new/just-sent.ts';
import { afterList, beforeList, leftOpen, type OnTheListDependencies } from '#src/requests/new/on-the-list.ts';
import { recordCreated, recordOpened } from '#src/requests/new/record-created.ts';
import { instantText } from '#views/date-text.ts';
import { fillOf, MARKS } from '#views/requests/page-marks.ts';
import { type RequestsPageStartProps, requestsPageEnd, requestsPageStart } from '#views/requests/requests-page.ts';
import type { KeptLists } from './last-list-store.ts';
import { handlesOf, listProps } from './list-props.ts';
import type { PageMemory } from './rendered-pages.ts';
import { findList, keepList, type ListReading, readingOf, requestFacts } from './same-or-new-list.ts';
import type { SearchTexts } from './search-text-store.ts';
import { isPlain, type ListView, readView, viewQuery } from './view-address.ts';

const FIRST_PAGE_MS = 2 * 60_000;

export interface RequestsRouteDependencies extends OnTheListDependencies {
  config: Config;
  readings: ChartReadings;
  currentTokens: CurrentTokens;
  confirmations: TokenConfirmations;
  keptLists: KeptLists;
  pages: PageMemory;
  texts: SearchTexts;
  sealer: Sealer;
  launchCookies: LaunchCookies;
  audit: Audit;
  traces: LaunchTraces;
}

/**
 * Sends the patient's identity as soon as it is known, then the list. Without a proven patient nothing is sent (LC-05);
 * any other failure of the EHR becomes a line. Behind the launch guard.
 */
export function requestsRoute(dependencies: RequestsRouteDependencies): RequestHandler {
  return async (request, response) => {
    await dependencies.traces.follow({ request, step: 'patient' }, () => show(dependencies, request, response));
  };
}

async function show(dependencies: RequestsRouteDependencies, request: Request, response: Response): Promise<void> {
  const { readings, currentTokens, confirmations, keptLists, pages, audit, clock } = dependencies;
  const trace = traceOf(request);
  const { opened, organization, cookieSecret, closing, isUnattended } = openLaunchOf(request);
  trace.joins(opened.launch.traceId);
  const base = `/launches/${opened.launch.id}`;
  // RF-13: an unattended request renews no token and starts no introspection.
  if (isUnattended && !isUsableAsIs(opened.launch, clock())) {
    trace.discard();
    return response.redirect(303, `${base}/closing`);
  }
  const { launch, introspected } = isUnattended
    ? { launch: opened.launch }
    : await confirmations.confirm(await currentTokens.current(opened, organization), organization);
  const renew = (refused: string) =>
    isUnattended ? Promise.reject(unavailable(launch, clock())) : currentTokens.renew(launch.id, organization, refused);
  const view = readView(queryOf(request));
  const mayKeep = view.isAsked && mayShowRequests(launch, organization);
  const kept = mayKeep ? await keptLists.find(launch.id, clock()) : undefined;
  const reading: ListReading = kept ? readingOf(kept) : readings.take(launch, organization, renew);
  // The list may fail while the patient is awaited; that failure is handled below.
  reading.requests.catch(() => undefined);
  const patient = await trace
    .step('patient', () => reading.patient)
    .catch((error: unknown) => endIfOver(currentTokens, launch, organization, error));
  allowSameOriginReferrer(response);
  allowOwnScripts(response, launch, organization);
  leaveInTime(response, launch.id, closing, clock());
  const before = await beforeList(dependencies, launch, organization, patient);
  recordOpened(audit, request, launch);
  const left = isUnattended ? undefined : await leftOpen(dependencies, launch, before);
  if (left !== undefined) {
    trace.completed();
    return response.redirect(303, `${base}/requests/new?${PAGE}=${left}`);
  }
  const user = await reading.user.soon();
  const bar = await clinicianBarOf(dependencies, request, { launch, cookieSecret, user: { soon: async () => user } });
  const asOf = reading.startedAt;
  const { timeZone } = organization;
  const shown = { launch, organization, view, patient, asOf, before };
  const props = startProps(shown, { ...bar, csrfToken: MARKS.csrf }, isUnattended);
  const printed = `Read ${instantText(asOf, timeZone)}${user.name === undefined ? '' : ` for ${user.name}`}`;
  const fill = fillOf({ csrfToken: bar.csrfToken, asOf, timeZone, printed });
  const marks = Object.values(MARKS);
  const start = () => requestsPageStart(props);
  const first = isPlain(view)
    ? pages.start(launch, JSON.stringify(props), () => partOf(start(), marks)).filled(fill)
    : fillText(start(), fill);
  const sendRest = sendFirstPart(response, first);
  // Only the default view, read from the EHR, is remembered. Other views are made from the kept list (last-list-store.ts).
  const besides = isPlain(view) && !kept ? [patient, user, base] : undefined;
  const find = () => findList(pages, launch, reading, besides);
  const asked = { 'parameters of our own': organization.searchParameters.map((one) => one.split('=', 1)[0] ?? '') };
  const found = await trace.step('requests', find, asked, ({ facts }) => requestFacts(facts, introspected));
  const { problem } = found.facts;
  if (problem) {
    const { kind, status, issues } = problem;
    Object.assign(contextOf(request).facts, { pageProblem: kind, ehrStatus: status, issueCodes: issues });
  }
  const [own, sealed] = await Promise.all([
    afterList(dependencies, launch, organization, before, found.facts),
    kept ? undefined : keepList(keptLists, launch, found, { asOf, patient, user }),
  ]);
  for (let count = 0; count < own.newlyFound; count += 1) recordCreated(audit, request, launch);
  const isUsual = own.drafts.length === 0 && own.newlyFound === 0 && before.sent.length === 0;
  if (found.page && isUsual) sendRest(found.page.end.filled(fill));
  else {
    const { list } = await found.read();
    const end = await endOfPage(dependencies, request, shown, own, list);
    if (found.key === undefined || sealed === undefined || !isUsual) sendRest(fillText(end, fill));
    else {
      const part = partOf(end, marks);
      sendRest(part.filled(fill));
      pages.keep(launch, { key: found.key, readAt: asOf, list: found.facts, sealed, end: part });
    }
  }
  if (isFirstPage(launch, clock())) {
    // The page has been sent.
    const unread = await reading.user.unread;
    if (unread)
      await trace.step(
        'practitioner',
        () => unread,
        {},
        (known) => ({ ...known }),
      );
    trace.completed();
  } else if (!problem) trace.discard();
}

interface Shown {
  launch: Launch;
  organization: Organization;
  view: ListView;
  patient: PatientSummary;
  asOf: Date;
  before: Awaited<ReturnType<typeof beforeList>>;
}

function startProps(
  { launch, organization, view, patient, before }: Shown,
  bar: RequestsPageStartProps['bar'],
  isUnattended: boolean,
): RequestsPageStartProps {
  const theme = `${themeUrl(launch.id)}${isUnattended ? `?${UNATTENDED}` : ''}`;
  const query = isPlain(view) ? '' : `${viewQuery(view, { page: view.page })}&fresh`;
  return {
    patient,
    needPatientBanner: launch.context.needPatientBanner,
    bar,
    asOf: MARKS.asOf,
    refreshHref: `/launches/${launch.id}/requests${query}`,
    timeZone: organization.timeZone,
    create: before.create,
    sent: sentNotice(before.sent, organization, launch),
    helpDesk: organization.helpDeskName || HELP_DESK,
    themeUrl: launch.context.smartStyleUrl === undefined ? undefined : theme,
  };
}

/** The drafts and the list in HTML, with marks for what each page fills in. */
async function endOfPage(
  { texts, sealer, publicUrl, clock }: RequestsRouteDependencies,
  request: Request,
  { launch, organization, view, patient, asOf, before }: Shown,
  own: Awaited<ReturnType<typeof afterList>>,
  list: RequestList,
): Promise<string> {
  const text = view.find === undefined ? '' : await texts.find(launch.id, view.find).catch(() => undefined);
  const fresh = freshRows(before.sent, list, { launch, organization, publicUrl, now: clock(), asOf });
  const page = { view, text, launch, csrfToken: MARKS.csrf };
  const { timeZone } = organization;
  const frame = { base: `/launches/${launch.id}`, csrfToken: MARKS.csrf, timeZone, most: MOST_DRAFTS };
  return requestsPageEnd({
    patient,
    printed: MARKS.printed,
    list: listProps(list, page, handlesOf(sealer, launch.id), fresh),
    supportCode: contextOf(request).supportCode,
    own: { ...own, frame },
  });
}

function allowOwnScripts(response: Response, { kind }: Launch, { frameAncestors }: Organization): void {
  setPagePolicy(response, { fetchesOwnPages: true, ...(kind === 'ehr' ? { frameAncestors } : {}) });
}

/** The trace records the first page of a launch; a later page is recorded only if it fails. */
function isFirstPage({ startedAt }: Launch, now: Date): boolean {
  return now.getTime() - Date.parse(startedAt) < FIRST_PAGE_MS;
}
