/** Every regular expression of ours runs in linear time, because it reads what visitors and EHRs send. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseAst } from 'vitest/node';
import { slowness } from './helpers/regex-shape.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every regular expression literal of a file, as written. */
function literalsOf(file: string): { pattern: string; flags: string }[] {
  const found: { pattern: string; flags: string }[] = [];
  const text = readFileSync(`${root}${file}`, 'utf8');
  JSON.stringify(parseAst(text, { lang: 'ts' }), (key, value) => {
    if (key === 'regex') found.push(value);
    return typeof value === 'bigint' ? String(value) : value;
  });
  return found;
}

const literals = ['src', 'views'].flatMap((folder) =>
  globSync(`${folder}/**/*.ts`, { cwd: root })
    .toSorted()
    .flatMap((file) => literalsOf(file).map((literal) => ({ file, ...literal }))),
);

test('the sources contain regular expressions', () => expect(literals.length).toBeGreaterThan(150));

test.for(literals)('$file: /$pattern/$flags is linear', ({ pattern, flags }) => {
  expect(slowness(pattern, flags)).toBeUndefined();
});

describe('the rule finds', () => {
  test.for([
    '[>"\'`,;]+$',
    '\\/+$',
    '\\s+$',
    'a*b',
    '(a+)+$',
    '^(?:a+)*$',
    '^(?:[a-z]+,?)*$',
    '^\\s*x?\\s*$',
    '(?:a|b+)*c',
    '^.*,.*$',
  ])('%s', (pattern) => expect(slowness(pattern, '')).toBeDefined());

  test.for(['^[a-z]+$', '\\s+', '"[^"]*"', '^[a-z]+(?:,[a-z]+)*$', '^a{1,64}$', '\\?.*', '^([^=]*)=(.*)$'])(
    'nothing in %s',
    (pattern) => expect(slowness(pattern, '')).toBeUndefined(),
  );
});
