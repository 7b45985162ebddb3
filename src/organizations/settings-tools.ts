/** Beside the checks of a connection: the page itself, the key proof, and the report for the EHR team. */
import type { Request, Response } from 'express';
import type { Queries } from '#src/adapters/database.ts';
import type { KeyStore } from '#src/adapters/redis.ts';
import { adminOf } from '#src/http/admin-session.ts';
import type { Limiter } from '#src/http/limiter.ts';
import { type KeyProofDependencies, proveKey } from '#src/organizations/checks/key-proof.ts';
import { toReport } from '#src/organizations/checks/report.ts';
import type { Saver } from '#src/organizations/checks/save-connection.ts';
import { integrationPage } from '#views/integration-page.ts';
import { saveCheckReport } from './check-report-store.ts';
import { isConnected, type Organization } from './organization.ts';
import { registrationSheet } from './registration.ts';
import { readRecord, type StreamDependencies } from './settings-stream.ts';
import { headProps, type PageExtras, proofProps, runProps, tailProps } from './settings-view.ts';

export interface IntegrationDependencies extends StreamDependencies, Omit<KeyProofDependencies, 'publicUrl'> {
  db: Queries;
  redis: KeyStore;
}

/** Answers one request about an organization the visitor may see. */
export type Step = (request: Request, response: Response, organization: Organization) => Promise<void>;

/** The page as it stands, with what a request adds. */
export function showPage(dependencies: IntegrationDependencies, extras: PageExtras = {}): Step {
  return async (request, response, organization) => {
    const record = await readRecord(dependencies, organization);
    const page = integrationPage(
      headProps(request, record, extras),
      record.run && runProps(record.run),
      tailProps(request, record, extras, dependencies.config),
    );
    response.type('html').send(page);
  };
}

/** One token request per press; limited, and in the audit trail. */
export function keyProof(dependencies: IntegrationDependencies, limit: Limiter): Step {
  return async (request, response, organization) => {
    const { audit, config } = dependencies;
    if (!isConnected(organization)) {
      const proof = {
        verdict: 'undecided',
        text: 'Not asked: the FHIR URL or the Client ID is not set yet.',
        causes: [],
      } as const;
      return showPage(dependencies, { proof })(request, response, organization);
    }
    await limit.take(organization.id);
    const proof = await proveKey(organization, { ...dependencies, publicUrl: config.publicUrl });
    const { name: _name, ...by } = saverOf(request);
    const detail = { action: 'key proof', outcome: proof.outcome, kid: proof.used?.kid };
    audit.record({ event: 'check-run', organizationId: organization.id, ...by, detail });
    await showPage(dependencies, { proof: proofProps(proof) })(request, response, organization);
  };
}

/** A link to the last run, for people without an account. */
export function report(dependencies: IntegrationDependencies, limit: Limiter): Step {
  return async (request, response, organization) => {
    const { checksStore, clock, config, db, audit } = dependencies;
    const run = await checksStore.latest(organization.id);
    if (!run) {
      response.status(409);
      return showPage(dependencies, { problem: 'Run the checks first; the report shows them.' })(
        request,
        response,
        organization,
      );
    }
    await limit.take(organization.id);
    const shared = { ...toReport(run, organization), registration: registrationSheet(config, organization) };
    const { token, expiresAt } = await saveCheckReport(db, shared, clock());
    const { name: _name, ...by } = saverOf(request);
    audit.record({ event: 'report-made', organizationId: organization.id, ...by, detail: { runId: run.id } });
    const url = new URL(`/reports/checks/${token}`, config.publicUrl).href;
    await showPage(dependencies, { report: { url, expiresAt } })(request, response, organization);
  };
}

/** Who acts, for the run and for the audit trail. */
export function saverOf(request: Request): Saver {
  const { userId, email } = adminOf(request);
  return { name: email, actor: { userId }, ...(request.ip === undefined ? {} : { address: request.ip }) };
}
