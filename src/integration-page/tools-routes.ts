/** The tools of a connection: the key proof, and the report for the EHR team. */
import { proveKey } from '#src/checks/key-proof.ts';
import { checksReport, type SharedCheckReport, toReport } from '#src/checks/report.ts';
import type { Limiter } from '#src/http/limits/limiter.ts';
import { actorOf, adminOf } from '#src/http/sessions/signed-in-user.ts';
import { isConnected } from '#src/organizations/organization.ts';
import { registrationSheet } from '#src/organizations/registration.ts';
import { saveReport } from '#src/reports/store.ts';
import { toolsPage } from '#views/integration-page/connection-pages.ts';
import type { ProofProps } from '#views/integration-page/tools.ts';
import { besidePage, type Handler, leadToPage, refused } from './page-visit.ts';
import { driftProps, proofProps } from './results-props.ts';

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
