/** Stores what an EHR's CapabilityStatement says about cancelling, as a connection check does. */
import { vi } from 'vitest';
import { createOrganizationStore } from '#src/organizations/store.ts';
import type { World } from './world.ts';

const never = new Date(0).toISOString();

/** Waits until every instance knows the change. The configuration stays to be fetched, by the first launch. */
export async function offerUpdates(
  { world, organizationId }: { world: World; organizationId: string },
  updatesRequests: boolean | undefined,
  more: { requestIncludes?: string[] } = {},
): Promise<void> {
  const store = createOrganizationStore(world.dependencies.database.db);
  const known = (await store.find(organizationId))?.discovered;
  const unread = { configuration: {}, fetchedAt: never, freshUntil: never };
  await store.saveDiscovered(organizationId, 1, { ...(known ?? unread), updatesRequests, ...more });
  vi.setSystemTime(Date.now() + 2_000);
}
