/**
 * `npm run styles` writes public/bootstrap.css: Bootstrap without the classes, elements and properties that no view uses.
 * With `--check` it only reports whether that file is current.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parse } from 'postcss';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = `${root}public/bootstrap.css`;
const textOf = (pattern: string) =>
  globSync(pattern, { cwd: root })
    .toSorted()
    .filter((file) => !target.endsWith(file))
    .map((file) => readFileSync(`${root}${file}`, 'utf8'))
    .join('\n');

const markup = textOf('views/**/*.ts') + textOf('public/*.js');
const attributes = textsOf(markup, /\sclass="([^"]*)"/g);
// An expression can choose a class, so every quoted text that could be a class name counts.
const classes = new Set(
  [...attributes, ...textsOf(markup, /'([a-z\d -]+)'/g)].flatMap((text) => text.match(/[\w-]+/g) ?? []),
);
/** The beginnings of computed class names, such as `btn-${kind}`: every class with such a beginning counts as used. */
const beginnings = attributes.flatMap((text) => textsOf(text, /([\w-]+-)\$\{/g));
const elements = new Set(['html', 'body', ...textsOf(markup, /<([a-z][a-z\d]*)/g)]);

const source = createRequire(import.meta.url).resolve('bootstrap/dist/css/bootstrap.css');
const sheet = parse(readFileSync(source, 'utf8'));
dropUnusedRules();
dropUnusedProperties(textOf('public/*.css'));
const reduced = `${sheet.toString().trim()}\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== reduced) {
    process.exitCode = 1;
    process.stderr.write('public/bootstrap.css does not match the views: run `npm run styles`\n');
  }
} else writeFileSync(target, reduced);

function textsOf(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}

/** Keeps a selector if every class and element in it can occur. The licence comment stays. */
function dropUnusedRules(): void {
  const isClass = (name: string) => classes.has(name) || beginnings.some((start) => name.startsWith(start));
  const isUsed = (selector: string) => {
    const needed = selector.replaceAll(/:not\([^)]*\)|\[[^\]]*\]|::?[\w-]+/g, '');
    const isOurs = !selector.includes('[data-bs-');
    const hasAll = textsOf(needed, /\.([\w-]+)/g).every(isClass);
    return isOurs && hasAll && textsOf(needed, /(?:^|[\s>+~(])([a-z][a-z\d]*)/g).every((name) => elements.has(name));
  };
  sheet.walkRules((rule) => {
    // The steps of an animation, such as `to`, are not selectors.
    if (rule.parent?.type === 'atrule' && rule.parent.name.endsWith('keyframes')) return;
    const selectors = rule.selectors.filter(isUsed);
    if (selectors.length > 0) rule.selectors = selectors;
    else rule.remove();
  });
  const values = textsOf(sheet.toString(), /:([^;{]*);/g).join(' ');
  sheet.walkAtRules(/keyframes$/, (rule) => void (values.includes(rule.params) || rule.remove()));
  sheet.walkAtRules((rule) => void (rule.nodes?.length === 0 && rule.remove()));
  sheet.walkComments((comment) => void (comment.text.startsWith('!') || comment.remove()));
}

/** Removes custom properties that nothing reads. A removed one may have been the only reader of another, so this repeats. */
function dropUnusedProperties(ours: string): void {
  const read = new Set(textsOf(sheet.toString() + ours, /var\((--bs-[\w-]+)/g));
  let isChanged = false;
  sheet.walkDecls(/^--bs-/, (declaration) => {
    if (read.has(declaration.prop)) return;
    isChanged = true;
    const { parent } = declaration;
    declaration.remove();
    if (parent?.nodes?.length === 0) parent.remove();
  });
  if (isChanged) dropUnusedProperties(ours);
}
