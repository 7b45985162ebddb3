/** The props of a connection's pages, made from the organization, its last checks, its launches and its draft. */
import type { Request } from 'express';
import type { SaveOptions } from '#src/checks/save.ts';
import type { CheckRun } from '#src/checks/store.ts';
import { adminCsrfToken, adminOf, pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { organizationUrl } from '#src/http/sessions/visible-organization.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { issuersOf } from '#src/organizations/smart-connections.ts';
import type { ConnectionDraft } from '#src/organizations/store.ts';
import { mayFrame } from '#src/settings/addresses.ts';
import { settingFields, settingRows, valueText } from '#src/settings/derived.ts';
import { isGiven } from '#src/smart/documents/given-endpoints.ts';
import { readStoredConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { vendorProps } from '#src/vendors/presets.ts';
import { hostedAt } from '#src/vendors/suggestion.ts';
import type { ConnectionProps } from '#views/integration-page/connection.ts';
import type { FrameProps } from '#views/integration-page/frame.ts';
import type { IntegrationProps } from '#views/integration-page/integration-page.ts';
import type { AcceptedScopesProps } from '#views/integration-page/scope-editor.ts';
import type { ProofProps } from '#views/integration-page/tools.ts';
import type { TypedForm } from '#views/typed-form.ts';
import { runProps } from './results-props.ts';

export const INTEGRATION = '/settings/integrations/smart-on-fhir';

export interface SeenLaunches {
  /** The newest launch that reached the request list from a chart, with the FHIR URL in use. */
  completed: { id: string; at: Date; isListUnread: boolean } | undefined;
  /** The newest page that framed the app without permission; the browser claims it, an administrator must confirm. */
  framedBy: { origin: string; at: Date } | undefined;
  /** The FHIR URL as the newest launch wrote it, if it was refused for its form and no launch has succeeded since. */
  writtenAs: { iss: string; at: Date } | undefined;
}

export interface ConnectionRecord {
  organization: Organization;
  draft: ConnectionDraft | undefined;
  run: CheckRun | undefined;
  accepted: AcceptedScopesProps | undefined;
  launches: SeenLaunches;
}

export interface PendingRun {
  /** Normalized; `corrections` say how. */
  url: string;
  corrections: readonly string[];
  options: SaveOptions;
}

export interface PageExtras {
  done?: string;
  run?: PendingRun;
  field?: ConnectionProps['field'];
  frame?: { typed: string; problem: string };
  reasonProblem?: string;
  problem?: string;
  advanced?: TypedForm;
  /** Set when the form was previewed and not saved. */
  preview?: { problems: readonly string[] };
  proof?: ProofProps;
  /** `expiresAt` is an ISO instant. */
  report?: { url: string; expiresAt: string };
}

/** The pages of a connection: '' is the page of the three steps. */
export type Place = '' | 'advanced' | 'tools';

/** The address of one of these pages or forms; for an operator, it names the organization. */
export function integrationUrl(request: Request, organizationId: string, step = ''): string {
  return organizationUrl(request, step === '' ? INTEGRATION : `${INTEGRATION}/${step}`, organizationId);
}

/** The props of the page of the three steps. */
export function pageProps(request: Request, record: ConnectionRecord, extras: PageExtras): IntegrationProps {
  const { organization, draft, accepted, run, launches } = record;
  const { id, name, scopes, enabled } = organization;
  const { role } = adminOf(request);
  return {
    ...progressOf(record),
    admin: pageAdminOf(request),
    organization: { id, name },
    connection: {
      ...connectionProps(request, record),
      field: extras.field ?? { value: draft?.fhirUrl ?? organization.fhirBaseUrl },
      draft: draft && { ...draft, accepted: acceptedWith(draft), reasonProblem: extras.reasonProblem },
    },
    done: extras.done,
    problem: extras.problem,
    run: run && runProps(run, role),
    isEnabled: enabled,
    isClientIdMissing: organization.clientId === '',
    operatorHref: role === 'operator' ? `/settings/organizations/${encodeURIComponent(id)}` : undefined,
    frame: frameProps(record, extras),
    launch: launches.completed,
    writtenAs: launches.writtenAs,
    verifyHref: organizationUrl(request, '/settings/verify', id),
    vendorSuggestion: vendorProps(organization, draft?.fhirUrl).suggestion,
    accepted: accepted?.accepted === scopes ? undefined : accepted,
  };
}

/** The settings that are put in use together with a draft, in words. */
function acceptedWith({ accepted }: ConnectionDraft): string[] {
  return settingFields
    .filter((field) => Object.hasOwn(accepted, field))
    .map((field) => `${settingRows[field].label}: ${valueText(field, accepted[field])}`);
}

/** Which steps are done, the one an administrator is at, and whether the organization is ready to launch. */
function progressOf({ organization, run, launches }: ConnectionRecord) {
  const { fhirBaseUrl, frameAncestors, enabled } = organization;
  const isConnected = fhirBaseUrl !== '' && run?.fhirUrl === fhirBaseUrl && run.summary.hardFailures.length === 0;
  const { framedBy, completed } = launches;
  // The newest launch that a page framed left an empty frame there, whatever is entered.
  const isKeptOut = framedBy !== undefined && !(completed !== undefined && completed.at > framedBy.at);
  const isDone = {
    url: isConnected,
    frame: frameAncestors.length > 0 && !isKeptOut,
    launch: launches.completed !== undefined && !launches.completed.isListUnread && enabled,
  };
  const current = (['url', 'frame', 'launch'] as const).find((step) => !isDone[step]);
  return { isDone, current, isReady: current === undefined && run?.summary.counts.failure === 0 };
}

/** The props that every page of a connection needs. */
export function connectionProps(request: Request, record: Pick<ConnectionRecord, 'organization' | 'run'>) {
  const { organization } = record;
  return {
    actionOf: (step: string) => integrationUrl(request, organization.id, step),
    csrfToken: adminCsrfToken(request),
    timeZone: organization.timeZone,
    inUse: { fhirBaseUrl: organization.fhirBaseUrl, ...discoveredFacts(record) },
  };
}

function frameProps({ organization, draft, launches: { framedBy } }: ConnectionRecord, extras: PageExtras): FrameProps {
  const { frameAncestors, vendor, fhirBaseUrl } = organization;
  const { label, hint } = settingRows.frameAncestors;
  const hosted = hostedAt(vendor, fhirBaseUrl || (draft?.fhirUrl ?? ''));
  const seen = framedBy && { origin: framedBy.origin, seenAt: framedBy.at };
  const isSeen = hosted && seen && mayFrame([hosted.origin], seen.origin);
  const likely = frameAncestors.length === 0 && !isSeen ? hosted : undefined;
  const proposals = [seen, likely].filter((one) => one !== undefined);
  return { label, hint, values: frameAncestors, ...extras.frame, proposals };
}

/** From the settings if given by hand; from the organization's row; or from the last run if the EHR forbids keeping. */
function discoveredFacts({ organization, run }: Pick<ConnectionRecord, 'organization' | 'run'>) {
  const { discovered, fhirBaseUrl, tokenEndpoint, issuers } = organization;
  if (isGiven(organization))
    return { authorizationServer: URL.parse(tokenEndpoint)?.origin, issuer: issuers[0], isGivenByHand: true };
  const configuration = discovered && readStoredConfiguration(discovered.configuration);
  if (discovered && configuration) {
    return {
      authorizationServer: new URL(configuration.tokenEndpoint).origin,
      issuer: issuersOf(organization, configuration)[0]?.issuer,
      discoveredAt: new Date(discovered.fetchedAt),
    };
  }
  if (run?.fhirUrl !== fhirBaseUrl || !run.summary.discovered) return {};
  const { authorizationServer, issuer } = run.summary.discovered;
  return { authorizationServer, issuer, discoveredAt: new Date(run.at) };
}
