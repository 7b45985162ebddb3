/**
 * Seeds one misconfiguration at a time and reads what the product says about it: on the launch's page and in the
 * checks.
 */
import { afterAll, beforeAll, expect, vi } from 'vitest';
import type { FaultValue } from '#sandbox/fault.ts';
import type { FaultName } from '#sandbox/faults.ts';
import type { Sandbox, SandboxOptions } from '#sandbox/sandbox.ts';
import type { CheckResult, Suggestion } from '#src/checks/rows/result.ts';
import { runChecks } from '#src/checks/run.ts';
import type { Owner } from '#src/errors/row.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import { type BrowserOptions, supportCodeOf, type TestBrowser, type Visit } from '#test/helpers/browser.ts';
import { startWorld, type World, type WorldOptions } from '#test/helpers/world.ts';

/** How the EHR, the settings or the launch are wrong; everything else is correct. */
export interface Seed {
  /** Settings of the organization. */
  settings?: Record<string, unknown>;
  fault?: FaultName | readonly [FaultName, FaultValue];
  /** The EHR's own registration of the app. */
  registered?: { clientId?: string; redirectUri?: string; jwksUrl?: string };
  /** Options of another kind of EHR. */
  sandbox?: Partial<SandboxOptions>;
  /** Changes the launch URL before it is opened. */
  launch?: (url: URL) => void;
  browser?: BrowserOptions;
  /** Set when the organization's connection passed its checks before the launch. */
  isProven?: true;
  isDisabled?: true;
}

/** What the inspector's page of a launch says. */
export interface Said {
  step: string | undefined;
  rule: string | undefined;
  owner: string | undefined;
  /** Cause and remedy as a reader sees them. */
  words: string;
  /** The words that the user read. */
  shown: string;
  /** The whole page of the launch. */
  page: string;
}

let serial = 0;

/** Starts a world for a test file, with a signed-in operator. A seed makes one organization of it wrong in one way. */
export function useSeededWorld(options: WorldOptions = {}) {
  let world: World;
  let operator: TestBrowser;
  const extra: Sandbox[] = [];
  beforeAll(async () => {
    world = await startWorld(options);
    await addPerson(world, 'operator@example.com');
    operator = await signedIn(world, 'operator@example.com');
  });
  afterAll(() => world.close());

  /** Launches once, so that what a launch discovers about the EHR is saved. */
  const prove = async (id: string, ehr: Sandbox): Promise<void> => {
    await launchFrom(ehr, {});
    const store = createOrganizationStore(world.dependencies.database.db);
    await vi.waitUntil(async () => (await store.find(id))?.discovered);
    await world.dependencies.directory.refresh(id);
  };

  /** Creates a new organization, so that nothing is known about its EHR yet. */
  const prepare = async (seed: Seed): Promise<{ id: string; ehr: Sandbox }> => {
    serial += 1;
    const id = `seeded-${serial}`;
    const ehr = await world.addSandbox(id, { ...options.sandbox, ...seed.sandbox });
    extra.push(ehr);
    const usual = { frameAncestors: [ehr.origin] };
    await world.setOrganization(id, usual, ehr);
    if (seed.isProven) await prove(id, ehr);
    if (seed.settings) await world.setOrganization(id, { ...usual, ...seed.settings }, ehr);
    if (seed.isDisabled) await world.disableOrganization(id);
    if (seed.registered) {
      const app = {
        launchUrl: `${world.url}/smart/launch?orgId=${id}`,
        redirectUri: `${world.url}/smart/callback`,
        jwksUrl: `${world.url}/.well-known/jwks.json`,
        clientId: 'vectorcare-test',
      };
      ehr.configureApp({ ...app, ...seed.registered });
    }
    if (seed.fault) ehr.faults.set(...([seed.fault].flat() as [FaultName, FaultValue?]));
    return { id, ehr };
  };

  const launchFrom = (ehr: Sandbox, { launch, browser }: Pick<Seed, 'launch' | 'browser'>): Promise<Visit> => {
    const url = new URL(ehr.launch('pat-ada'));
    launch?.(url);
    return world.browser(browser).open(url.href);
  };

  /** Reads the inspector's page of the launch that ended in this answer. */
  const inspect = async (answer: Visit, id: string): Promise<Said> => {
    const code = supportCodeOf(answer);
    const list = `${world.url}/settings/launches`;
    const found = await operator.open(code ? `${list}?code=${code}` : `${list}?organization=${id}`);
    const href =
      /\/settings\/launches\/[\da-f-]{36}/.exec(found.url)?.[0] ??
      /\/settings\/launches\/[\da-f-]{36}/.exec(found.body)?.[0];
    const { body } = await operator.visit(`${world.url}${href ?? '/no-launch'}`);
    const box = /<section class="notice explanation"[\s\S]*?<\/section>/.exec(body)?.[0] ?? '';
    const warned = /trace-step trace-warning" data-step="([^"]+)"/.exec(body)?.[1];
    const reached = [...body.matchAll(/trace-step trace-(?:passed|warning)" data-step="([^"]+)"/g)].at(-1)?.[1];
    return {
      step: /data-step="([^"]+)" aria-current="step"/.exec(body)?.[1] ?? warned ?? reached,
      rule: /data-rule="([^"]+)"/.exec(box)?.[1],
      owner: /class="owner">([^<]+)</.exec(box)?.[1],
      words: box.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' '),
      page: body,
      shown: answer.body.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' '),
    };
  };

  return {
    world: () => world,
    /** Launches with the seed, and reads what the inspector says. */
    launchWith: async (seed: Seed): Promise<Said> => {
      const { id, ehr } = await prepare(seed);
      return inspect(await launchFrom(ehr, seed), id);
    },
    /** Checks the connection with the seed; returns the rows that need work. */
    checkWith: async (seed: Seed): Promise<{ open: CheckResult[]; allPassed: boolean; suggestions: Suggestion[] }> => {
      const { id } = await prepare(seed);
      const organization = await world.dependencies.directory.find(id);
      if (!organization) throw new Error(`no organization ${id}`);
      const checking = runChecks(
        { fhirUrl: organization.fhirBaseUrl, organization, asksSignIn: true },
        world.dependencies.checks,
      );
      const { results, summary } = await checking.finished;
      const open = results.filter(({ verdict }) => verdict === 'failure' || verdict === 'warning');
      return { open, allPassed: summary.allPassed, suggestions: summary.suggestions };
    },
    prepare,
    launchFrom,
    inspect,
  };
}

const WORD_FOR_OPERATOR: Partial<Record<Owner, string>> = {
  'Your administrator': 'The organization’s administrator',
  VectorCare: 'You',
};

/** Advice that loosens security, with the only rules that may give it. */
const RELAXATIONS: readonly (readonly [RegExp, ...Rule[]])[] = [
  [/accept its absence|without nonce/i, 'id-token.nonce-missing'],
  [/Issuers of id_tokens/, 'issuer.setting-differs', 'id-token.issuer-of-ehr'],
  [/Extra hosts/, 'discovery.endpoint-other-host'],
  [/Kinds of EHR users/, 'user.other-kind'],
  [/orders of the EHR in the request list/, 'fhir.search-absent'],
  [/Client ID in token|client ID in token/, 'client.id-not-sent', 'client.id-sent'],
];

/** Expects the step, the rule with its owner and remedy, and no advice of another rule. */
export function expectSaid(said: Said, step: string, rule: Rule): void {
  const { owner } = ruleRows[rule];
  expect({ step: said.step, rule: said.rule, owner: said.owner }).toEqual({
    step,
    rule,
    owner: WORD_FOR_OPERATOR[owner] ?? owner,
  });
  expect(said.words).not.toMatch(/\{|\}|undefined|\(not known\)/);
  expectNoOthersAdvice(said.words, rule);
  expect(said.shown).not.toMatch(/add its FHIR URL|prove who you are/i);
}

/** Expects no advice that loosens security, except the rule's own. */
export function expectNoOthersAdvice(words: string, rule: Rule): void {
  for (const [relaxation, ...allowed] of RELAXATIONS)
    if (!allowed.includes(rule)) expect(words).not.toMatch(relaxation);
}

/** Expects one failed row, or without failures one row that needs work, with the rule's owner and remedy. */
export function expectRow(open: readonly CheckResult[], id: string, rule: Rule): void {
  const { owner, remedy } = ruleRows[rule];
  const failures = open.filter(({ verdict }) => verdict === 'failure');
  const seen = failures.length > 0 ? failures : open;
  expect(seen.map((row) => ({ id: row.id, owner: row.owner }))).toEqual([{ id, owner }]);
  const [start = ''] = remedy.split('{');
  expect(seen[0]?.remedy.startsWith(start)).toBe(true);
  expect(`${seen[0]?.found} ${seen[0]?.remedy}`).not.toMatch(/Launches work without|undefined|portal, not a FHIR/);
  expect(seen[0]?.remedy).not.toMatch(/[{}]/);
}
