/** The tools of a connection (the key proof, the report for the EHR team), and accepting what its checks suggest. */
import { proveKey } from '#src/checks/key-proof.ts';
import { checksReport, type SharedCheckReport, toReport } from '#src/checks/report.ts';
import type { AcceptedSettings } from '#src/checks/rows/result.ts';
import { fieldOf } from '#src/http/form-body.ts';
import type { Limiter } from '#src/http/limits/limiter.ts';
import { actorOf, adminOf } from '#src/http/sessions/signed-in-user.ts';
import { editOrganization } from '#src/organizations/edit.ts';
import { isConnected, type SettingChanges } from '#src/organizations/organization.ts';
import { registrationSheet } from '#src/organizations/registration.ts';
import { saveReport } from '#src/reports/store.ts';
import { suggestionFor } from '#src/vendors/presets.ts';
import { toolsPage } from '#views/integration-page/connection-pages.ts';
import type { ProofProps } from '#views/integration-page/tools.ts';
import { askForChecks } from './connection-routes.ts';
import { besidePage, done, type Handler, leadToPage, mayChange, refused, type Visit } from './page-visit.ts';
import { driftProps, proofProps } from './results-props.ts';

/** Accepts a suggestion of the stored run by its position: values come from our own checks, never from the form. */
export const acceptSuggestion: Handler = async (visit) => {
  const [runId = '', index = ''] = fieldOf(visit.request, 'suggestion', 'id').split('.');
  const latest = await visit.deps.checksStore.latest(visit.organization.id);
  const suggestion = latest?.id === runId ? latest.summary.suggestions[Number(index)] : undefined;
  if (!latest || !suggestion) return outdated(visit, 'The checks have run again.');
  const accept: AcceptedSettings = { [suggestion.setting]: suggestion.value };
  await askForChecks(visit, latest.fhirUrl, { accept });
};

/** The form names the vendor that its page showed, so that a click on an old page does not choose another one. */
export const usePreset: Handler = async (visit) => {
  const draft = await visit.deps.store.findDraft(visit.organization.id);
  const vendor = suggestionFor(visit.organization, draft?.fhirUrl)?.vendor;
  if (vendor === undefined || vendor !== fieldOf(visit.request, 'vendor', 'choice'))
    return outdated(visit, 'The vendor or the FHIR URL has changed.');
  await change(visit, { vendor }, 'The preset is in use. Check again to see the connection with it.');
};

/** The form names the scopes that its page showed, for the same reason. */
export const useScopes: Handler = async (visit) => {
  const scopes = (await visit.deps.acceptedScopes(visit.organization.id))?.accepted;
  if (scopes === undefined || scopes !== fieldOf(visit.request, 'scopes', 'setting'))
    return outdated(visit, 'A newer launch has asked for other scopes.');
  await change(visit, { scopes }, 'Launches ask for these scopes now.');
};

async function change(visit: Visit, changes: SettingChanges, text: string): Promise<void> {
  if (!(await mayChange(visit, changes))) return;
  const result = await editOrganization(visit.deps, visit.organization.id, changes, actorOf(visit.request));
  if (result.ok) return done(visit, text);
  const problems = result.problems.map(({ field, message }) => `${field} ${message}`).join('; ');
  return refused(visit, 409, { problem: `Nothing was changed: ${problems}.` });
}

function outdated(visit: Visit, why: string): Promise<void> {
  return refused(visit, 409, { problem: `${why} See what is suggested now.` });
}

const NOT_ASKED: ProofProps = {
  verdict: 'undecided',
  text: 'Not asked: the FHIR URL or the Client ID is not set yet.',
  causes: [],
};

export const showTools: Handler = async (visit) => {
  const { response, organization } = visit;
  const latest = visit.deps.checksStore.latestScheduled(organization.id);
  const [{ page, shown, isSecretGone }, scheduled] = await Promise.all([besidePage(visit), latest]);
  response.type('html').send(
    toolsPage({
      ...page,
      proof: shown.proof,
      report: shown.report && { ...shown.report, expiresAt: new Date(shown.report.expiresAt) },
      isReportGone: isSecretGone,
      drift: scheduled && driftProps(scheduled),
    }),
  );
};

/** Makes one token request per click. It is limited, and recorded in the audit trail. */
export function keyProof(limit: Limiter): Handler {
  return async (visit) => {
    const { organization, request } = visit;
    const { audit, config } = visit.deps;
    const show = (proof: ProofProps) => leadToPage(visit, { kind: 'done', status: 200, shown: { proof } }, 'tools');
    if (!isConnected(organization)) return show(NOT_ASKED);
    await limit.take(organization.id);
    const proof = await proveKey(organization, { ...visit.deps, publicUrl: config.publicUrl });
    const detail = { action: 'key proof', outcome: proof.outcome, kid: proof.used?.kid };
    audit.record({ event: 'check-run', organizationId: organization.id, ...actorOf(request), detail });
    return show(proofProps(proof, adminOf(request).role));
  };
}

/** Makes a link to a report of the last run, for people without an account. */
export function report(limit: Limiter): Handler {
  return async (visit) => {
    const { organization, request } = visit;
    const { checksStore, clock, config, db, audit } = visit.deps;
    const run = await checksStore.latest(organization.id);
    if (!run) return refused(visit, 409, { problem: 'Run the checks first; the report shows them.' }, 'tools');
    await limit.take(organization.id);
    const registration = registrationSheet(config, organization);
    const content: SharedCheckReport = { ...toReport(run, organization), registration };
    const shared = { kind: checksReport.kind, organizationId: organization.id, content };
    const { token, expiresAt } = await saveReport(db, shared, clock());
    const detail = { runId: run.id };
    audit.record({ event: 'report-made', organizationId: organization.id, ...actorOf(request), detail });
    const url = new URL(`${checksReport.path}/${token}`, config.publicUrl).href;
    const shown = { report: { url, expiresAt: expiresAt.toISOString() } };
    return leadToPage(visit, { kind: 'secret', status: 200, shown }, 'tools');
  };
}
