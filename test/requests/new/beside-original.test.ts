/** The review of a correction says what each value was, once. */
import { expect, test } from 'vitest';
import { besideOriginal } from '#src/requests/new/beside-original.ts';

const chart = (text: string) => `Changed. The chart says: ${text}`;

test.for<[what: string, change: string | undefined, marks: (string | undefined)[]]>([
  ['a value that was typed', undefined, ['Changed. Before: Ward 3', undefined]],
  [
    'a value that was the chart’s and still is',
    chart('Ward 3'),
    ['Changed. Before, and in the chart: Ward 3', undefined],
  ],
  ['a value beside another one of the chart', chart('Ward 4'), ['Changed. Before: Ward 3', chart('Ward 4')]],
])('%s', ([, change, [before, changed]]) => {
  const now = [{ label: 'From', lines: [{ text: 'Home', change }] }];
  const [part] = besideOriginal(now, [{ label: 'From', lines: [{ text: 'Ward 3' }] }]);
  expect(part?.lines).toEqual([{ text: 'Home', before, change: changed }]);
});
