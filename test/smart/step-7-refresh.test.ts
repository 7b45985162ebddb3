/** When a token is renewed (RF-05). */
import { expect, test } from 'vitest';
import { needsRefresh } from '#src/smart/step-7-refresh.ts';

const issuedAt = new Date('2026-11-22T08:00:00Z');
const after = (seconds: number) => new Date(issuedAt.getTime() + seconds * 1_000);

test.for([
  ['80 % of an hour', 3_600, 30, 2_880],
  ['80 % of Oracle’s 570 seconds', 570, 30, 456],
  ['80 % of five minutes', 300, 30, 240],
  ['a minute and a half before the end of five minutes', 300, 90, 210],
  ['ten minutes before the end of an hour stays 80 %', 3_600, 600, 2_880],
  ['ten minutes before the end of 45', 2_700, 600, 2_100],
  ['half of a life shorter than twice the margin', 570, 600, 285],
  ['half of 40 seconds', 40, 30, 20],
  ['at once when there is no life at all', 0, 30, 0],
] as const)('RF-05: %s', ([, life, margin, due]) => {
  const token = { issuedAt, expiresAt: after(life) };
  expect(needsRefresh(token, margin, after(due))).toBe(true);
  expect(needsRefresh(token, margin, after(due - 1))).toBe(false);
});

test('TK-12: a token without a known expiry is used until the FHIR server refuses it', () => {
  expect(needsRefresh({ issuedAt, expiresAt: undefined }, 600, after(1_000_000))).toBe(false);
});
