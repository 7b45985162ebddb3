/** Starts more instances of a world's product in this process, which share only configuration, stores and clock. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog } from '#src/adapters/log.ts';
import { createApp } from '#src/app.ts';
import type { Config } from '#src/config/index.ts';
import type { AppDependencies } from '#src/open-dependencies.ts';
import { openDependencies } from '#src/open-dependencies.ts';
import type { World } from './world.ts';

/** One more instance; its pages redirect to the world's PUBLIC_URL, as behind a load balancer. */
export interface Instance {
  url: string;
  dependencies: AppDependencies;
  close(): Promise<void>;
}

/** @param world needs its own Redis. An embedded database is shared as an object; PostgreSQL gets a new connection. */
export async function addInstance(world: World, changes: Partial<Config> = {}): Promise<Instance> {
  const { database, clock } = world.dependencies;
  const log = createLog(world.config.logLevel, { write: (line) => void world.logLines.push(line) });
  const opened = await openDependencies(
    { ...world.config, ...changes },
    { clock, log, ...(database.isEmbedded ? { database } : {}) },
  );
  const server = createServer(createApp(opened.dependencies));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    dependencies: opened.dependencies,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await opened.close();
    },
  };
}
