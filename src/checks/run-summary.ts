/** Summarizes a run: whether the URL may be used, what was discovered, and what the next run is compared with. */
import { guideCheckIds } from '#src/checks/rows/catalogue.ts';
import type { CheckContext } from '#src/checks/rows/context.ts';
import type { CheckResult, ConnectionState, DiscoveredConnection, Verdict } from '#src/checks/rows/result.ts';
import type { ParsedCapability } from '#src/smart/documents/capability-statement.ts';
import { offersRequestUpdates, parseCapability, TASKS_ALONG } from '#src/smart/documents/capability-statement.ts';
import { documentOf } from '#src/smart/documents/fetched.ts';
import type { ParsedConfiguration, SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { supportsUsCoreRequests } from '#src/smart/documents/us-core.ts';

/** @param hardIds the checks whose failure makes launches impossible. */
export function countVerdicts(results: readonly CheckResult[], hardIds: ReadonlySet<string>) {
  const counts = { pass: 0, warning: 0, failure: 0, skipped: 0, info: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  const idsOf = (wanted: Verdict) => results.flatMap(({ id, verdict }) => (verdict === wanted ? [id] : []));
  const passed = new Set(idsOf('pass'));
  const allPassed = guideCheckIds.every((id) => passed.has(id)) && counts.failure === 0;
  return { allPassed, hardFailures: idsOf('failure').filter((id) => hardIds.has(id)), counts };
}

/** What later flows use instead of discovering again (REG-06); undefined when a launch would refuse it. */
export async function discoveredBy(context: CheckContext): Promise<DiscoveredConnection | undefined> {
  const [found, issuers, metadata] = await Promise.all([context.configuration, context.issuers, context.metadata]);
  if (!found?.configuration) return undefined;
  const { configuration, freshForMs } = found;
  const capability = parseCapability(documentOf(metadata));
  return {
    configuration,
    issuer: issuers[0]?.issuer ?? configuration.issuer ?? context.fhirUrl,
    authorizationServer: new URL(configuration.tokenEndpoint).origin,
    freshForMs,
    requestIncludes: includesOf(capability),
    updatesRequests: offersRequestUpdates(capability),
    usCoreRequests: supportsUsCoreRequests(capability),
  };
}

/** No server needs more. */
const MOST_INCLUDES = 50;

function includesOf(capability: ParsedCapability | undefined): string[] | undefined {
  const requests = capability?.resources.get('ServiceRequest');
  const tasks = requests?.searchRevIncludes.filter((name) => name === TASKS_ALONG).slice(0, 1) ?? [];
  return (
    requests && [...tasks, ...requests.searchIncludes.filter(({ length }) => length <= 100)].slice(0, MOST_INCLUDES)
  );
}

/** What the drift watch compares with the last good run. */
export async function stateOf(context: CheckContext): Promise<ConnectionState> {
  const [found, published, keys, metadata, handshake] = await Promise.all([
    context.configuration,
    context.published,
    context.keys,
    context.metadata,
    context.handshake,
  ]);
  const capability = parseCapability(documentOf(metadata));
  return {
    configuration: found?.configuration && compared(comparable(found.configuration, published)),
    keys: keys.keys
      ?.filter(({ thumbprint }) => thumbprint !== undefined)
      .map(({ kid }) => kid)
      .toSorted(),
    capability: capability && {
      fhirVersion: capability.fhirVersion ?? '',
      ...Object.fromEntries(
        [...capability.resources].map(([type, { interactions, searchParameters }]) => [
          type,
          `${interactions.toSorted().join(' ')}; ${searchParameters.toSorted().join(' ')}`,
        ]),
      ),
    },
    certificate: handshake?.ok
      ? { expiresAt: handshake.found.expiresAt.toISOString(), fingerprint: handshake.found.fingerprint }
      : undefined,
  };
}

/** Adds what an EHR with endpoints given by hand publishes, because it has changed when it begins to (DI-26). */
function comparable({ source, ...members }: SmartConfiguration, published: ParsedConfiguration | undefined) {
  return source === 'settings' ? { ...members, published: published?.source ?? 'nothing' } : members;
}

function compared(members: Record<string, unknown>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.map(String).toSorted() : JSON.stringify(value)]],
    ),
  );
}
