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
import { UNATTENDED } from '#src/launches/session/fit-page.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { CurrentTokens } from '#src/launches/tokens/current-token.ts';
import type { TokenConfirmations } from '#src/launches/tokens/introspect.ts';
import { isUsableAsIs, unavailable } from '#src/launches/tokens/renewal-state.ts';
import { HELP_DESK } from '#src/organizations/help-desk.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { clinicianBarOf } from '#src/requests/chart/clinician-bar.ts';
import { endIfOver } from '#src/requests/chart/page-reads.ts';
import { mayShowRequests } from '#src/requests/chart/permitted-reads.ts';
import type { ChartReadings } from '#src/requests/chart/read-ahead.ts';
import { MOST_DRAFTS } from '#src/requests/form/draft-store.ts';
import { PAGE } from '#src/requests/new/form-page-route.ts';
import { freshRows, sentNotice } from '#src/requests/new/just-sent.ts';
import { afterList, beforeList, leftOpen, type OnTheListDependencies } from '#src/requests/new/on-the-list.ts';
import { recordCreated, recordOpened } from '#src/requests/new/record-created.ts';
import { fillOf, MARKS } from '#views/requests/page-marks.ts';
import { requestsPageEnd, requestsPageStart } from '#views/requests/requests-page.ts';
import { instantText } from '#views/zone.ts';
import { findList, keepList, type ListReading, readingOf, requestFacts } from './found-list.ts';
import type { KeptLists } from './kept-list.ts';
import type { SearchTexts } from './kept-searches.ts';
import { handlesOf, listProps } from './list-props.ts';
import type { PageMemory } from './page-memory.ts';
import { isPlain, readView, viewQuery } from './view-address.ts';

const FIRST_PAGE_MS = 2 * 60_000;

/**
 * Sends the first part with the patient's identity as soon as Patient is known, and the list as soon as it is known. A
 * page without a proven patient is not sent at all (LC-05); any other failure of the EHR becomes a line on the page.
 *
 * The route runs behind the launch guard.
 */
export function requestsRoute(
  dependencies: OnTheListDependencies & {
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
  },
): RequestHandler {
  const { readings, currentTokens, confirmations, keptLists, pages, texts, audit, traces, clock, publicUrl } =
    dependencies;
  const show = async (request: Request, response: Response) => {
    const trace = traceOf(request);
    const { opened, organization, cookieSecret, closing, isUnattended } = openLaunchOf(request);
    trace.joins(opened.launch.traceId);
    const base = `/launches/${opened.launch.id}`;
    // RF-13: an unattended request renews no token and starts no introspection.
    if (isUnattended && !isUsableAsIs(opened.launch, clock())) {
      trace.discard();
      return response.redirect(303, `${base}/closing`);
    }
    const { launch, unconfirmed } = isUnattended
      ? { launch: opened.launch }
      : await confirmations.confirm(await currentTokens.current(opened, organization), organization);
    const renew = (refused: string) =>
      isUnattended
        ? Promise.reject(unavailable(launch, clock()))
        : currentTokens.renew(launch.id, organization, refused);
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
    const theme = `${base}/theme.css${isUnattended ? `?${UNATTENDED}` : ''}`;
    const before = await beforeList(dependencies, launch, organization, patient);
    recordOpened(audit, request, launch);
    const { supportCode, facts } = contextOf(request);
    const left = isUnattended ? undefined : await leftOpen(dependencies, launch, before);
    if (left !== undefined) {
      trace.completed();
      return response.redirect(303, `${base}/requests/new?${PAGE}=${left}`);
    }
    const who = await reading.user.soon();
    const bar = await clinicianBarOf(dependencies, request, { launch, cookieSecret, user: { soon: async () => who } });
    const asOf = reading.startedAt;
    const { timeZone } = organization;
    const props = {
      patient,
      needPatientBanner: launch.context.needPatientBanner,
      bar: { ...bar, csrfToken: MARKS.csrf },
      asOf: MARKS.asOf,
      refreshHref: `${base}/requests${isPlain(view) ? '' : `${viewQuery(view, { page: view.page })}&fresh`}`,
      timeZone,
      create: before.create,
      sent: sentNotice(before.sent, organization, launch),
      helpDesk: organization.helpDeskName || HELP_DESK,
      themeUrl: launch.context.smartStyleUrl === undefined ? undefined : theme,
    };
    const printed = `Read ${instantText(asOf, timeZone)}${who.name === undefined ? '' : ` for ${who.name}`}`;
    const fill = fillOf({ csrfToken: bar.csrfToken, asOf, timeZone, printed });
    const marks = Object.values(MARKS);
    const start = () => requestsPageStart(props);
    const first = isPlain(view)
      ? pages.start(launch, JSON.stringify(props), () => partOf(start(), marks)).filled(fill)
      : fillText(start(), fill);
    const sendRest = sendFirstPart(response, first);
    // Only the default view, read from the EHR, is remembered. Other views are made from the kept list (kept-list.ts).
    const depends = isPlain(view) && !kept ? [patient, who, base] : undefined;
    const found = await trace.step(
      'requests',
      () => findList(pages, launch, reading, depends),
      { 'parameters of our own': organization.searchParameters.map((one) => one.split('=', 1)[0] ?? '') },
      ({ facts: known }) => requestFacts(known, unconfirmed),
    );
    const { page: remembered, key } = found;
    const { problem } = found.facts;
    if (problem) {
      const { kind, status, issues } = problem;
      Object.assign(facts, { pageProblem: kind, ehrStatus: status, issueCodes: issues });
    }
    const [own, sealed] = await Promise.all([
      afterList(dependencies, launch, organization, before, found.facts),
      kept ? undefined : keepList(keptLists, launch, found, { asOf, patient, user: who }),
    ]);
    for (let count = 0; count < own.newlyFound; count += 1) recordCreated(audit, request, launch);
    const isUsual = own.drafts.length === 0 && own.newlyFound === 0 && before.sent.length === 0;
    if (remembered && isUsual) sendRest(remembered.end.filled(fill));
    else {
      const { list } = await found.read();
      const text = view.find === undefined ? '' : await texts.find(launch.id, view.find).catch(() => undefined);
      const fresh = freshRows(before.sent, list, { launch, organization, publicUrl, now: clock(), asOf });
      const page = { view, text, launch, csrfToken: MARKS.csrf };
      const frame = { base, csrfToken: MARKS.csrf, timeZone, most: MOST_DRAFTS };
      const end = requestsPageEnd({
        patient,
        printed: MARKS.printed,
        list: listProps(list, page, handlesOf(dependencies.sealer, launch.id), fresh),
        supportCode,
        own: { ...own, frame },
      });
      if (key === undefined || sealed === undefined || !isUsual) sendRest(fillText(end, fill));
      else {
        const part = partOf(end, marks);
        sendRest(part.filled(fill));
        pages.keep(launch, { key, readAt: asOf, list: found.facts, sealed, end: part });
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
  };
  return async (request, response) => {
    await traces.follow({ request, step: 'patient' }, () => show(request, response));
  };
}

/** Lets the page's own script fetch other views of the page. */
function allowOwnScripts(response: Response, { kind }: Launch, { frameAncestors }: Organization): void {
  setPagePolicy(response, { fetchesOwnPages: true, ...(kind === 'ehr' ? { frameAncestors } : {}) });
}

/** The trace records the first page of a launch; a later page is recorded only if it fails. */
function isFirstPage({ startedAt }: Launch, now: Date): boolean {
  return now.getTime() - Date.parse(startedAt) < FIRST_PAGE_MS;
}
