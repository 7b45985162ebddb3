/** `check <fhirUrl>` and `organization check <orgId>` on the command line: the same connection check as in Settings. */
import { CommandError, type CommandOutcome, readArguments } from '#src/adapters/command-line.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import { createConnectionProbe } from '#src/adapters/ehr-http/tls-probe.ts';
import type { CheckDependencies } from '#src/checks/rows/context.ts';
import type { CheckResult, FinishedChecks, NearbyAddresses } from '#src/checks/rows/result.ts';
import { ownerFor } from '#src/errors/error-row.ts';
import { found as existing } from '#src/organizations/commands.ts';
import type { EditDependencies } from '#src/organizations/edit.ts';
import { isConnected } from '#src/organizations/organization.ts';
import { checkAgain } from './check-again.ts';
import { normalizeFhirUrl } from './fhir-url.ts';
import { verdictOf } from './report.ts';
import { runChecks } from './run.ts';
import { createChecksStore } from './store.ts';

export const checkUsage = [
  'organization check <orgId>    checks its EHR; exit code 1 when a check fails',
  'check <fhirUrl> [--org <orgId>]   checks an EHR; exit code 1 when a check fails',
];

export interface CheckCommandDependencies extends EditDependencies {
  db: Queries;
  deployment: { publicUrl: URL };
  /** CIDRs of the deployment that may be reached although private. */
  allowPrivate: readonly string[];
  publishedKeys: () => Promise<{ kid: string }[]>;
}

export type CheckCommand = (dependencies: CheckCommandDependencies) => Promise<CommandOutcome>;

/** Reads the arguments of `check`, before any connection is opened. @throws UsageError */
export function readCheckCommand(args: readonly string[]): CheckCommand {
  const { values, positionals } = readArguments(args, ['<fhirUrl>'], { org: { type: 'string' } });
  return (dependencies) => checkUrl(dependencies, positionals[0] ?? '', values.org);
}

/** Reads `organization check <orgId>`. Its run is stored and audited like one from Settings. @throws UsageError */
export function readOrganizationCheck(args: readonly string[]): CheckCommand {
  const id = readArguments(args, ['<orgId>'], {}).positionals[0] ?? '';
  return async (dependencies) => {
    const organization = existing(await dependencies.store.find(id), id);
    if (!isConnected(organization)) throw new CommandError(`Organization ${id} has no FHIR URL or no Client ID yet.`);
    const by = { actor: 'cli', name: 'cli' } as const;
    const checksStore = createChecksStore(dependencies.db);
    return withChecks(dependencies, async (checks) =>
      describeRun(await checkAgain({ ...dependencies, checks, checksStore }, organization, by), []),
    );
  };
}

async function checkUrl(dependencies: CheckCommandDependencies, typed: string, id?: string): Promise<CommandOutcome> {
  const organization = id === undefined ? undefined : existing(await dependencies.store.find(id), id);
  const allowPrivate = [...dependencies.allowPrivate, ...(organization?.privateNetworks ?? [])];
  const normalized = normalizeFhirUrl(typed, { production: dependencies.production, allowPrivate });
  if (!normalized.ok) throw new CommandError(normalized.problem);
  const { url, corrections } = normalized;
  const input = { fhirUrl: url, organization, isTyped: true, asksSignIn: true } as const;
  return withChecks(dependencies, async (checks) => describeRun(await runChecks(input, checks).finished, corrections));
}

async function withChecks(
  { production, allowPrivate, clock, deployment, publishedKeys }: CheckCommandDependencies,
  use: (checks: CheckDependencies) => Promise<CommandOutcome>,
): Promise<CommandOutcome> {
  const outbound = createOutbound({ production, allowPrivate });
  const keys = await publishedKeys();
  try {
    const probe = createConnectionProbe(allowPrivate);
    return await use({ outbound, probe, clock, publicUrl: deployment.publicUrl, ownKeys: () => ({ keys }) });
  } finally {
    await outbound.close();
  }
}

/** Exit code 1 when any check failed; warnings are for people to judge. */
function describeRun(finished: FinishedChecks, corrections: readonly string[]): CommandOutcome {
  const { fhirUrl, at, results, summary } = finished;
  const verdict = verdictOf(summary);
  const counts = Object.entries(summary.counts).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []));
  const groups = [...new Set(results.map(({ group }) => group))];
  const text = [
    ...corrections,
    `${fhirUrl}, ${at}`,
    ...groups.flatMap((group) => ['', group, ...results.filter((one) => one.group === group).flatMap(linesOf)]),
    ...nearbyLines(summary.nearby),
    ...(summary.suggestions.length > 0 ? ['', 'You may decide to'] : []),
    ...summary.suggestions.map(({ title, why }) => `  ${title}. ${why}`),
    '',
    `${verdict}: ${counts.join(', ')}.`,
  ].join('\n');
  const exitCode = summary.counts.failure > 0 ? 1 : 0;
  return { exitCode, text, json: { fhirUrl, at, verdict, changes: corrections, summary, results } };
}

function nearbyLines(nearby: NearbyAddresses | undefined): string[] {
  if (!nearby) return [];
  const { fhirUrl, tried } = nearby;
  const answer = fhirUrl === undefined ? 'No FHIR server was found nearby.' : `Did you mean ${fhirUrl}?`;
  return ['', answer, `  Tried: ${tried.join(', ')}`];
}

function linesOf({ verdict, title, why, owner, remedy, ...row }: CheckResult): string[] {
  const line = `${title}: ${row.found}`;
  if (verdict !== 'failure' && verdict !== 'warning') return [`  ${verdict.padEnd(7)}  ${line}`];
  const below = [`why: ${why}`, `${ownerFor(owner, 'operator')}: ${remedy}`].map((text) =>
    text.padStart(text.length + 13),
  );
  return [`  ${verdict.toUpperCase()}  ${line}`, ...below];
}
