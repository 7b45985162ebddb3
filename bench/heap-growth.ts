/** Computes the growth between two heap snapshots, by kind of object. */
import { readFile } from 'node:fs/promises';

export interface Growth {
  /** A constructor's name, or V8's word in brackets. */
  kind: string;
  count: number;
  bytes: number;
}

interface HeapSnapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } };
  /** Fields of all nodes, one node after the other. */
  nodes: number[];
  strings: string[];
}

/** @param before,after snapshot files of V8. @returns the kinds that have grown, the largest growth first. */
export async function growthByKind(before: string, after: string): Promise<Growth[]> {
  const old = await kindsOf(before);
  const grown = [...(await kindsOf(after)).values()].map(({ kind, count, bytes }) => {
    const known = old.get(kind);
    return { kind, count: count - (known?.count ?? 0), bytes: bytes - (known?.bytes ?? 0) };
  });
  return grown.filter(({ bytes }) => bytes > 0).toSorted((one, other) => other.bytes - one.bytes);
}

async function kindsOf(file: string): Promise<Map<string, Growth>> {
  const { snapshot, nodes, strings } = JSON.parse(await readFile(file, 'utf8')) as HeapSnapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, nameAt, sizeAt] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field));
  const kinds = new Map<string, Growth>();
  for (let start = 0; start < nodes.length; start += fields.length) {
    const field = (at = 0) => nodes[start + at] ?? 0;
    const type = types[0][field(typeAt)] ?? '';
    // The names of closures and objects show their origin; the name of a string would be its content.
    const name = strings[field(nameAt)] ?? '';
    const kind = type === 'object' ? name : type === 'closure' ? `${name || 'anonymous'}()` : `(${type})`;
    const known = kinds.get(kind) ?? { kind, count: 0, bytes: 0 };
    kinds.set(kind, known);
    known.count += 1;
    known.bytes += field(sizeAt);
  }
  return kinds;
}
