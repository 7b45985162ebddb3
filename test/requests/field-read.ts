/** Reads one request as a field case: its row in the list, and its page. */
import { describeDetail } from '#src/requests/detail/describe-detail.ts';
import type { ReadDetail } from '#src/requests/detail/read-detail.ts';
import { loadRequests } from '#src/requests/list/list.ts';
import { createEhrLacks } from '#src/requests/search/ehr-lacks.ts';
import { searchset, startFhirServer } from '#test/requests/fhir-server.ts';

/** When it is read. */
export const now = new Date('2026-11-22T14:02:00Z');
/** Of the patient whose list is read. */
export const patientId = 'pat-1';
const timeZone = 'America/Chicago';

/** An order of a walker. */
export const base = {
  resourceType: 'ServiceRequest',
  id: 'a',
  status: 'active',
  intent: 'order',
  code: { text: 'Walker' },
  authoredOn: '2026-11-18T09:00:00Z',
  subject: { reference: 'Patient/pat-1' },
};
/** A completed Task about it. */
export const handOver = {
  resourceType: 'Task',
  id: 't',
  status: 'completed',
  focus: { reference: 'ServiceRequest/a' },
  for: { reference: 'Patient/pat-1' },
  lastModified: '2026-11-20T14:02:00Z',
};

/**
 * What arrives with and without the list; single reads find nothing.
 *
 * @param later what the page reads otherwise than the list. @param referred and `siblings`: what only the page reads.
 * @param pageAt when the page is read.
 */
export async function readField(
  change: object,
  {
    along = [],
    tasks = [],
    later,
    referred = [],
    siblings = [],
    pageAt = now,
  }: { along?: object[]; tasks?: object[]; later?: object; pageAt?: Date } & Partial<
    Pick<ReadDetail, 'referred' | 'siblings'>
  > = {},
) {
  const resource = { ...base, ...change };
  await using server = await startFhirServer((call) => {
    if (call.includes('/ServiceRequest?')) return searchset([resource, ...along]);
    return call.includes('/Task?') ? searchset(tasks) : { status: 404 };
  });
  const support = () => createEhrLacks(() => now)({ id: 'org', connectionVersion: 1 });
  const batches = support();
  batches.noteMissing();
  const user = { reference: 'Practitioner/me', name: async () => 'Me' };
  const options = {
    patientId,
    grantedSearch: true,
    now,
    timeZone,
    batches,
    user,
    tasks: support(),
    ownSystem: 'urn:own',
  };
  const list = await loadRequests(server.api, options);
  const rows = [...list.open, ...list.closed];
  const events = (later ? [] : tasks).filter((task) =>
    /ServiceRequest\/a|groupIdentifier|"Task\//.test(JSON.stringify(task)),
  );
  const known = { kind: 'read', isAlone: false, isPartial: false } as const;
  const detail: ReadDetail = {
    ...known,
    ...{ referred, siblings },
    resource: { ...resource, ...later },
    isAlone: later !== undefined,
    events: events.map((event) => ({ ...event })),
  };
  const place = {
    base: server.api.base,
    now: pageAt,
    timeZone,
    patientId,
    user,
    limits: undefined,
    ownSystem: 'urn:own',
  };
  const page = await describeDetail(server.api, detail, rows, place);
  return { list, row: rows.find(({ id }) => id === resource.id), page };
}
