/** The catalogue of failures: every code leads to a status and to words a visitor can act on (ER-01). */
import { describe, expect, test } from 'vitest';
import { AppError, describeError, errorCodes } from '#src/errors.ts';

describe.for(errorCodes)('%s', (code) => {
  const { status, title, help } = describeError(code);

  test('has one of the statuses in use', () => {
    expect([400, 401, 403, 404, 405, 413, 414, 429, 500, 502, 503, 504]).toContain(status);
  });

  test('tells what happened and what to do, in sentences without code or punctuation accidents', () => {
    expect(title).toMatch(/^[A-Z][^<>{}]{8,70}[^.:!]$/);
    expect(help).toMatch(/^[A-Z].{20,}[.:]$/s);
    expect(`${title} ${help}`).not.toMatch(/undefined|null|\$\{|https?:/);
  });

  test('an AppError of it carries the status and keeps cause and extras for the log', () => {
    const cause = new Error('below');
    const error = new AppError(code, 'which rule', { cause, shown: 'more words', retryAfterSeconds: 7 });
    expect(error).toMatchObject({ name: 'AppError', message: 'which rule', status, cause, shown: 'more words' });
    expect(error.retryAfterSeconds).toBe(7);
  });
});

test.for([
  ['timeout', 504],
  ['unavailable', 503],
] as const)('a code that ends in %s has status %d', ([ending, status]) => {
  const codes = errorCodes.filter((code) => code.endsWith(`.${ending}`) || code.endsWith(`-${ending}`));
  expect(codes.length).toBeGreaterThan(2);
  const odd = codes.filter((code) => describeError(code).status !== status && code !== 'identity.keys-unavailable');
  expect(odd).toEqual([]);
});

test('no two failures look the same to the visitor unless they ask for the same', () => {
  const byTitle = Map.groupBy(errorCodes, (code) => `${describeError(code).title} ${describeError(code).status}`);
  const doubled = [...byTitle.values()].filter(
    (codes) => new Set(codes.map((code) => describeError(code).help)).size > 1,
  );
  expect(doubled).toEqual([]);
});
