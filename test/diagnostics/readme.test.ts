/** The README's table of failures says what the launch inspector and the error pages say: the same owners and statuses. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { causesByCode } from '#src/diagnostics/inspector/causes.ts';
import { describeError, type ErrorCode } from '#src/errors.ts';

const readme = readFileSync(new URL('README.md', import.meta.resolve('#package')), 'utf8');
const rows = new Map(
  readme.split('\n').flatMap((line) => {
    const [, code, status, , owner] = line.split('|').map((cell) => cell.trim());
    return code?.startsWith('`') && /^\d{3}$/.test(status ?? '') ? [[code.slice(1, -1), { status, owner }]] : [];
  }),
);

test.for(Object.entries(causesByCode))('%s', ([code, { owner }]) => {
  expect(rows.get(code)).toEqual({
    status: String(describeError(code as ErrorCode).status),
    owner: expect.stringMatching(new RegExp(`^${owner}(?:[:;,]|$)`)),
  });
});
