/** The doctor's look at the way to each organization's EHR. */
import type { Database } from '#src/adapters/database/index.ts';
import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import type { Log } from '#src/adapters/log.ts';
import type { Config } from '#src/config/index.ts';
import { filled } from '#src/errors/rules/fill.ts';
import { ruleRows } from '#src/errors/rules/table.ts';
import { AppError } from '#src/errors.ts';
import { isConnected, type Organization } from '#src/organizations/organization.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { isGiven } from '#src/smart/documents/given-endpoints.ts';
import { fetchIssuerKeys } from '#src/smart/documents/issuer-keys.ts';
import { discover } from '#src/smart/step-3-discovery.ts';
import { type Finding, finding } from './finding.ts';

/** Runs discovery, or fetches the keys where nothing is discovered; `organization check` says more. */
export async function examineEhrs(config: Config, { db }: Database, log: Log): Promise<Finding[]> {
  const organizations = (await createOrganizationStore(db).list()).filter((one) => one.enabled && isConnected(one));
  const outbound = createOutbound({ production: config.production, allowPrivate: config.outboundAllowPrivate, log });
  const examineOne = async (organization: Organization): Promise<Finding> => {
    const begun = performance.now();
    const part = `EHR of ${organization.id}`;
    const { fhirBaseUrl, jwksUri, issuers } = organization;
    // An EHR with manually entered endpoints publishes only its keys (DI-23).
    const isByHand = isGiven(organization);
    const asked = await finding<unknown>(part, () =>
      isByHand
        ? fetchIssuerKeys({ issuer: issuers.join(), givenJwksUri: jwksUri, organization }, outbound)
        : discover(organization, outbound.forOrganization(organization)),
    );
    const { host } = new URL(isByHand ? jwksUri : fhirBaseUrl);
    const more = `see: npm run admin -- organization check ${organization.id}`;
    if (asked.value)
      return { ...asked.finding, text: `${host} answered in ${Math.round(performance.now() - begun)} ms` };
    return { ...asked.finding, text: `${host}: ${causeOf(asked.error, host) ?? asked.finding.text}; ${more}` };
  };
  try {
    return await Promise.all(organizations.map(examineOne));
  } finally {
    await outbound.close();
  }
}

/** What the rule that failed means, in the words of checks and launches. */
function causeOf(error: unknown, host: string): string | undefined {
  if (!(error instanceof AppError) || error.rule === undefined) return undefined;
  return filled(ruleRows[error.rule].cause, { host, ...error.seen });
}
