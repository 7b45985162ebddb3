/** Has visitors take turns, so that one who floods us delays the others by a few requests, not by hundreds (MT-06). */
import { AsyncResource } from 'node:async_hooks';
import type { RequestHandler } from 'express';
import { visitorKey } from './visitor-key.ts';

/**
 * What begins in one turn of the event loop, beside the first request of each visitor. A launch takes some thirty turns,
 * and each accepts one connection.
 */
const MORE_IN_A_TURN = 4;
/** When so many wait, it is a flood, and one more begins in a turn. */
const FLOOD = 64;

/**
 * In a turn of the event loop, the first request of each visitor begins, and {@link MORE_IN_A_TURN} more; the others
 * wait, and begin in later turns, of one visitor after the other. The addresses of an IPv6 /48 are one visitor.
 */
export function takeTurns(): RequestHandler {
  /** What waits, by visitor who had a turn; first the one whose turn is longest ago. */
  const lines = new Map<string, (() => void)[]>();
  let waits = 0;
  let more = MORE_IN_A_TURN;
  const turn = () => {
    more = waits < FLOOD ? MORE_IN_A_TURN : 1;
    for (const [visitor, waiting] of lines) {
      if (more === 0) break;
      lines.delete(visitor);
      const begin = waiting.shift();
      if (!begin) continue;
      lines.set(visitor, waiting);
      waits -= 1;
      more -= 1;
      begin();
    }
    if (lines.size > 0) setImmediate(turn);
    else more = MORE_IN_A_TURN;
  };
  return (request, response, next) => {
    const { one, network } = visitorKey(request.ip);
    const visitor = network ?? one;
    const begin = () => (response.closed ? undefined : next());
    const waiting = lines.get(visitor);
    if (waiting && (waiting.length > 0 || more === 0)) {
      waits += 1;
      return void waiting.push(AsyncResource.bind(begin));
    }
    if (lines.size === 0) setImmediate(turn);
    if (waiting) more -= 1;
    else lines.set(visitor, []);
    begin();
  };
}
