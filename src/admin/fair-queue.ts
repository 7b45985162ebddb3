/** A fair queue for expensive work that anyone can request: few run, few wait, and visitors take turns. */

export interface Turn {
  visitor: string;
  /** Known visitors wait in their own line, which alternates with the strangers' line. */
  isKnown: boolean;
}

export type FairQueue = <T>(turn: Turn, work: () => Promise<T>) => Promise<T>;

interface Waiting {
  start(): void;
  refuse(): void;
}

/** Runs at most `atOnce`. In a full line, of strangers or of known visitors, the longest queue loses its last place. */
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
      // The slot passes directly to the next in line, so that no newcomer takes it.
      const waiting = next();
      if (waiting) waiting.start();
      else running -= 1;
    }
  };
}

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
      // The visitor goes to the end of the round.
      lines.delete(visitor);
      if (rest.length > 0) lines.set(visitor, rest);
      return one;
    },
  };
}
