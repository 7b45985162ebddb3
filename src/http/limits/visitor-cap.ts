/** How much of one kind a visitor may hold at a time, such as connections: counted in this process. */
import { visitorKey } from './visitor-key.ts';

/** Places that are taken and given up again. */
export interface VisitorCap {
  /** @returns what gives the place up, once; undefined when the visitor has no place left. */
  enter(address: string): (() => void) | undefined;
}

/** @param most places of one visitor: an IPv4 address, or the /64 that a network gives to one customer. */
export function createVisitorCap(most: number): VisitorCap {
  const taken = new Map<string, number>();
  return {
    enter: (address) => {
      const { one: visitor } = visitorKey(address);
      const count = taken.get(visitor) ?? 0;
      if (count >= most) return undefined;
      taken.set(visitor, count + 1);
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        const left = (taken.get(visitor) ?? 1) - 1;
        if (left === 0) taken.delete(visitor);
        else taken.set(visitor, left);
      };
    },
  };
}
