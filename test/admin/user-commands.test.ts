/** `npm run admin -- user …`, as an operator types it, and the first operator from the environment. */
import { describe, expect, test } from 'vitest';
import { openDatabase } from '#src/adapters/database/index.ts';
import { isPassword } from '#src/admin/password.ts';
import { readUserCommand } from '#src/admin/user-commands.ts';
import { createUserStore } from '#src/admin/user-store.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { PASSWORD, resultOf, signIn, usersOf } from '#test/helpers/administrators.ts';
import { runProgram } from '#test/helpers/command-line.ts';
import { createPostgresDatabase, hasPostgres } from '#test/helpers/databases.ts';
import { startWorld, useWorld } from '#test/helpers/world.ts';

test.runIf(await hasPostgres())('add reads a password from standard input and does not print it', async () => {
  const { url, drop } = await createPostgresDatabase();
  const env = {
    DATABASE_URL: url,
    APP_SECRETS: 'a secret of at least thirty-two characters',
    PUBLIC_URL: 'https://app.example',
  };
  const args = ['user', 'add', 'piped@example.com', '--role', 'operator', '--password-stdin', '--json'];
  const { code, stdout } = await runProgram(env, args, `${PASSWORD}\n`);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ email: 'piped@example.com', role: 'operator', organizationId: null });
  expect(stdout).not.toContain(PASSWORD);
  const database = await openDatabase({ databaseUrl: url, dataDir: '' });
  const stored = await createUserStore(database.db).findByEmail('piped@example.com');
  expect(await isPassword(PASSWORD, stored?.passwordHash ?? undefined)).toBe(true);
  expect(stored?.mustChangePassword).toBe(true);
  await database.close();
  await drop();
});

describe('the user commands', () => {
  const world = useWorld();
  let input = '';
  const user = (...args: string[]) => {
    const { dependencies } = world;
    const { db } = dependencies.database;
    return readUserCommand(args)({
      users: createUserStore(db),
      organizations: createOrganizationStore(db),
      readInput: async () => input,
      ...dependencies,
    });
  };

  test('add prints a one-time password, and only there', async () => {
    const { exitCode, text, json } = await user('add', 'Ada@Example.com', '--role', 'operator');
    expect(exitCode).toBe(0);
    expect(text + JSON.stringify(json)).not.toMatch(/argon2|passwordHash/);
    const password = /One-time password: (\S+)/.exec(text)?.[1] ?? '';
    const stored = await usersOf(world).findByEmail('ada@example.com');
    expect(stored).toMatchObject({ role: 'operator', organizationId: null, mustChangePassword: true });
    expect(await isPassword(password, stored?.passwordHash ?? undefined)).toBe(true);
    await expect(user('add', 'ada@example.com', '--role', 'operator')).rejects.toThrow('exists already');
  });

  test('an administrator belongs to one organization, and signs in', async () => {
    const args = ['add', 'admin@example.com', '--role', 'admin', '--org', 'st-elsewhere'];
    const { json } = await user(...args);
    expect(json).toMatchObject({ role: 'administrator', organizationId: 'st-elsewhere' });
    const { oneTimePassword } = json as { oneTimePassword: string };
    expect(resultOf((await signIn(world, 'admin@example.com', oneTimePassword)).answer)).toBe(303);
  });

  test('reset prints a new one-time password, and ends their sessions', async () => {
    await user('add', 'ben@example.com', '--role', 'operator');
    const before = await usersOf(world).findByEmail('ben@example.com');
    const { oneTimePassword } = (await user('reset', 'ben@example.com')).json as { oneTimePassword: string };
    const reset = await usersOf(world).findByEmail('ben@example.com');
    expect(reset?.sessionGeneration).toBe((before?.sessionGeneration ?? 0) + 1);
    expect(await isPassword(oneTimePassword, reset?.passwordHash ?? undefined)).toBe(true);
  });

  test.for([
    ['no command', [], 'user add <email>'],
    ['no address', ['add', '--role', 'operator'], '<email> is missing'],
    ['an address that is none', ['add', 'ada', '--role', 'operator'], 'is not an e-mail address'],
    ['no role', ['add', 'x@example.com'], '--role: must be operator or admin'],
    ['an unknown role', ['add', 'x@example.com', '--role', 'root'], '--role: must be operator or admin'],
    ['an administrator of nothing', ['add', 'x@example.com', '--role', 'admin'], '--org: is required'],
    [
      'an operator of one',
      ['add', 'x@example.com', '--role', 'operator', '--org', 'a'],
      '--org: is for administrators',
    ],
    ['an unknown organization', ['add', 'x@example.com', '--role', 'admin', '--org', 'no'], 'There is no organization'],
    ['a weak password', ['add', 'x@example.com', '--role', 'operator', '--password-stdin'], 'at least 12'],
    ['a password for all to see', ['add', 'x@example.com', '--role', 'operator', '--password', 'p'], '--password'],
    ['an unknown user', ['reset', 'nobody@example.com'], 'There is no user nobody@example.com'],
  ] as const)('%s is refused and changes nothing', async ([, args, reason]) => {
    input = 'short';
    await expect((async () => user(...args))()).rejects.toThrow(reason);
    expect(await usersOf(world).findByEmail('x@example.com')).toBeUndefined();
  });
});

describe('the first operator from the environment', () => {
  const bootstrap = { BOOTSTRAP_OPERATOR_EMAIL: 'First@Example.com', BOOTSTRAP_OPERATOR_PASSWORD: 'choose me at once' };

  test('signs in once with it, and has to choose a new password', async () => {
    const world = await startWorld({ env: bootstrap });
    const { browser, answer } = await signIn(world, 'first@example.com', 'choose me at once');
    expect(answer.status).toBe(303);
    const settings = await browser.visit(`${world.url}/settings`);
    expect(settings.headers['location']).toBe('/settings/account');
    expect(world.logLines.join('')).not.toContain('choose me at once');
    expect(resultOf((await signIn(world, 'first@example.com', 'choose me at once')).answer)).toBe('refused');
    await world.close();
  });

  test('its password stops working after three days', async () => {
    let now = Date.now();
    const world = await startWorld({ env: bootstrap, clock: () => new Date(now) });
    now += 3 * 86_400_000;
    expect(resultOf((await signIn(world, 'first@example.com', 'choose me at once')).answer)).toBe('refused');
    await world.close();
  });

  test.for(['Password1234', 'changeme-changeme', 'first@example.com', '123456789012'])(
    'is not created with %s',
    async (password) => {
      const env = { ...bootstrap, BOOTSTRAP_OPERATOR_PASSWORD: password };
      await expect(startWorld({ env })).rejects.toThrow('BOOTSTRAP_OPERATOR_PASSWORD: ');
    },
  );

  test('is created by one of several instances, and never again once an operator exists', async () => {
    const world = await startWorld();
    const users = usersOf(world);
    const password = { passwordHash: null, mustChangePassword: true, passwordExpiresAt: null };
    const attempts = ['a', 'b', 'c'].map((name) => users.addFirstOperator(`${name}@example.com`, password, new Date()));
    const made = (await Promise.all(attempts)).filter((user) => user !== undefined);
    expect(made).toHaveLength(1);
    expect(await users.addFirstOperator('d@example.com', password, new Date())).toBeUndefined();
    await world.close();
  });
});
