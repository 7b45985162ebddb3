/** docs/rules.md holds every rule that the code cites and no other; readers of the product never see a rule's code. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('.', import.meta.resolve('#package')));
const textOf = (file: string) => readFileSync(`${root}${file}`, 'utf8');
const filesOf = (folders: string) => globSync(`{${folders}}/**/*.ts`, { cwd: root });

const CODE = /\b([A-Z]{2,3})-(\d\d)(?:(?:\.\.| to \1-)(\d\d))?\b/g;
const rules = [...textOf('docs/rules.md').matchAll(/^\| ([A-Z]{2,3}-\d\d) \|/gm)].map(([, code]) => String(code));
const PREFIXES = new Set(rules.map((code) => code.slice(0, code.indexOf('-'))));

/** A range such as LA-01..08 cites each rule in it. */
function citedIn(text: string): string[] {
  return [...text.matchAll(CODE)].flatMap(([, prefix = '', first, last = first]) =>
    PREFIXES.has(prefix)
      ? Array.from({ length: Number(last) - Number(first) + 1 }, (_, step) =>
          [prefix, String(Number(first) + step).padStart(2, '0')].join('-'),
        )
      : [],
  );
}

test('the cited rules and the listed rules are the same', () => {
  expect(rules).toEqual([...new Set(rules)]);
  const cited = filesOf('src,views,sandbox,test,bench').flatMap((file) => citedIn(textOf(file)));
  expect([...new Set(cited)].toSorted()).toEqual(rules.toSorted());
});

test('no text at run time contains the code of a rule', () => {
  const shown = filesOf('src,views,sandbox,bench').flatMap((file) =>
    textOf(file)
      .split('\n')
      .filter((line) => !/^\s*(?:\/?\*|\/\/)/.test(line))
      .filter((line) => citedIn(line.replace(/ \/\/ .*| \/\*\* .*/, '')).length > 0)
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(shown).toEqual([]);
});

test('no comment refers to a document that is not in the repository', () => {
  const OUTSIDE =
    /\b(?:ehr-behaviou?r|design(?:\.md)? ?§|request-list [§]|product[ ]guide|house\.md|issue \d+ ?§|row \d+\b)/i;
  const references = filesOf('src,views,sandbox,test,bench').flatMap((file) =>
    textOf(file)
      .split('\n')
      .filter((line) => OUTSIDE.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(references).toEqual([]);
});
