/** The connection check in the terminal: text for people, JSON for machines, exit code 0 or 1. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '#sandbox/sandbox.ts';
import { runAdmin } from '#test/helpers/command-line.ts';
import { lendCommandDatabase } from '#test/helpers/databases.ts';

const { env, giveBack } = await lendCommandDatabase();
let sandbox: Sandbox;
beforeAll(async () => {
  const app = { launchUrl: 'https://a/', redirectUri: 'https://a/c', jwksUrl: 'https://a/j', clientId: 'a' };
  sandbox = await startSandbox({ app });
  const given = ['--name', 'General', '--fhir-url', sandbox.fhirBase, '--client-id', 'abc'];
  await admin('organization', 'set', 'general', ...given);
});
afterEach(() => sandbox.faults.clear());
afterAll(async () => {
  await sandbox.close();
  await giveBack();
});

const admin = (...args: string[]) => runAdmin({ ...env, PUBLIC_URL: 'http://localhost:1' }, args);

test('check <fhirUrl> prints every row, the verdict and the corrections of the URL, and exits with 0', async () => {
  const { code, stdout } = await admin('check', `${sandbox.fhirBase}/`);
  expect(code).toBe(0);
  expect(stdout).toContain('Removed the slash at the end');
  expect(stdout).toContain('1. {FHIR URL}/.well-known/smart-configuration is reachable: ');
  expect(stdout).toContain('All checks passed');
});

test('a failing check prints reason, owner and remedy, and exits with 1', async () => {
  sandbox.faults.set('discovery-no-asymmetric');
  const { code, stdout, stderr } = await admin('check', sandbox.fhirBase, '--org', 'general');
  expect(code).toBe(1);
  expect(stdout).toContain('FAILURE  The app may authenticate with private_key_jwt');
  expect(stdout).toContain('EHR team: Allow private_key_jwt');
  expect(stdout).toContain('Not usable yet');
  expect(stderr).not.toContain('FAILURE');
});

test('--json prints JSON and has the same exit code', async () => {
  sandbox.faults.set('jwks-500');
  const { code, stdout } = await admin('check', sandbox.fhirBase, '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ summary: { allPassed: false, hardFailures: ['guide-jwks'] } });
});

test('organization check <orgId> checks the connection in use', async () => {
  const { code, stdout } = await admin('organization', 'check', 'general', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ fhirUrl: sandbox.fhirBase, verdict: 'All checks passed' });
});

test.for([
  ['an address that may not be called', ['check', 'http://169.254.169.254/'], 1, 'private'],
  ['an unknown organization', ['check', 'https://ehr.example/fhir', '--org', 'nobody'], 1, 'no organization "nobody"'],
  ['no URL', ['check'], 2, '<fhirUrl> is missing'],
] as const)('%s', async ([, args, exitCode, words]) => {
  const { code, stderr } = await admin(...args);
  expect(code).toBe(exitCode);
  expect(stderr).toContain(words);
});
