/** README.md and docs/ name files that exist, the README stays short, and no text has words that readers stumble over. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('.', import.meta.resolve('#package')));
const textOf = (file: string) => readFileSync(`${root}${file}`, 'utf8');

test.for(['README.md', ...globSync('docs/*.md', { cwd: root })])('%s names files that exist', (file) => {
  const text = textOf(file);
  const written = text.match(/\b(?:src|views|sandbox|test|bench|public)\/[\w./-]*\w/g) ?? [];
  // The diagram of the launch omits src/.
  const drawn = /```mermaid(.*?)```/s.exec(text)?.[1]?.match(/\b[a-z-]+\/[a-z0-9/-]+\.ts\b/g) ?? [];
  const linked = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) =>
    new URL(target, `file:///${file}`).pathname.slice(1),
  );
  const named = [...written, ...drawn.map((path) => `src/${path}`), ...linked];
  expect(named.filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
});

test('a name of a file in the README stands for one file', () => {
  const files = globSync('{src,views,public,sandbox,test,bench,docs}/**/*.{ts,js,css}', { cwd: root }).map(
    (file) => `/${file}`,
  );
  const prose = textOf('README.md').replaceAll(/```.*?```/gs, '');
  const names = [...prose.matchAll(/`([\w./-]+\.(?:ts|js|css))`/g)].map(([, name]) => name);
  const isOne = (name = '') => files.filter((file) => file.endsWith(`/${name}`)).length === 1;
  expect(names.filter((name) => !isOne(name))).toEqual([]);
});

test('the README has at most 130 lines', () => {
  expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(131);
});

test.for(globSync(['{src,views}/**/*.ts', 'public/*.js', 'README.md', 'docs/*.md'], { cwd: root }))(
  '%s: no text has words that readers stumble over',
  (file) => {
    // Of a document, code is left out, and of code its comments.
    const left = file.endsWith('.md') ? /`[^`]*`/g : /\/\*.*?\*\/|(?<=^|\s)\/\/[^\n]*/gs;
    const words = /(?<!-)\b(?:mend(?:s|ed|ing)?|whoever|nobody(?!-home)|somebody|told|the pretend)\b/gi;
    expect(textOf(file).replaceAll(left, '').match(words)).toBeNull();
  },
);
