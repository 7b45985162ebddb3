/** Finds circles of references in one pass: the strongly connected components of a graph (Tarjan 1972). */

/** Nodes that reach each other get the same number. Not recursive. @param next must return only nodes of `nodes`. */
export function circlesIn<Node>(
  nodes: readonly Node[],
  next: (node: Node) => readonly Node[],
): ReadonlyMap<Node, number> {
  const circleOf = new Map<Node, number>();
  const foundAt = new Map<Node, number>();
  /** The earliest node that is known to be reachable from a node and to lead back to it. */
  const lowest = new Map<Node, number>();
  const open: Node[] = [];
  const enter = (node: Node) => {
    foundAt.set(node, foundAt.size);
    lowest.set(node, foundAt.size - 1);
    open.push(node);
    return { node, ways: next(node)[Symbol.iterator]() };
  };
  const lower = (node: Node, to: number | undefined) =>
    void lowest.set(node, Math.min(lowest.get(node) ?? 0, to ?? Infinity));
  const leave = (node: Node) => {
    if (lowest.get(node) !== foundAt.get(node)) return;
    for (const one of open.splice(open.lastIndexOf(node))) circleOf.set(one, foundAt.get(node) ?? 0);
  };
  for (const start of nodes) {
    const path = foundAt.has(start) ? [] : [enter(start)];
    for (let last = path.at(-1); last; last = path.at(-1)) {
      const { node, ways } = last;
      const way = ways.next();
      if (way.done === true) {
        path.pop();
        leave(node);
        const before = path.at(-1);
        if (before) lower(before.node, lowest.get(node));
      } else if (!foundAt.has(way.value)) path.push(enter(way.value));
      else if (!circleOf.has(way.value)) lower(node, foundAt.get(way.value));
    }
  }
  return circleOf;
}
