/** Has visitors take turns, so that one who floods us delays the others by one request, not by hundreds (MT-06). */
import { AsyncResource } from 'node:async_hooks';
import type { RequestHandler } from 'express';
import { visitorKey } from './visitor-key.ts';

/**
 * Begins a request at once, unless its visitor just had one begun: those wait, and in each turn of the event loop one of
 * them begins, of one visitor after the other. The addresses of an IPv6 /48 are one visitor.
 */
export function takeTurns(): RequestHandler {
  /** What waits, by visitor; first the one whose last turn is longest ago. */
  const lines = new Map<string, (() => void)[]>();
  const turn = () => {
    for (const [visitor, waiting] of lines) if (waiting.length === 0) lines.delete(visitor);
    const [first] = lines;
    if (!first) return;
    const [visitor, waiting] = first;
    lines.delete(visitor);
    lines.set(visitor, waiting);
    setImmediate(turn);
    waiting.shift()?.();
  };
  return (request, response, next) => {
    const { one, network } = visitorKey(request.ip);
    const visitor = network ?? one;
    const begin = () => (response.closed ? undefined : next());
    const waiting = lines.get(visitor);
    if (waiting) return void waiting.push(AsyncResource.bind(begin));
    if (lines.size === 0) setImmediate(turn);
    lines.set(visitor, []);
    begin();
  };
}
