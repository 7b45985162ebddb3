/** Few at a time, few waiting, and each visitor in turn: work that is dear to us and cheap to ask for. */

/** Whose work it is. */
export interface Turn {
  /** Who counts as one. */
  visitor: string;
  /** Waits apart from strangers, and is served in turn with them. */
  isKnown: boolean;
}

/** See {@link createFairQueue}. */
export type FairQueue = <T>(turn: Turn, work: () => Promise<T>) => Promise<T>;

interface Waiting {
  start(): void;
  refuse(): void;
}

/**
 * Runs work, `atOnce` at a time. At most `mostWaiting` strangers wait, and as many known visitors, who take turns with
 * them; within each, visitors take turns. In a full queue the visitor with most waiting gives way to one with less.
 *
 * @param refusal what a call that finds no place rejects with.
 */
export function createFairQueue(limits: { atOnce: number; mostWaiting: number; refusal: () => Error }): FairQueue {
  const known = createLine(limits.mostWaiting);
  const strangers = createLine(limits.mostWaiting);
  let running = 0;
  let lastWasKnown = false;
  const next = (): Waiting | undefined => {
    const order = lastWasKnown ? [strangers, known] : [known, strangers];
    const line = order.find((one) => !one.isEmpty());
    lastWasKnown = line === known;
    return line?.next();
  };
  const place = ({ visitor, isKnown }: Turn) =>
    new Promise<void>((resolve, reject) => {
      const refuse = () => reject(limits.refusal());
      const isIn = (isKnown ? known : strangers).add(visitor, { start: resolve, refuse });
      if (!isIn) refuse();
    });
  return async (turn, work) => {
    if (running >= limits.atOnce) await place(turn);
    else running += 1;
    try {
      return await work();
    } finally {
      // The place goes from hand to hand, so that no newcomer slips in between.
      const waiting = next();
      if (waiting) waiting.start();
      else running -= 1;
    }
  };
}

/** Lines of visitors, the one whose turn is next first. */
function createLine(most: number) {
  const lines = new Map<string, Waiting[]>();
  const waiting = () => [...lines.values()].reduce((sum, line) => sum + line.length, 0);
  const hasMadeRoom = (mine: number): boolean => {
    const [longest = []] = [...lines.values()].toSorted((a, b) => b.length - a.length);
    if (longest.length <= mine + 1) return false;
    longest.pop()?.refuse();
    return true;
  };
  return {
    isEmpty: () => lines.size === 0,
    add: (visitor: string, one: Waiting): boolean => {
      const line = lines.get(visitor) ?? [];
      if (waiting() >= most && !hasMadeRoom(line.length)) return false;
      line.push(one);
      lines.set(visitor, line);
      return true;
    },
    next: (): Waiting | undefined => {
      const [first] = lines;
      if (!first) return undefined;
      const [visitor, [one, ...rest]] = first;
      // To the end of the round.
      lines.delete(visitor);
      if (rest.length > 0) lines.set(visitor, rest);
      return one;
    },
  };
}
