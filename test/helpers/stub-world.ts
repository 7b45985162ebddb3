/** The world of the tests about bad EHRs: the product, a scriptable EHR, and a server that must never be called. */
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { supportCodeOf, type TestBrowser, type Visit } from './browser.ts';
import { linesWith } from './log-lines.ts';
import { type StubEhr, startEvil, startStubEhr } from './servers/stub-ehr.ts';
import { startWorld, type World } from './world.ts';

/** The title of the list of the stub's patient. */
export const LIST = 'Requests for Stella Stub';

let world: World;
let serial = 0;
/** The stub; it is reset before each test. */
export let ehr: StubEhr;
export let evil: Awaited<ReturnType<typeof startEvil>>;

/** Starts all three for a test file and, at its end, checks that the evil server was never called. */
export function useStubWorld(): { world: () => World } {
  beforeAll(async () => {
    [world, ehr, evil] = await Promise.all([startWorld(), startStubEhr(), startEvil()]);
  });
  beforeEach(() => ehr.reset());
  afterAll(async () => {
    const { requests } = evil;
    await Promise.all([world.close(), ehr.close(), evil.close()]);
    expect(requests).toEqual([]);
  });
  return { world: () => world };
}

/** A new organization, about which nothing is cached. Its own private network separates even its connections. */
export async function newOrganization(settings: Record<string, unknown> = {}, at = ehr): Promise<string> {
  serial += 1;
  const id = `stub-${serial}`;
  const network = `10.${1 + Math.floor(serial / 256)}.${serial % 256}.0/24`;
  const usual = { fhirBaseUrl: at.fhirBase, frameAncestors: [at.origin], privateNetworks: [network] };
  await world.setOrganization(id, { ...usual, ...settings });
  return id;
}

/** The launch URL that the EHR opens. */
export function launchUrl(orgId: string, launchValue = 'opaque', at = ehr): string {
  const query = new URLSearchParams({ orgId, iss: at.fhirBase, launch: launchValue });
  return `${world.url}/smart/launch?${query.toString()}`;
}

/** Makes a whole launch for a new organization; returns the last page. */
export async function launch(settings: Record<string, unknown> = {}, browser?: TestBrowser): Promise<Visit> {
  return (browser ?? world.browser()).open(launchUrl(await newOrganization(settings)));
}

/** The status of a page, and the error code of the log line with its support code. */
export function outcomeOf(page: Visit): { status: number; code: string | undefined } {
  const [line] = linesWith(world.logLines, supportCodeOf(page));
  return { status: page.status, code: line?.errorCode };
}

/** The form of the n-th token request. */
export function tokenForm(index = 0): URLSearchParams {
  return new URLSearchParams(ehr.seen('token')[index]?.body);
}

/** Header (0) or claims (1) of a JWT, unverified. */
export function partOf(jwt: string | null, index: 0 | 1) {
  return JSON.parse(Buffer.from(jwt?.split('.')[index] ?? '', 'base64url').toString());
}
