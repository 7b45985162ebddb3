/** Keeps standalone launches from the accepted request to the answer on the sign-in page. */
import { randomBytes } from 'node:crypto';
import type { LaunchContext } from '#sandbox/launches.ts';

/** The parameters of an authorization request, each once. */
export type RequestParameters = Record<string, string>;

/** The user's choice on the sign-in page. */
export type Answer = { kind: 'picked'; context: LaunchContext } | { kind: 'cancelled' };

/** Both values are opaque, single use and live for ten minutes. */
export interface SignIns {
  /** Keeps a valid request that still lacks its user; the returned value goes into the form of the sign-in page. */
  ask(parameters: RequestParameters): string;
  /** Returns the request once; undefined when unknown, expired or answered. */
  answered(form: string): RequestParameters | undefined;
  /** Keeps the answer for this request only; the returned value resumes the request. */
  remember(parameters: RequestParameters, answer: Answer): string;
  /** Returns the answer once, and only for the request it belongs to. */
  take(value: string, parameters: RequestParameters): Answer | undefined;
}

const lifetimeMs = 10 * 60_000;

/** The sign-ins of one sandbox. */
export function createSignIns(now: () => Date): SignIns {
  const forms = createShelf<RequestParameters>(now);
  const answers = createShelf<{ request: string; answer: Answer }>(now);
  return {
    ask: (parameters) => forms.put(parameters),
    answered: (form) => forms.take(form),
    remember: (parameters, answer) => answers.put({ request: fingerprint(parameters), answer }),
    take: (value, parameters) => {
      const found = answers.take(value);
      return found?.request === fingerprint(parameters) ? found.answer : undefined;
    },
  };
}

function createShelf<T>(now: () => Date) {
  const shelf = new Map<string, { thing: T; expires: number }>();
  return {
    put: (thing: T): string => {
      const value = randomBytes(24).toString('base64url');
      shelf.set(value, { thing, expires: now().getTime() + lifetimeMs });
      return value;
    },
    take: (value: string): T | undefined => {
      const found = shelf.get(value);
      shelf.delete(value);
      return found && found.expires > now().getTime() ? found.thing : undefined;
    },
  };
}

function fingerprint(parameters: RequestParameters): string {
  return JSON.stringify(Object.entries(parameters).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
