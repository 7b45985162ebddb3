/** `.env.example` is the operator's list of settings: it agrees with the schema. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { environmentSchema } from '#src/config/environment.ts';

const lines = () => readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');
/** `NAME=` or, for a setting with a default, `# NAME=`. */
const ASSIGNMENT = /^(?:#\s?)?([A-Z][A-Z0-9_]*)=/;
const nameOf = (line: string) => ASSIGNMENT.exec(line)?.[1];

test('the file has every variable of the schema exactly once, and no other', () => {
  const named = lines().flatMap((line) => nameOf(line) ?? []);
  expect(named.toSorted()).toEqual(Object.keys(environmentSchema.shape).toSorted());
});

test('each variable has a comment above it that explains it', () => {
  const all = lines();
  const bare = all.flatMap((line, index) => {
    const name = nameOf(line);
    const above = all[index - 1] ?? '';
    return name !== undefined && !(/^#\s+\S/.test(above) && nameOf(above) === undefined) ? [name] : [];
  });
  expect(bare).toEqual([]);
});

test('the example has no usable APP_SECRETS', () => {
  const secrets = lines().find((line) => nameOf(line) === 'APP_SECRETS');
  expect(secrets?.split('=')[1]).toBe('');
});
