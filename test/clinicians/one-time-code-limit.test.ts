/** Wrong one-time codes are limited per launch and per EHR user, so that one user leaves tries to colleagues. */
import { expect, test } from 'vitest';
import { createMemoryStore } from '#src/adapters/redis/memory.ts';
import { createAssociationLimit } from '#src/clinicians/one-time-code.ts';

const refused = { code: 'user.too-many-tries' };

test('ten tries per launch, fifty per user over all launches, and other users are not affected', async () => {
  const limit = createAssociationLimit(createMemoryStore(() => new Date()));
  const tryOften = async (user: string, launches: number) => {
    const tries = Array.from({ length: launches * 20 }, (_unused, index) =>
      limit.begin('hospital', { user, launchId: `${user} ${index % launches}` }),
    );
    return (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled').length;
  };
  expect(await tryOften('one launch', 1)).toBe(10);
  expect(await tryOften('many launches', 100)).toBe(50);
  await expect(limit.begin('hospital', { user: 'many launches', launchId: 'new' })).rejects.toMatchObject(refused);
  await limit.begin('hospital', { user: 'colleague', launchId: 'theirs' });
});

test('a right code does not count as a try', async () => {
  const limit = createAssociationLimit(createMemoryStore(() => new Date()));
  for (let index = 0; index < 400; index += 1) {
    const by = { user: 'clinician', launchId: 'launch' };
    await limit.begin('hospital', by);
    await limit.succeed('hospital', by);
  }
});
