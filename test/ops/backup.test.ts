/** docs/operations.md, "Back up and restore" and "Rotate keys and secrets", as an operator types them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runAdmin } from '#test/helpers/command-line.ts';
import { createPostgresDatabase, hasPostgres } from '#test/helpers/databases.ts';

const SECRET = 'a secret of at least thirty-two characters';
const GENERAL = ['--name', 'General Hospital', '--fhir-url', 'https://ehr.example/fhir', '--client-id', 'abc'];

const tool = (name: 'pg_dump' | 'psql', args: string[], input?: Buffer) =>
  execFileSync(name, args, input === undefined ? {} : { input });

const hasTools = (() => {
  try {
    return tool('pg_dump', ['--version']).length > 0;
  } catch {
    return false;
  }
})();

async function deployment() {
  const { url, drop } = await createPostgresDatabase();
  onTestFinished(drop);
  const admin = (secrets: string, ...args: string[]) =>
    runAdmin({ APP_SECRETS: secrets, PUBLIC_URL: 'https://app.example', DATABASE_URL: url }, args);
  return { url, admin };
}

const kidsOf = (stdout: string) => (JSON.parse(stdout) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);

describe.runIf((await hasPostgres()) && hasTools)('a backup', () => {
  test('restores organizations and keys with the secrets of the time, and reports missing secrets', async () => {
    const old = await deployment();
    await old.admin(SECRET, 'organization', 'set', 'general', ...GENERAL);
    await old.admin(SECRET, 'keys', 'rotate');
    const restored = await deployment();
    const dump = tool('pg_dump', ['--no-owner', old.url]);
    tool('psql', ['--quiet', '--set', 'ON_ERROR_STOP=1', restored.url], dump);

    const organization = await restored.admin(SECRET, 'organization', 'export', 'general');
    expect(organization.stdout).toBe((await old.admin(SECRET, 'organization', 'export', 'general')).stdout);
    const kids = kidsOf((await restored.admin(SECRET, 'keys', 'list', '--json')).stdout);
    expect(kids).toHaveLength(2);
    expect(kids).toEqual(kidsOf((await old.admin(SECRET, 'keys', 'list', '--json')).stdout));
    expect((await restored.admin(SECRET, 'doctor')).stdout).toMatch(/^ok +signing keys/m);
    const forgotten = await restored.admin('another secret of thirty-two or more characters', 'doctor');
    expect(forgotten.stdout).toMatch(/^failed +signing keys/m);
  });

  test('secrets and keys are rotated by the steps of the documentation, and doctor says when the old secret may be removed', async () => {
    const { admin } = await deployment();
    const next = 'the next secret of at least thirty-two characters';
    const kids = async (secrets: string) => kidsOf((await admin(secrets, 'keys', 'list', '--json')).stdout);
    const doctor = async (secrets: string) => (await admin(secrets, 'doctor')).stdout;
    await admin(SECRET, 'keys', 'rotate');
    const old = await kids(SECRET);
    for (const secrets of [`${SECRET},${next}`, `${next},${SECRET}`])
      expect(await doctor(secrets)).toMatch(/^ok +signing keys/m);
    await admin(`${next},${SECRET}`, 'keys', 'rotate');
    // It is too early, because keys that were made under the old secret are still published.
    expect(await doctor(next)).toMatch(/^failed +signing keys/m);
    for (const kid of old) await admin(`${next},${SECRET}`, 'keys', 'retire', kid, '--force');
    // A compromised key is removed from every instance two seconds later.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect(await doctor(next)).toMatch(/^ok +signing keys/m);
    const left = await kids(next);
    expect([left.length, left.filter((kid) => old.includes(kid))]).toEqual([2, []]);
  });

  test('the documentation has the steps of this test', () => {
    const steps = readFileSync('docs/operations.md', 'utf8');
    for (const command of [
      'pg_dump --no-owner "$DATABASE_URL"',
      'psql --quiet --set ON_ERROR_STOP=1',
      'admin -- doctor',
      'admin -- keys rotate',
      'admin -- keys retire',
    ])
      expect(steps).toContain(command);
  });
});
