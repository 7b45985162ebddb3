/** Caps how many things of one kind, such as connections, a visitor holds at a time, in this process. */
import type { RequestHandler } from 'express';
import { AppError } from '#src/errors.ts';
import { visitorKey } from './visitor-key.ts';

/** @param most slots per visitor: an IPv4 address, or the /64 that a network assigns to one customer. */
export function createVisitorCap(most: number) {
  const taken = new Map<string, number>();
  return {
    /** @returns a function that releases the slot, once; undefined when the visitor has no slot left. */
    enter: (address: string): (() => void) | undefined => {
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

const MOST = 500;

/** The first middleware that does work. @param until its body is read, or it is answered. @throws 'request.too-many' */
export function limitRequestsUnderWay(most = MOST, until: 'answered' | 'read' = 'answered'): RequestHandler {
  const visitors = createVisitorCap(most);
  return (request, response, next) => {
    const leave = visitors.enter(request.ip ?? '');
    if (!leave)
      throw new AppError('request.too-many', 'too many requests of one visitor at a time', { retryAfterSeconds: 2 });
    response.once('close', leave);
    if (until === 'read') request.once('end', leave);
    next();
  };
}
