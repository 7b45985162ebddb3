/** All rows taken together: may this URL be used, what was discovered, and what an administrator could change. */

import { readCapability } from '#src/checks/parsed/capability.ts';
import { listMember } from '#src/checks/parsed/configuration.ts';
import { documentOf } from '#src/checks/parsed/fetched.ts';
import { guideCheckIds } from '#src/checks/rows/catalogue.ts';
import type { Study } from '#src/checks/rows/context.ts';
import { foreignHosts } from '#src/checks/rows/endpoints.ts';
import type {
  CheckResult,
  CheckSummary,
  ConnectionState,
  DiscoveredConnection,
  Suggestion,
} from '#src/checks/rows/result.ts';

/** @param hardIds the checks whose failure makes launches impossible. */
export function countVerdicts(
  results: readonly CheckResult[],
  hardIds: ReadonlySet<string>,
): Pick<CheckSummary, 'allPassed' | 'hardFailures' | 'counts'> {
  const counts = { pass: 0, warning: 0, failure: 0, skipped: 0, info: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  const passedGuide = guideCheckIds.every((id) =>
    results.some((result) => result.id === id && result.verdict === 'pass'),
  );
  return {
    allPassed: passedGuide && counts.failure === 0,
    hardFailures: results.filter(({ id, verdict }) => verdict === 'failure' && hardIds.has(id)).map(({ id }) => id),
    counts,
  };
}

/** What later flows use instead of discovering again (REG-06); undefined when a launch would refuse it. */
export async function discoveredBy(study: Study): Promise<DiscoveredConnection | undefined> {
  const [found, issuers] = await Promise.all([study.configuration, study.issuers]);
  if (!found?.configuration) return undefined;
  const { configuration, freshForMs } = found;
  return {
    configuration,
    issuer: issuers[0]?.issuer ?? configuration.issuer ?? study.fhirUrl,
    authorizationServer: new URL(configuration.tokenEndpoint).origin,
    freshForMs,
  };
}

/** Changes an administrator may accept; nothing is ever changed without that. */
export async function suggestionsFor(study: Study): Promise<Suggestion[]> {
  const [hosts, issuers, capability] = await Promise.all([
    foreignHosts(study),
    suggestedIssuers(study),
    study.metadata.then((evidence) => readCapability(documentOf(evidence))),
  ]);
  const { settings } = study;
  const hasNoOrders = capability && capability.resources.size > 0 && !capability.resources.has('ServiceRequest');
  return [
    ...(hosts.length > 0
      ? [
          {
            setting: 'allowedHosts' as const,
            value: [...settings.allowedHosts, ...hosts],
            title: `Allow ${hosts.join(', ')}`,
            why: 'The EHR names sign-in addresses there. Allow the host only if the EHR team confirms that it is theirs.',
          },
        ]
      : []),
    ...issuers.map((issuer) => ({
      setting: 'issuers' as const,
      value: [issuer],
      title: `Expect the issuer ${issuer}`,
      why: 'Choose the issuer that stands as "iss" in the id_tokens of this EHR; the EHR team knows it.',
    })),
    ...(await suggestedNonce(study)),
    ...(hasNoOrders && settings.showEhrOrders
      ? [
          {
            setting: 'showEhrOrders' as const,
            value: false,
            title: 'Do not show orders of the EHR',
            why: 'This FHIR server has no ServiceRequest, so the list would say so on every page.',
          },
        ]
      : []),
  ];
}

/** Both values where two disagree: the administrator picks. */
async function suggestedIssuers({ issuers, settings }: Study): Promise<string[]> {
  const findings = await issuers;
  const other = findings.flatMap(({ state, named, alternatives }) => [
    ...(state === 'mismatch' && named !== undefined && named.length <= 2_048 && URL.canParse(named) ? [named] : []),
    ...alternatives.map(({ issuer }) => issuer),
  ]);
  const all = other.length === 0 ? [] : [...other, ...findings.map(({ issuer }) => issuer)];
  return [...new Set(all)].filter((issuer) => settings.issuers.length !== 1 || settings.issuers[0] !== issuer);
}

/** Only where the server lists the claims of its id_tokens, and nonce is not among them. */
async function suggestedNonce({ issuers, settings }: Study): Promise<Suggestion[]> {
  const [first] = await issuers;
  const claims = first?.evidence && listMember(documentOf(first.evidence), 'claims_supported');
  const listsAll = ['iss', 'aud', 'exp'].every((claim) => claims?.includes(claim));
  if (settings.nonce === 'optional' || !listsAll || claims?.includes('nonce')) return [];
  return [
    {
      setting: 'nonce',
      value: 'optional',
      title: 'Accept id_tokens without nonce',
      why: 'This server does not list nonce among its claims. Accept that only if launches end because of it: a nonce protects against replayed sign-ins.',
    },
  ];
}

/** What the drift watch compares with the last good run. */
export async function stateOf(study: Study): Promise<ConnectionState> {
  const [found, keys, metadata, handshake] = await Promise.all([
    study.configuration,
    study.keys,
    study.metadata,
    study.handshake,
  ]);
  const capability = readCapability(documentOf(metadata));
  return {
    configuration: found?.configuration && compared({ ...found.configuration }),
    keys: keys.keys
      ?.filter(({ usable }) => usable)
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

function compared(members: Record<string, unknown>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.map(String).toSorted() : JSON.stringify(value)]],
    ),
  );
}
