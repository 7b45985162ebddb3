/** Sends the two parts of the list's page: the patient at once, and the list when the EHR has answered. */
import type { Request, Response } from 'express';
import type { Sealer } from '#src/adapters/seal.ts';
import type { Audit } from '#src/audit/audit.ts';
import { traceOf } from '#src/diagnostics/traces/trace-of-request.ts';
import { fillText, partOf } from '#src/http/compressed-part.ts';
import { sendFirstPart } from '#src/http/compression.ts';
import { contextOf } from '#src/http/request-context.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { themeUrl, UNATTENDED } from '#src/launches/session/fit-page.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { Introspected } from '#src/launches/tokens/introspect.ts';
import { HELP_DESK } from '#src/organizations/help-desk.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { PatientSummary } from '#src/patients/patient.ts';
import { recordVisit } from '#src/requests/chart/chart-audit.ts';
import { type BarDependencies, clinicianBarOf } from '#src/requests/chart/clinician-bar.ts';
import { MOST_DRAFTS } from '#src/requests/form/draft-store.ts';
import type { RequestList } from '#src/requests/list/list.ts';
import { afterList, type beforeList, type OnTheListDependencies } from '#src/requests/new/drafts-and-button.ts';
import { freshRows, sentNotice } from '#src/requests/new/rows-just-sent.ts';
import { ifDied } from '#src/requests/progress/next-step.ts';
import { instantText, withPastDayWords } from '#views/date-text.ts';
import { fillOf, MARKS } from '#views/requests/page-marks.ts';
import { type RequestsPageStartProps, requestsPageEnd, requestsPageStart } from '#views/requests/requests-page.ts';
import type { KeptLists } from './last-list-store.ts';
import { handlesOf, listProps } from './list-props.ts';
import type { PageMemory } from './rendered-pages.ts';
import { findList, keepList, type ListReading, requestFacts } from './same-or-new-list.ts';
import type { SearchTexts } from './search-text-store.ts';
import { isPlain, type ListView, viewQuery } from './view-address.ts';

const ALL_MARKS = Object.values(MARKS);

export interface SendDependencies extends OnTheListDependencies, BarDependencies {
  keptLists: KeptLists;
  pages: PageMemory;
  texts: SearchTexts;
  sealer: Sealer;
  audit: Audit;
}

/** What both parts show. */
export interface Shown {
  readonly launch: Launch;
  readonly organization: Organization;
  readonly view: ListView;
  readonly patient: PatientSummary;
  readonly asOf: Date;
  readonly before: Awaited<ReturnType<typeof beforeList>>;
}

/** Sends the strip with the patient. @returns what the rest of the page needs of it. */
export async function sendStart(
  dependencies: SendDependencies,
  request: Request,
  response: Response,
  shown: Shown,
  reading: ListReading,
) {
  const { launch, view, asOf, organization } = shown;
  const { cookieSecret, isUnattended } = openLaunchOf(request);
  const user = await reading.user.soon();
  const bar = await clinicianBarOf(dependencies, request, { launch, cookieSecret, user: { soon: async () => user } });
  const props = startProps(shown, { ...bar, csrfToken: MARKS.csrf }, isUnattended);
  const { timeZone } = organization;
  const printed = `Read ${withPastDayWords(instantText(asOf, timeZone))}${user.name === undefined ? '' : ` for ${user.name}`}`;
  const fill = fillOf({ csrfToken: bar.csrfToken, asOf, timeZone, printed });
  const start = () => requestsPageStart(props);
  const remembered = () =>
    dependencies.pages.start(launch, JSON.stringify(props), () => partOf(start(), ALL_MARKS)).filled(fill);
  return { user, fill, sendRest: sendFirstPart(response, isPlain(view) ? remembered() : fillText(start(), fill)) };
}

/** Sends the list, remembered or new. @returns why not all of it could be read. */
export async function sendList(
  dependencies: SendDependencies,
  request: Request,
  shown: Shown,
  begun: Awaited<ReturnType<typeof sendStart>> & {
    readonly reading: ListReading;
    readonly isKept: boolean;
    readonly introspected: Introspected | undefined;
  },
) {
  const { pages, keptLists, audit } = dependencies;
  const { launch, organization, view, patient, asOf, before } = shown;
  const { reading, isKept, user, fill, sendRest, introspected } = begun;
  // Only the default view, read from the EHR, is remembered. Other views are made from the kept list (last-list-store.ts).
  const besides = isPlain(view) && !isKept ? [patient, user, `/launches/${launch.id}`] : undefined;
  const find = () => findList(pages, launch, reading, besides);
  const asked = { 'parameters of our own': organization.searchParameters.map((one) => one.split('=', 1)[0] ?? '') };
  const found = await traceOf(request).step('requests', find, asked, ({ facts }) => requestFacts(facts, introspected));
  const { problem } = found.facts;
  if (problem) {
    const { kind, status, issues } = problem;
    Object.assign(contextOf(request).facts, { pageProblem: kind, ehrStatus: status, issueCodes: issues });
  }
  const [own, sealed] = await Promise.all([
    afterList(dependencies, launch, organization, before, found.facts),
    isKept ? undefined : keepList(keptLists, launch, found, { asOf, patient, user }),
  ]);
  for (let count = 0; count < own.newlyFound; count += 1) recordVisit(audit, request, launch, 'request-created');
  const isUsual = own.drafts.length === 0 && own.newlyFound === 0 && before.sent.length === 0;
  if (found.page && isUsual) sendRest(found.page.end.filled(fill));
  else {
    const { list } = await found.read();
    const end = await endOfPage(dependencies, request, shown, own, list);
    if (found.key === undefined || sealed === undefined || !isUsual) sendRest(fillText(end, fill));
    else {
      const part = partOf(end, ALL_MARKS);
      sendRest(part.filled(fill));
      pages.keep(launch, { key: found.key, readAt: asOf, list: found.facts, sealed, end: part });
    }
  }
  return problem;
}

/** The props of the first part, with marks for what each page fills in. */
function startProps(
  { launch, organization, view, patient, asOf, before }: Shown,
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
    sent: sentNotice(before.sent, organization, launch, asOf),
    helpDesk: organization.helpDeskName || HELP_DESK,
    themeUrl: launch.context.smartStyleUrl === undefined ? undefined : theme,
  };
}

/** The drafts and the list in HTML, with marks for what each page fills in. */
async function endOfPage(
  { texts, sealer, publicUrl, clock }: SendDependencies,
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
    list: listProps(
      { ...list, open: list.open.map((row) => ifDied(row, patient.deathText)) },
      page,
      handlesOf(sealer, launch.id),
      fresh,
    ),
    supportCode: contextOf(request).supportCode,
    own: { ...own, frame },
  });
}
