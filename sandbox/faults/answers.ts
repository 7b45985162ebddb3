/** Answers and delays that several faults share. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Call, FaultValue, JsonObject, RouteName } from '#sandbox/fault-type.ts';

/** An OAuth or FHIR answer in JSON. */
export function jsonAnswer(status: number, body: JsonObject, headers: Record<string, string> = {}): Answer {
  const contentType = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  return { status, headers: { ...contentType, ...headers }, body: JSON.stringify(body) };
}

/** The login page or maintenance page that real hosts answer with. */
export function htmlAnswer(status: number): Answer {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!doctype html><title>Sign in</title><h1>Our portal is being updated</h1>',
  };
}

/** An answer that claims to be compressed but is not. */
export function garbledAnswer(): Answer {
  return { status: 200, headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' }, body: 'not gzip' };
}

/** A redirect to another address. */
export function redirectAnswer(location: string): Answer {
  return { status: 307, headers: { location }, body: '' };
}

/** A document with changed members. @param value the members as JSON, null removes one; default: a meaningless one. */
export function withMembers(document: JsonObject, value: FaultValue | undefined): JsonObject {
  const members: JsonObject = JSON.parse(String(value ?? '{"x-other":true}'));
  return Object.fromEntries(Object.entries({ ...document, ...members }).filter(([, member]) => member !== null));
}

/** An answer for one route, undefined for all others. */
export function on(
  routes: RouteName | readonly RouteName[],
  answer: (call: Call, value: FaultValue | undefined) => Answer | undefined,
): (call: Call, value: FaultValue | undefined) => Answer | undefined {
  return (call, value) => ([routes].flat().includes(call.route) ? answer(call, value) : undefined);
}

/** The member that says why: Oracle Health gives an address, and nothing else. */
export const reasonIn = (said: unknown): Record<string, unknown> =>
  String(said).startsWith('https:') ? { error_uri: said } : { error_description: said };

/** Splits `error:error_description` or `error:error_uri`; the description may have colons of its own, as those of Microsoft Entra ID do. */
export function errorAndWords(value: FaultValue): [error: string, said?: string] {
  const [error = '', ...said] = String(value).split(':');
  return said.length > 0 ? [error, said.join(':')] : [error];
}

/** Holds a route back for `value` milliseconds (default one minute), then lets the real handler answer. */
export function slow(
  routes: RouteName | readonly RouteName[],
): (call: Call, value: FaultValue | undefined) => Promise<Answer | undefined> {
  return async (call, value) => {
    if (![routes].flat().includes(call.route)) return undefined;
    try {
      await delay(Number(value ?? 60_000), undefined, { signal: call.signal });
      return undefined;
    } catch {
      // The caller disconnected or the sandbox closes, so nothing waits for an answer.
      return jsonAnswer(503, { error: 'temporarily_unavailable' });
    }
  };
}
