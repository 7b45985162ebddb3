/** Finds an organization's last completed launch, and a page that tried to frame the app without permission. */
import type { Queries } from '#src/adapters/database/index.ts';
import { listTraces } from '#src/diagnostics/traces/list.ts';
import { FRAMING_PAGE, isStandalone } from '#src/diagnostics/traces/redacted-facts.ts';
import type { TraceRecord } from '#src/diagnostics/traces/store.ts';
import type { StepName } from '#src/diagnostics/traces/trace.ts';
import type { SeenLaunches } from '#src/integration-page/page-props.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { redirectUriOf } from '#src/organizations/registration.ts';
import { mayFrame } from '#src/settings/addresses.ts';
import { bareBase, isSameFhirBase } from '#src/smart/step-2-launch-ehr.ts';

const MOST_LOOKED_AT = 20;

/** Makes two bounded queries and reads no other organization's launches (MT-01). */
export async function launchesSeen(db: Queries, organization: Organization, publicUrl: URL): Promise<SeenLaunches> {
  const { id: organizationId, fhirBaseUrl, frameAncestors } = organization;
  const [completed, all] = await Promise.all([
    listTraces(db, { organizationId, outcome: 'completed' }, MOST_LOOKED_AT),
    listTraces(db, { organizationId }, MOST_LOOKED_AT),
  ]);
  const isRefused = (trace: TraceRecord) => {
    const origin = factOf(trace, FRAMING_PAGE);
    return origin !== '' && !mayFrame(frameAncestors, origin);
  };
  // The browser left the frame empty, so the user has not seen the launch.
  const isSeen = (trace: TraceRecord) => trace.framed !== false && !isStandalone(trace.steps) && !isRefused(trace);
  // The EHR may not know another Client ID or redirect URI, so an earlier launch does not prove those in use.
  const isAsRegistered = (trace: TraceRecord) =>
    factOf(trace, 'client id', 'authorization-redirect') === organization.clientId &&
    factOf(trace, 'redirect URI', 'authorization-redirect') === redirectUriOf(publicUrl, organization);
  const last = completed.find(
    (trace) => isSeen(trace) && isSameFhirBase(factOf(trace, 'iss'), fhirBaseUrl) && isAsRegistered(trace),
  );
  const refused = all.find(isRefused);
  const [newest] = all;
  const iss = newest ? factOf(newest, 'iss') : '';
  const isWritten = newest?.steps.some(({ rule }) => rule === 'launch.iss-written-differently');
  // The URL in use may be another one by now. A trace quotes only the beginning of a very long iss.
  const areUrls = URL.canParse(iss) && URL.canParse(fhirBaseUrl);
  const isOfThis = areUrls && bareBase(iss) === bareBase(fhirBaseUrl) && !isSameFhirBase(iss, fhirBaseUrl);
  const isStill = isWritten && iss.length < 200 && isOfThis;
  return {
    writtenAs: newest && isStill ? { iss, at: newest.startedAt } : undefined,
    completed: last && { id: last.id, at: last.startedAt, isListUnread: isListUnread(last) },
    framedBy: refused && { origin: factOf(refused, FRAMING_PAGE), at: refused.startedAt },
  };
}

/** Whether the page came and the EHR gave it no list: that is a launch, and no proof that the app works. */
function isListUnread({ steps }: TraceRecord): boolean {
  return !steps.some(
    ({ name, facts, outcome }) => name === 'requests' && outcome !== 'failed' && facts['problem'] === undefined,
  );
}

function factOf({ steps }: TraceRecord, name: string, of: StepName = 'launch'): string {
  const fact = steps.find((step) => step.name === of)?.facts[name];
  return typeof fact === 'string' ? fact : '';
}
