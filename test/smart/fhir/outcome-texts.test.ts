/** What an OperationOutcome says in words: plain, short and without what only a programmer reads. */
import { expect, test } from 'vitest';
import { outcomeTexts } from '#src/smart/fhir/outcome-texts.ts';

const issue = (change: object) => ({ severity: 'error', code: 'business-rule', ...change });

test.for<[string, unknown, string[]]>([
  ['words', issue({ details: { text: 'No open encounter' } }), ['No open encounter']],
  ['a display', issue({ details: { coding: [{ code: '59159', display: 'Not valid' }] } }), ['Not valid']],
  ['diagnostics', issue({ diagnostics: 'Priority asap is not offered' }), ['Priority asap is not offered']],
  [
    'both',
    issue({ details: { text: 'Content invalid' }, diagnostics: 'Priority missing' }),
    ['Content invalid', 'Priority missing'],
  ],
  ['the same twice', issue({ details: { text: 'Not valid' }, diagnostics: 'Not valid' }), ['Not valid']],
  ['more of the same', issue({ details: { text: 'Not valid' }, diagnostics: 'Not valid: code' }), ['Not valid: code']],
  [
    'a stack trace',
    issue({ diagnostics: 'NullPointerException\n\tat com.acme.Foo.bar(Foo.java:12)' }),
    ['NullPointerException'],
  ],
  ['a warning', issue({ severity: 'warning', diagnostics: 'Needs a cosign' }), ['Needs a cosign']],
  ['an information', issue({ severity: 'information', diagnostics: 'Created' }), []],
  ['many', ['a', 'b', 'c', 'd'].map((text) => issue({ diagnostics: `Rule ${text}` })), ['Rule a', 'Rule b', 'Rule c']],
  ['a long text', issue({ diagnostics: 'x'.repeat(5_000) }), [`${'x'.repeat(199)}…`]],
  ['a text that turns the line around', issue({ diagnostics: '\u202Eno\u0007 order' }), ['no order']],
  ['nothing', issue({ details: { text: 'unknown' }, diagnostics: ' ' }), []],
  ['junk', [null, 1, { severity: ['error'], details: 7, diagnostics: {} }], []],
])('%s', ([, given, texts]) => {
  expect(outcomeTexts({ resourceType: 'OperationOutcome', issue: given })).toEqual(texts);
});

test('of another resource nothing', () => {
  expect(outcomeTexts({ resourceType: 'Patient', issue: issue({ diagnostics: 'x' }) })).toEqual([]);
  expect(outcomeTexts('<html>')).toEqual([]);
});
