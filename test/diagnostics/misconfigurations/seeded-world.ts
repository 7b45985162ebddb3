/** One misconfiguration at a time, and what the product says of it by itself: on the page of the launch and in the checks. */
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

/** How the EHR, the settings or the launch are wrong; everything else is right. */
export interface Seed {
  /** Settings of the organization. */
  settings?: Record<string, unknown>;
  fault?: FaultName | readonly [FaultName, FaultValue];
  /** The EHR's own registration of the app. */
  registered?: { clientId?: string; redirectUri?: string; jwksUrl?: string };
  /** The EHR is another kind of server. */
  sandbox?: Partial<SandboxOptions>;
  /** The launch URL as it is opened. */
  launch?: (url: URL) => void;
  browser?: BrowserOptions;
  /** Before the launch the organization's connection was checked and found good. */
  isProven?: true;
  isDisabled?: true;
}

/** What the page of a launch says. */
export interface Said {
  step: string | undefined;
  rule: string | undefined;
  owner: string | undefined;
  /** Cause and remedy as a reader sees them. */
  words: string;
  /** What the user read. */
  shown: string;
  /** The whole page of the launch. */
  page: string;
}

let serial = 0;

/** A world for a file, signed in as an administrator's operator; with `seed` it becomes wrong in one way. */
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

  /** Launches once; what a launch has found of its EHR is saved beside it. */
  const prove = async (id: string, ehr: Sandbox): Promise<void> => {
    await launchFrom(ehr, {});
    const store = createOrganizationStore(world.dependencies.database.db);
    await vi.waitUntil(async () => (await store.find(id))?.discovered);
    await world.dependencies.directory.refresh(id);
  };

  /** An organization of its own, so that nothing is known of its EHR yet. */
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

  /** The page of the launch that this answer came of. */
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
    /** Checks the connection with the seed: the rows that need work. */
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

/** Advice that loosens a rule, by the only rules it may belong to. */
const RELAXATIONS: readonly (readonly [RegExp, ...Rule[]])[] = [
  [/accept its absence|without nonce/i, 'id-token.nonce-missing'],
  [/Issuers of id_tokens/, 'issuer.setting-differs', 'id-token.issuer-of-ehr'],
  [/Extra hosts/, 'discovery.endpoint-other-host'],
  [/Kinds of EHR users/, 'user.other-kind'],
  [/EHR orders/, 'fhir.search-absent'],
  [/Client ID in token|client ID in token/, 'client.id-not-sent', 'client.id-sent'],
];

/** The right step, the right rule with its owner and remedy, and no advice that belongs to another. */
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

/** No text but the rule's own may loosen a rule. */
export function expectNoOthersAdvice(words: string, rule: Rule): void {
  for (const [relaxation, ...allowed] of RELAXATIONS)
    if (!allowed.includes(rule)) expect(words).not.toMatch(relaxation);
}

/** The one row that needs work, or none; its owner and remedy are the rule's. */
export function expectRow(open: readonly CheckResult[], id: string, rule: Rule): void {
  const { owner, remedy } = ruleRows[rule];
  const failures = open.filter(({ verdict }) => verdict === 'failure');
  const seen = failures.length > 0 ? failures : open;
  expect(seen.map((row) => ({ id: row.id, owner: row.owner }))).toEqual([{ id, owner }]);
  const [start = ''] = remedy.split('{');
  expect(seen[0]?.remedy.startsWith(start)).toBe(true);
  expect(`${seen[0]?.found} ${seen[0]?.remedy}`).not.toMatch(/Launches work without|undefined|portal, not a FHIR/);
}
