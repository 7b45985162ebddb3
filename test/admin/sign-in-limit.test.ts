/** Wrong passwords are limited, without a way for strangers to lock users out. */
import { expect, test } from 'vitest';
import { createMemoryStore } from '#src/adapters/redis/memory.ts';
import { createSignInLimit } from '#src/admin/sign-in-limit.ts';

const refused = { code: 'admin.too-many-attempts' };

test('ten wrong passwords from one address lock the account for that address, not for its owner elsewhere', async () => {
  const limit = createSignInLimit(createMemoryStore(() => new Date()));
  for (let attempt = 0; attempt < 10; attempt += 1) await limit.begin('nurse@example.com', '192.0.2.1');
  await expect(limit.begin('nurse@example.com', '192.0.2.1')).rejects.toMatchObject(refused);
  await limit.begin('nurse@example.com', '198.51.100.7');
});

test('an IPv6 /64 is one visitor, and a /48 leaves most attempts of the account to others', async () => {
  const limit = createSignInLimit(createMemoryStore(() => new Date()));
  const guess = async (address: (index: number) => string) => {
    const tries = Array.from({ length: 200 }, (_unused, index) => limit.begin('nurse@example.com', address(index)));
    return (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled').length;
  };
  expect(await guess((index) => `2001:db8:1:1::${index}`)).toBe(10);
  expect(await guess((index) => `2001:db8:1:${index + 2}::1`)).toBe(10);
  await limit.begin('nurse@example.com', '198.51.100.7');
});

test('no number of strangers locks a known browser out, and the browser has a separate limit', async () => {
  const limit = createSignInLimit(createMemoryStore(() => new Date()));
  for (let attempt = 0; attempt < 50; attempt += 1) await limit.begin('nurse@example.com', `192.0.2.${attempt}`);
  for (let attempt = 0; attempt < 10; attempt += 1) await limit.begin('nurse@example.com', '192.0.2.1', 'at home');
  await expect(limit.begin('nurse@example.com', '192.0.2.1', 'at home')).rejects.toMatchObject(refused);
  await limit.begin('nurse@example.com', '192.0.2.1', 'at work');
});

test('an attempt that was not checked does not count', async () => {
  const limit = createSignInLimit(createMemoryStore(() => new Date()));
  for (let attempt = 0; attempt < 200; attempt += 1) {
    await limit.begin('nurse@example.com', '2001:db8::1');
    await limit.withdraw('nurse@example.com', '2001:db8::1');
    await limit.begin('nurse@example.com', '2001:db8::1', 'at home');
    await limit.withdraw('nurse@example.com', '2001:db8::1', 'at home');
  }
  await limit.begin('nurse@example.com', '2001:db8::1');
});

test('all addresses together have fifty attempts at an account', async () => {
  const limit = createSignInLimit(createMemoryStore(() => new Date()));
  for (let attempt = 0; attempt < 50; attempt += 1) await limit.begin('nurse@example.com', `192.0.2.${attempt}`);
  await expect(limit.begin('nurse@example.com', '203.0.113.9')).rejects.toMatchObject(refused);
});
