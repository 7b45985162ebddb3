/** The id and the secret of a launch, which every instance derives alike from its transaction (CB-19). */
import { expect, test } from 'vitest';
import { createSealer } from '#src/adapters/seal.ts';
import { completionsOf } from '#src/launches/session/transaction.ts';

test('the id of a launch, which is public, has no part of its secret; after a rotation both are found again', () => {
  const key = { state: 'a state', secret: 'a secret' };
  const [older, newer] = ['older secret', 'newer secret'];
  const [before] = completionsOf(key, createSealer([older]));
  const after = completionsOf(key, createSealer([newer, older]));
  expect(after[1]).toEqual(before);
  expect(new Set(after.map(({ launchId }) => launchId)).size).toBe(2);
  for (const { launchId, secret } of after) {
    expect([launchId.length, secret.length]).toEqual([22, 43]);
    for (let at = 0; at + 6 <= 22; at += 1) expect(secret).not.toContain(launchId.slice(at, at + 6));
  }
});
