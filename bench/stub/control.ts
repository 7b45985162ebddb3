/** Runs the stub EHR in its own process and controls it. */

import { startChild } from '#bench/child.ts';
import { freePort } from '#test/helpers/preparation/commands.ts';

/** The requests to the stub since the last reset. */
export interface StubStats {
  requests: number;
  connections: number;
  paths: string[];
}

export interface StubEhr {
  origin: string;
  fhirBase: string;
  /** Adds this much to every round trip from now on. */
  setDelay(ms: number): Promise<void>;
  /** Sets the lifetime of tokens issued from now on. */
  setLifetime(seconds: number): Promise<void>;
  reset(): Promise<void>;
  stats(): Promise<StubStats>;
  /** Closes idle connections, as happens after some minutes without a launch. */
  closeIdleConnections(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the stub on a free port of 127.0.0.1. */
export async function startStubEhr(): Promise<StubEhr> {
  const port = await freePort(0);
  const origin = `http://127.0.0.1:${port}`;
  const control = async (path: string) => {
    const answer = await fetch(`${origin}/control/${path}`);
    return (await answer.json()) as StubStats;
  };
  const child = await startChild('bench/stub/ehr.ts', {
    env: { STUB_PORT: String(port) },
    readyUrl: `${origin}/control/stats`,
  });
  return {
    origin,
    fhirBase: `${origin}/fhir`,
    setDelay: async (ms) => void (await control(`delay?ms=${ms}`)),
    setLifetime: async (seconds) => void (await control(`lifetime?seconds=${seconds}`)),
    reset: async () => void (await control('reset')),
    stats: () => control('stats'),
    closeIdleConnections: async () => {
      await control('close-idle');
      // Both ends must notice the close before the next launch.
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
    stop: child.stop,
  };
}
