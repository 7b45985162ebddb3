/** Stores what an EHR's CapabilityStatement says about cancelling, as a connection check does. */
import { vi } from 'vitest';
import { createOrganizationStore } from '#src/organizations/store.ts';
import type { TestBrowser } from './browser.ts';
import { launchUrl } from './stub-world.ts';
import type { World } from './world.ts';

/** Launches once, so that the EHR's documents are known, and waits until every instance knows the change. */
export async function offerUpdates(
  { world, browser, organizationId }: { world: World; browser: TestBrowser; organizationId: string },
  updatesRequests: boolean | undefined,
  more: { requestIncludes?: string[] } = {},
): Promise<void> {
  await browser.open(launchUrl(organizationId));
  const store = createOrganizationStore(world.dependencies.database.db);
  const known = await vi.waitUntil(async () => (await store.find(organizationId))?.discovered);
  await store.saveDiscovered(organizationId, 1, { ...known, updatesRequests, ...more });
  vi.setSystemTime(Date.now() + 2_000);
}
