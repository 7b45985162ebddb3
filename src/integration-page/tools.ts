/** Beside the checks of a connection: the page itself, the key proof, and the report for the EHR team. */
import type { Request, Response } from 'express';
import type { Queries } from '#src/adapters/database/index.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { type KeyProofDependencies, proveKey } from '#src/checks/key-proof.ts';
import { toReport } from '#src/checks/report.ts';
import { saveCheckReport } from '#src/checks/report-store.ts';
import type { Limiter } from '#src/http/limits/limiter.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { isConnected, type Organization } from '#src/organizations/organization.ts';
import { registrationSheet } from '#src/organizations/registration.ts';
import { integrationPage } from '#views/integration-page/integration-page.ts';
import { beginChecks, readRecord, type StreamDependencies, saverOf } from './stream.ts';
import { headProps, integrationUrl, type PageExtras, proofProps, runProps, tailProps } from './view.ts';

export interface IntegrationDependencies extends StreamDependencies, Omit<KeyProofDependencies, 'publicUrl'> {
  db: Queries;
  redis: KeyStore;
}

/** Answers one request about an organization the visitor may see. */
export type Step = (request: Request, response: Response, organization: Organization) => Promise<void>;

/** The page as it stands, with what the last post adds; or the checks that it asked for, as they go. */
export function showPage(dependencies: IntegrationDependencies): Step {
  return async (request, response, organization) => {
    const record = await readRecord(dependencies, organization);
    const { shown, isSecretGone } = await dependencies.afterPost.read<PageExtras>(request);
    if (shown.run) return beginChecks(dependencies, request, response, organization, shown.run);
    const extras = { ...shown, isReportGone: isSecretGone };
    const page = integrationPage(
      headProps(request, record, extras),
      record.run && runProps(record.run),
      tailProps(request, record, extras, dependencies.config),
    );
    response.type('html').send(page);
  };
}

/** Answers a post by leading to the page, which shows this. */
export function leadToPage(
  { afterPost }: IntegrationDependencies,
  outcome: Omit<Parameters<AfterPost['answer']>[3], 'shown'> & { shown: PageExtras },
): Step {
  return (request, response, { id }) => afterPost.answer(request, response, integrationUrl(request, id), outcome);
}

/** Nothing was changed: the page says why, at each reload. */
export function refused(dependencies: IntegrationDependencies, status: 400 | 409, shown: PageExtras): Step {
  return leadToPage(dependencies, { kind: 'form', status, shown });
}

/** It is done: the page says so, once. */
export function done(dependencies: IntegrationDependencies, text: string): Step {
  return leadToPage(dependencies, { kind: 'done', shown: { done: text } });
}

/** One token request per press; limited, and in the audit trail. */
export function keyProof(dependencies: IntegrationDependencies, limit: Limiter): Step {
  return async (request, response, organization) => {
    const { audit, config } = dependencies;
    const told = (proof: PageExtras['proof'] & object) =>
      leadToPage(dependencies, { kind: 'done', status: 200, shown: { proof } });
    if (!isConnected(organization)) {
      const proof = {
        verdict: 'undecided',
        text: 'Not asked: the FHIR URL or the Client ID is not set yet.',
        causes: [],
      } as const;
      return told(proof)(request, response, organization);
    }
    await limit.take(organization.id);
    const proof = await proveKey(organization, { ...dependencies, publicUrl: config.publicUrl });
    const { name: _name, ...by } = saverOf(request);
    const detail = { action: 'key proof', outcome: proof.outcome, kid: proof.used?.kid };
    audit.record({ event: 'check-run', organizationId: organization.id, ...by, detail });
    await told(proofProps(proof))(request, response, organization);
  };
}

/** A link to the last run, for people without an account. */
export function report(dependencies: IntegrationDependencies, limit: Limiter): Step {
  return async (request, response, organization) => {
    const { checksStore, clock, config, db, audit } = dependencies;
    const run = await checksStore.latest(organization.id);
    if (!run) {
      const problem = 'Run the checks first; the report shows them.';
      return refused(dependencies, 409, { problem })(request, response, organization);
    }
    await limit.take(organization.id);
    const shared = { ...toReport(run, organization), registration: registrationSheet(config, organization) };
    const { token, expiresAt } = await saveCheckReport(db, shared, clock());
    const { name: _name, ...by } = saverOf(request);
    audit.record({ event: 'report-made', organizationId: organization.id, ...by, detail: { runId: run.id } });
    const url = new URL(`/reports/checks/${token}`, config.publicUrl).href;
    const shown = { report: { url, expiresAt: expiresAt.toISOString() } };
    await leadToPage(dependencies, { kind: 'secret', status: 200, shown })(request, response, organization);
  };
}
