/** A page names the wait that the EHR asks for once, and only where it asks to try again. */
import { expect, test } from 'vitest';
import { waitText, withWait } from '#src/adapters/wait-text.ts';

test.for([
  ['The EHR is busy. Reload this page in a minute.', 'The EHR is busy. Reload this page in an hour.'],
  ['Try again in a moment. If it fails again, call.', 'Try again in an hour. If it fails again, call.'],
  ['Try again. If it fails again, call.', 'Try again, in an hour. If it fails again, call.'],
  ['Open the app again from the chart.', 'Open the app again from the chart, in an hour.'],
  ['Trying again does not help. Call.', 'Trying again does not help. Call.'],
  ['Call. Then try again.', 'Call. Then try again.'],
] as const)('%s', ([text, words]) => {
  expect(withWait(text, 3_600)).toBe(words);
  for (const short of [undefined, 1, 60]) expect(withWait(text, short)).toBe(text);
});

test.for([
  [1, '1 second'],
  [59, '59 seconds'],
  [61, '2 minutes'],
  [3_600, 'an hour'],
  [7_200, '120 minutes'],
  [7_201, '3 hours'],
  [86_400, '24 hours'],
] as const)('%i seconds are at most as long as the words', ([seconds, words]) => {
  expect(waitText(seconds)).toBe(words);
});
