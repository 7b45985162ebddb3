/** The table of a run: names on the left, figures on the right, ratios to each peer at the end. */
import type { ContestantName } from './contestants.ts';

export type Row = readonly string[];

/** The result of a run. */
export interface Report {
  rows: Row[];
  /** Broken promises; if there are any, the run fails. */
  broken?: readonly string[];
}

const PEERS = ['openid-client', 'fhirclient'] as const satisfies ContestantName[];

export const COMPARISON_HEAD: Row = ['', 'product', ...PEERS, ...PEERS.map((peer) => `÷ ${peer}`)];

/** One figure of all contestants, and the product's ratio to each peer. */
export function comparisonRow(name: string, figures: ReadonlyMap<ContestantName, number>, digits: number): Row {
  const of = (contestant: ContestantName) => figures.get(contestant) ?? Number.NaN;
  const ratios = PEERS.map((peer) => (of(peer) === 0 ? '-' : (of('product') / of(peer)).toFixed(2)));
  return [name, of('product').toFixed(digits), ...PEERS.map((peer) => of(peer).toFixed(digits)), ...ratios];
}

export function printTable(rows: readonly Row[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const [name = '', ...numbers] of rows) {
    const cells = numbers.map((cell, index) => cell.padStart(widths[index + 1] ?? 0));
    console.log(`${name.padEnd(widths[0] ?? 0)}  ${cells.join('  ')}`.trimEnd());
  }
}
