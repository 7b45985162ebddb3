/** What the page of a connection shows: gathered from the organization, its last checks and its draft. */
import type { Request } from 'express';
import type { SaveOptions } from '#src/checks/save.ts';
import type { CheckRun } from '#src/checks/store.ts';
import { adminCsrfToken, adminOf, pageAdminOf } from '#src/http/sessions/admin-session.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { registrationSheet } from '#src/organizations/registration.ts';
import { issuersOf } from '#src/organizations/smart-connections.ts';
import type { ConnectionDraft } from '#src/organizations/store.ts';
import { fieldGroups, savedForm } from '#src/settings/form.ts';
import { isGiven } from '#src/smart/documents/given-endpoints.ts';
import { readStoredConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { vendorProps } from '#src/vendors/view.ts';
import type { ConnectionProps } from '#views/integration-page/connection.ts';
import type { IntegrationProps } from '#views/integration-page/integration-page.ts';
import type { AcceptedScopesProps } from '#views/integration-page/scope-editor.ts';
import type { ProofProps } from '#views/integration-page/tools.ts';
import type { TypedForm } from '#views/typed-form.ts';
import { driftProps } from './results-view.ts';
import { scopeEditorProps } from './scopes.ts';

const PAGE = '/settings/integrations/smart-on-fhir';

/** What is on record. */
export interface ConnectionRecord {
  organization: Organization;
  draft: ConnectionDraft | undefined;
  run: CheckRun | undefined;
  scheduled: CheckRun | undefined;
  accepted: AcceptedScopesProps | undefined;
}

/** Checks that were asked for and not begun. */
export interface PendingRun {
  /** Normalized already, with what was changed for that. */
  url: string;
  changes: readonly string[];
  options: SaveOptions;
}

/** What the last post adds to it. */
export interface PageExtras {
  done?: string;
  /** to be begun by the page */
  run?: PendingRun;
  field?: ConnectionProps['field'];
  reasonProblem?: string;
  problem?: string;
  advanced?: TypedForm;
  /** the form was only previewed */
  preview?: { problems: readonly string[] };
  proof?: ProofProps;
  /** the instant in ISO */
  report?: { url: string; expiresAt: string };
  /** the address of the page is one that has shown the link of a report before */
  isReportGone?: boolean;
}

/** The address of this page or of one of its forms; an operator's carries the organization. */
export function integrationUrl(request: Request, organizationId: string, step = ''): string {
  const isOperator = adminOf(request).role === 'operator';
  const query = new URLSearchParams(isOperator ? { organization: organizationId } : {});
  return `${PAGE}${step === '' ? '' : `/${step}`}${query.size === 0 ? '' : `?${query}`}`;
}

/** The page but for its checks. */
export function pageProps(
  request: Request,
  record: ConnectionRecord,
  extras: PageExtras,
  deployment: { publicUrl: URL; appName: string },
): IntegrationProps {
  const { organization, scheduled, draft, accepted } = record;
  const { id, name, scopes, privateNetworks } = organization;
  const advanced = extras.advanced ?? savedForm({ ...organization });
  return {
    admin: pageAdminOf(request),
    organization: { id, name },
    connection: connectionProps(request, record, extras),
    done: extras.done,
    problem: extras.problem,
    proof: extras.proof,
    report: extras.report && { ...extras.report, expiresAt: new Date(extras.report.expiresAt) },
    isReportGone: extras.isReportGone ?? false,
    drift: scheduled && driftProps(scheduled),
    registration: registrationSheet(deployment, organization),
    advanced,
    fieldGroups,
    accepted: accepted?.accepted === scopes ? undefined : accepted,
    scopes: {
      previewAction: integrationUrl(request, id, 'preview-scopes'),
      ...scopeEditorProps(organization, advanced, extras.preview),
    },
    vendor: vendorProps(organization, draft?.fhirUrl),
    privateNetworks,
  };
}

/** The field, the draft and what is in use. */
function connectionProps(request: Request, record: ConnectionRecord, extras: PageExtras): ConnectionProps {
  const { organization, draft } = record;
  const { id, fhirBaseUrl, enabled, frameAncestors } = organization;
  return {
    actionOf: (step) => integrationUrl(request, id, step),
    csrfToken: adminCsrfToken(request),
    timeZone: organization.timeZone,
    field: extras.field ?? { value: draft?.fhirUrl ?? fhirBaseUrl },
    draft: draft && { fhirUrl: draft.fhirUrl, reasonProblem: extras.reasonProblem },
    inUse: { fhirBaseUrl, enabled, frameAncestors, ...discoveredFacts(record) },
  };
}

/** From the settings if endpoints are given by hand, from the organization's row, or from the last run if the EHR forbids keeping its document. */
function discoveredFacts({ organization, run }: ConnectionRecord) {
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
  const { authorizationServer, issuer } = (run?.fhirUrl === fhirBaseUrl && run.summary.discovered) || {};
  return authorizationServer !== undefined && run
    ? { authorizationServer, issuer, discoveredAt: new Date(run.at) }
    : {};
}
