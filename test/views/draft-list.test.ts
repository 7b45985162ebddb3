/** The sentence under the drafts of a patient. */
import { expect, test } from 'vitest';
import { draftList } from '#views/requests/draft-list.ts';

const frame = { base: '/launches/1', csrfToken: 't', timeZone: 'UTC', most: 3 };
const draft = {
  what: 'Ride',
  needed: undefined,
  begun: new Date('2026-11-22T10:00:00Z'),
  corrects: undefined,
  mayBeSent: false,
};

test.for<[number, string]>([
  [1, 'Only you see it. It is kept for three days.'],
  [2, 'Only you see them. They are kept for three days.'],
  [3, 'Only you see them. They are kept for three days. At most 3 are kept: a new one replaces the oldest.'],
])('%s drafts: "%s"', ([count, words]) => {
  const drafts = Array.from({ length: count }, (_, index) => ({ ...draft, name: `form-${index}` }));
  expect(String(draftList(drafts, frame))).toContain(words);
});

test.for<[string, string]>([
  ['<b>Ride', 'Correction of <bdi>&lt;b&gt;Ride</bdi> · Begun'],
  ['Ride', '>Correction · Begun'],
])('a correction of "%s" says so, once', ([corrects, words]) => {
  expect(String(draftList([{ ...draft, name: 'form', corrects }], frame))).toContain(words);
});

test.for<[number, number]>([
  [1, 1],
  [3, 3],
  [4, 2],
  [10, 2],
])('of %s drafts, %s stand open above the list', ([count, open]) => {
  const drafts = Array.from({ length: count }, (_, index) => ({ ...draft, name: `form-${index}` }));
  const page = String(draftList(drafts, frame));
  const [before = '', folded = ''] = page.split('class="more"');
  const draftsIn = (part: string) => part.split('class="draft-what"').length - 1;
  expect([draftsIn(before), draftsIn(folded)]).toEqual([open, count - open]);
  expect(page.includes(`${count - open} more</summary>`)).toBe(count > open);
});
