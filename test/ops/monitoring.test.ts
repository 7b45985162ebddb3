import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '#src/adapters/metrics.ts';
import { errorCodes } from '#src/errors.ts';

const textOf = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../docs/operations/${name}`, import.meta.url)), 'utf8');

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}
interface Panel {
  id: number;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { expr: string }[];
}

const rules = (parse(textOf('alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(textOf('dashboard.json')) as { panels: Panel[] };

/** Every metric of the product, with the labels that a query may name. */
const known = new Map<string, ReadonlySet<string>>([['up', new Set(['job', 'instance'])]]);
const metrics = createMetrics({ process: true });
metrics.openLaunches(async () => []);
for (const { name, type } of await metrics.registry.getMetricsAsJSON()) {
  const labels = metrics.registry.getSingleMetric(name) as unknown as { labelNames: string[] };
  const names = new Set([...labels.labelNames, 'job', 'instance', 'le']);
  const written = String(type) === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name];
  for (const one of written) known.set(one, names);
}

/** The metrics and labels of a PromQL expression, and the number of its syntax errors. */
function read(expr: string) {
  // Grafana replaces these variables before Prometheus reads the expression.
  const text = expr.replaceAll('$__rate_interval', '5m').replaceAll('$organization', '.*');
  const found = { errors: 0, metrics: [] as string[], labels: [] as string[] };
  parser.parse(text).iterate({
    enter: ({ type, name, from, to, node }) => {
      const here = text.slice(from, to);
      if (type.isError) found.errors += 1;
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') found.metrics.push(here);
      if (name === 'LabelName') found.labels.push(here);
    },
  });
  return found;
}

const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

test.for(expressions)('%s uses metrics and labels that exist', ([, expr]) => {
  const { errors, metrics: asked, labels } = read(expr);
  expect(errors).toBe(0);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
  const possible = new Set(asked.flatMap((name) => [...(known.get(name) ?? [])]));
  expect(labels.filter((label) => !possible.has(label))).toEqual([]);
});

test.for(['sum(rate(x[5m])', 'rate(x[5m)', 'up{a=}'])('the test detects that %s is no PromQL', (expr) => {
  expect(read(expr).errors).toBeGreaterThan(0);
});

test('every metric of the product is on the dashboard', () => {
  const shown = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => read(expr).metrics)).join(' ');
  const own = metrics.registry
    .getMetricsAsArray()
    .map(({ name }) => name)
    .filter((name) => /^(smart|app)_/.test(name));
  expect(own.filter((name) => !shown.includes(name))).toEqual([]);
});

describe('alerts', () => {
  test.for(rules)('$alert explains what happened and what to look at', ({ labels, annotations, expr }) => {
    expect(['page', 'ticket']).toContain(labels.severity);
    expect(annotations.description).toMatch(/\.$|\}\}$|doctor$/);
    const values = [annotations.summary, annotations.description].join(' ').matchAll(/\$labels\.(\w+)/g);
    const offered = new Set(read(expr).metrics.flatMap((name) => [...(known.get(name) ?? [])]));
    for (const [, label = ''] of values) expect(offered).toContain(label);
  });

  test('none is silent before the first success or the first event', async () => {
    const values = (await metrics.registry.getMetricsAsJSON()).filter(({ values: all }) => all.length > 0);
    const begun = values.map(({ name }) => name);
    for (const { alert, expr } of rules) {
      // A comparison with a series that does not exist yet gives nothing, so a share is of all.
      expect([alert, /[<>]\s*(?:sum|rate)/.test(expr)]).toEqual([alert, false]);
      if (/increase\([^)]*\) > 0/.test(expr)) expect(begun).toEqual(expect.arrayContaining(read(expr).metrics));
    }
  });

  test('every error code in a query exists', () => {
    const codes = rules.flatMap(({ expr }) => [...expr.matchAll(/code="([^"]+)"/g)].map(([, code]) => code));
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.filter((code) => !(errorCodes as readonly (string | undefined)[]).includes(code))).toEqual([]);
  });
});

test('panels do not overlap, and their ids differ', () => {
  const covers = ({ x, y, w, h }: Panel['gridPos'], other: Panel['gridPos']) =>
    x < other.x + other.w && other.x < x + w && y < other.y + other.h && other.y < y + h;
  for (const [index, one] of panels.entries())
    for (const other of panels.slice(0, index)) expect(covers(one.gridPos, other.gridPos)).toBe(false);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});
