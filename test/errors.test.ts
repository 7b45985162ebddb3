/**
 * The table of errors: every code has a status, words that each audience can act on, a cause, an owner and a remedy.
 */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { ErrorRow } from '#src/errors/error-row.ts';
import { ehrTeam } from '#src/errors/rules/rule-row.ts';
import { isRule, ruleRows, rules } from '#src/errors/rules/table.ts';
import { AppError, describeError, errorCodes, errorRows } from '#src/errors.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const product = globSync('src/**/*.ts', { cwd: root }).filter((file) => !/^src\/errors[./]/.test(file));
const source = product.map((file) => readFileSync(`${root}${file}`, 'utf8')).join('\n');

/** Words that a nurse need not know. They belong in causes and remedies, which the inspector shows. */
const TECHNICAL =
  /\b(?:orgId|client ID|JWKS|UR[IL]s?|scopes?|id_token|tokens?|issuers?|iss|SMART|FHIR|OAuth2?|certificates?|regist\w+|keys?|metadata|servers?|standalone|endpoints?|configur\w+|frames?|launch(?:es|ed)?|context|Settings|wildcards?|EHR team|IT team|your administrator)\b|patient\/|_/i;

/** These errors say to every audience where the app may be opened instead. */
const NAMES_THE_CHART = new Set(['launch.standalone-off', 'launch.standalone-parameters', 'launch.cookies-blocked']);

describe.for(errorCodes)('%s', (code) => {
  const { owner, causes, remedy } = errorRows[code];
  const { status, title, help } = describeError(code);

  test('has a status that its page may have', () => {
    expect([400, 401, 403, 404, 405, 409, 413, 429, 500, 502, 503, 504]).toContain(status);
  });

  test('says what happened and what to do, in sentences without codes or punctuation errors', () => {
    expect(title).toMatch(/^[A-Z][^<>{}]{8,70}[^.:!]$/);
    expect(help).toMatch(/^[A-Z].{20,}[.:]$/s);
    expect(`${title} ${help}`).not.toMatch(/undefined|null|[{}]|https?:/);
  });

  test.for(['standalone', 'settings'] as const)('does not advise the audience %s to open a chart', (audience) => {
    const words = describeError(code, audience);
    expect(words.status).toBe(status);
    expect(words.help).toMatch(/^[A-Z].{10,}[.:]$/s);
    expect(words.help).not.toMatch(/[{}]/);
    const isOfAudience = audience === 'standalone' || errorRows[code].standalone === undefined;
    if (isOfAudience && !NAMES_THE_CHART.has(code))
      expect(`${words.title}. ${words.help}`).not.toMatch(/open the app|from (the|a) (patient's )?chart/i);
  });

  test('addresses clinicians in their own words', () => {
    const isForAdministrators = /^(?:settings|admin)\./.test(code);
    if (isForAdministrators) return;
    for (const audience of ['chart', 'standalone'] as const) {
      const words = describeError(code, audience, undefined, 'Service Desk');
      expect(`${words.title}. ${words.help}`).not.toMatch(TECHNICAL);
      expect(words.help).not.toMatch(/your help desk|[{}]/);
    }
  });

  test('names a cause, an owner and a remedy', () => {
    expect(owner).toMatch(/^[A-Z]/);
    for (const cause of causes) expect(cause).toMatch(/^(?:[A-Z]|iss |smart-configuration ).*[^.]$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
  });

  test('is thrown by the product', () => {
    expect(source).toContain(`'${code}'`);
  });

  test('an AppError of it carries the status and keeps cause and extras for the log', () => {
    const cause = new Error('below');
    const error = new AppError(code, 'which rule', { cause, shown: 'more words', retryAfterSeconds: 7 });
    expect(error).toMatchObject({ name: 'AppError', message: 'which rule', status, cause, shown: 'more words' });
    expect(error.retryAfterSeconds).toBe(7);
  });
});

test('the advice of a rule that replaces its code’s advice is in a clinician’s words too', () => {
  const advice = rules.flatMap((rule) => describeError('token.failed', 'chart', rule).help);
  expect(advice.filter((help) => TECHNICAL.test(help) || /[{}]/.test(help))).toEqual([]);
});

test.for([
  ['a cause alone', 'Cause'],
  ['no cause', '\nRemedy.'],
  ['an empty help', 'Cause\nRemedy.\n'],
  ['four lines', 'Cause\nRemedy.\nHelp.\nMore.'],
] as const)('a text of a rule with %s stops the app as it starts', ([, text]) => {
  const of = (words: string) => ehrTeam(Object.assign([words], { raw: [words] }));
  expect(() => of(text)).toThrow('Not two or three lines');
  expect(of('Cause\nRemedy.\nHelp.')).toMatchObject({ cause: 'Cause', remedy: 'Remedy.', help: 'Help.' });
});

test('a row without a cause does not type-check', () => {
  const row = { status: 400, title: 'Title', help: 'Help.', owner: 'EHR team', remedy: 'Do this.' } as const;
  // @ts-expect-error -- the causes are absent
  const without: ErrorRow = row;
  // @ts-expect-error -- the causes are empty
  const empty: ErrorRow = { ...row, causes: [] };
  expect([without, empty]).toHaveLength(2);
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

test('two failures look the same to the user only if their advice is the same', () => {
  const byTitle = Map.groupBy(errorCodes, (code) => `${describeError(code).title} ${describeError(code).status}`);
  const doubled = [...byTitle.values()].filter(
    (codes) => new Set(codes.map((code) => describeError(code).help)).size > 1,
  );
  expect(doubled).toEqual([]);
});

test('advice beside a button that tries again does not ask for another launch', () => {
  const codesOfReload = errorCodes.filter((code) => errorRows[code].canReload ?? errorRows[code].status >= 500);
  const advice = [
    ...codesOfReload.map((code) => describeError(code, 'chart', undefined, undefined, true).help),
    ...rules.map((rule) => describeError('patient.timeout', 'chart', rule, undefined, true).help),
  ];
  expect(advice).toContain('Try again. If it is as slow again, give the support code to your help desk.');
  expect(advice.filter((help) => /open the app again from/i.test(help))).toEqual([]);
});

test('one name is one thing: an error has the name of a rule only where that rule explains it first', () => {
  const shared = errorCodes.filter((code) => isRule(code));
  expect(shared).not.toEqual([]);
  for (const code of shared) expect(errorRows[code].causes[0]).toBe(isRule(code) && ruleRows[code].cause);
});
