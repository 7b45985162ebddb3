/**
 * Seeds one misconfiguration at a time and reads what the product says about it: on the launch's page and in the
 * checks.
 */
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { FaultValue } from '#sandbox/fault-type.ts';
import type { FaultName } from '#sandbox/faults.ts';
import type { Sandbox } from '#sandbox/sandbox.ts';
import { type KeyProof, proveKey } from '#src/checks/key-proof.ts';
import type { CheckResult, Suggestion } from '#src/checks/rows/result.ts';
import { runChecks } from '#src/checks/run.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import { supportCodeOf, type TestBrowser, type Visit } from '#test/helpers/browser.ts';
import { startGateway } from '#test/helpers/servers/gateway.ts';
import { startWorld, type World, type WorldOptions } from '#test/helpers/world.ts';
import { expectNoOthersAdvice, expectRow, expectSaid, type Said } from './expectations.ts';
import { type Seed, seedOf, type Wrong } from './seeds.ts';

/** What else a launch says, and the row of the checks that has the same cause. */
interface Also {
  says?: RegExp;
  /** What the user reads. */
  shown?: RegExp;
  /** The row of the checks. */
  check?: string;
  found?: RegExp;
}

/** A misconfiguration and its cause; with a pattern for the words of the launch, or more. */
export type Case = readonly [name: string, wrong: Wrong, rule: Rule, also?: RegExp | Also];

let serial = 0;

const FORGET_SEEDED = sql.raw(
  `with ${['ehr_identities', 'clinicians', 'users']
    .map((table) => `of_${table} as (delete from ${table} where organization_id like 'seeded-%')`)
    .join(', ')} delete from organizations where id like 'seeded-%'`,
);

/** Starts a world for a test file, with a signed-in operator. A seed makes one organization of it wrong in one way. */
export function useSeededWorld(options: WorldOptions = {}) {
  let world: World;
  let operator: TestBrowser;
  let gateways: (() => void)[] = [];
  const ehrs: Sandbox[] = [];
  beforeAll(async () => {
    world = await startWorld(options);
    await addPerson(world, 'operator@example.com');
    operator = await signedIn(world, 'operator@example.com');
  });
  // A page of Settings reads all organizations: a file of a hundred seeds would read them ten thousand times.
  afterEach(async () => {
    for (const close of gateways) close();
    gateways = [];
    await Promise.all(ehrs.splice(0).map((ehr) => ehr.close()));
    await world.dependencies.database.db.execute(FORGET_SEEDED);
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
  const prepare = async (wrong: Wrong): Promise<{ id: string; ehr: Sandbox }> => {
    const seed = seedOf(wrong);
    serial += 1;
    const id = `seeded-${serial}`;
    const gateway = seed.gateway && (await startGateway(seed.gateway));
    if (gateway) gateways.push(gateway.close);
    const ehr = await world.addSandbox(id, { ...options.sandbox, ...gateway?.options, ...seed.sandbox });
    ehrs.push(ehr);
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
    const warnings = [...body.matchAll(/trace-step trace-warning" data-step="([^"]+)"[\s\S]*?<\/li>/g)];
    // A slow database is the machine's, not the seed's.
    const warned = warnings.find(([step]) => !step.includes('admitted unrecorded'))?.[1];
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

  /** Launches with the seed, and reads what the inspector says. */
  const launchWith = async (wrong: Wrong): Promise<Said> => {
    const { id, ehr } = await prepare(wrong);
    return inspect(await launchFrom(ehr, seedOf(wrong)), id);
  };

  /** Checks the connection with the seed; returns the rows that need work. */
  const checkWith = async (
    wrong: Wrong,
  ): Promise<{ open: CheckResult[]; allPassed: boolean; suggestions: Suggestion[] }> => {
    const { id } = await prepare(wrong);
    const organization = await world.dependencies.directory.find(id);
    if (!organization) throw new Error(`no organization ${id}`);
    const checking = runChecks(
      { fhirUrl: organization.fhirBaseUrl, organization, asksSignIn: true },
      world.dependencies.checks,
    );
    const { results, summary } = await checking.finished;
    const open = results.filter(({ verdict }) => verdict === 'failure' || verdict === 'warning');
    return { open, allPassed: summary.allPassed, suggestions: summary.suggestions };
  };

  /** Runs the key proof of an organization. */
  const proofWith = async (id: string): Promise<KeyProof> => {
    const organization = await world.dependencies.directory.find(id);
    if (!organization) throw new Error(`no organization ${id}`);
    const { dependencies } = world;
    return proveKey(organization, { ...dependencies, publicUrl: dependencies.config.publicUrl });
  };

  const expectCheck = async (wrong: Wrong, row: string, rule: Rule, found = /./) => {
    const { open, allPassed } = await checkWith(wrong);
    expectRow(open, row, rule);
    const one = open.find(({ id }) => id === row);
    expect(one?.found).toMatch(found);
    if (one?.verdict === 'failure') expect(allPassed).toBe(false);
    for (const { remedy } of open) expectNoOthersAdvice(remedy, rule);
  };

  return {
    world: () => world,
    launchWith,
    checkWith,
    proofWith,
    prepare,
    launchFrom,
    inspect,
    /** Launches with each seed: it stops at this step, for this rule. The checks name the same rule where they see it. */
    launchesSay: (step: string, cases: readonly Case[]) =>
      test.for(cases)(`${step}: %s`, async ([, wrong, rule, also = {}]) => {
        const { says = /./, shown = /./, check, found } = also instanceof RegExp ? { says: also } : also;
        const said = await launchWith(wrong);
        expectSaid(said, step, rule);
        expect(said.words).toMatch(says);
        expect(said.shown).toMatch(shown);
        if (check) await expectCheck(wrong, check, rule, found);
      }),
    /** Checks with each seed: only this row needs work, for this rule. */
    checksSay: (cases: readonly (readonly [name: string, wrong: Wrong, row: string, rule: Rule, found?: RegExp])[]) =>
      test.for(cases)('the checks: %s', ([, wrong, row, rule, found]) => expectCheck(wrong, row, rule, found)),
  };
}
