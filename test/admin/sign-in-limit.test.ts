/** Wrong passwords are bounded without handing outsiders a way to lock people out. */
import { expect, test } from 'vitest';
import { createMemoryStore } from '#src/adapters/redis.ts';
import { createSignInLimit } from '#src/admin/sign-in-limit.ts';

const refused = { code: 'admin.too-many-attempts' };

test('ten wrong passwords from one address lock the account for that address, not for its owner elsewhere', async () => {
  const limit = createSignInLimit(createMemoryStore(() => new Date()));
  for (let attempt = 0; attempt < 10; attempt += 1) await limit.begin('nurse@example.com', '192.0.2.1');
  await expect(limit.begin('nurse@example.com', '192.0.2.1')).rejects.toMatchObject(refused);
  await limit.begin('nurse@example.com', '198.51.100.7');
});

test('many addresses together guess an account no more than fifty times', async () => {
  const limit = createSignInLimit(createMemoryStore(() => new Date()));
  for (let attempt = 0; attempt < 50; attempt += 1) await limit.begin('nurse@example.com', `192.0.2.${attempt}`);
  await expect(limit.begin('nurse@example.com', '203.0.113.9')).rejects.toMatchObject(refused);
});
