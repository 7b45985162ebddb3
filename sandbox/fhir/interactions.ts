/** The interactions of the FHIR server (read, search, page, batch) on plain arguments. */
import type { Bundle, BundleEntry, FhirResource } from 'fhir/r4.js';
import { z } from 'zod';
import type { Access } from '#sandbox/authorization/server.ts';
import { isServedType, type Records } from '#sandbox/data/records.ts';
import type { VendorProfile } from '#sandbox/profiles.ts';
import { FhirRefusal, operationOutcome } from './outcome.ts';
import { requireRead, requireScope } from './permissions.ts';
import { search } from './search.ts';
import { decodePage, searchset } from './searchset.ts';

export interface FhirContext {
  access: Access;
  records: Records;
  profile: VendorProfile;
  fhirBase: string;
}

/** The most entries of a batch. */
const maximumBatch = 20;

function isOffered(type: string, profile: VendorProfile): boolean {
  return (type !== 'Task' || profile.hasTask) && (type !== 'PractitionerRole' || profile.hasPractitionerRole);
}

/** FHIR read. @throws FhirRefusal 403, 404 */
function read(type: string, id: string, context: FhirContext): FhirResource {
  const resource = context.records.byReference(`${type}/${id}`);
  // A caller without a scope must not learn which ids exist.
  if (!resource) requireScope(context.access, 'r', type);
  if (!resource) throw new FhirRefusal(404, 'not-found', `${type}/${id} is not known`);
  requireRead(context.access, resource);
  return resource;
}

function searchPage(type: string, query: URLSearchParams, offset: number, context: FhirContext): FhirResource {
  if (!isServedType(type)) throw new FhirRefusal(404, 'not-supported', `${type} is not served here`);
  const { access, records, profile, fhirBase } = context;
  const matching = search(type, query, access, records, profile);
  return searchset(matching, { type, query, offset, fhirBase, access }, records, profile);
}

/**
 * Answers one GET.
 *
 * @param path relative to the FHIR base, without a leading slash: `Patient/1`, `ServiceRequest`, or empty for a page.
 * @throws FhirRefusal
 */
export function get(path: string, query: URLSearchParams, context: FhirContext): FhirResource {
  const [type = '', id, ...rest] = path.split('/');
  const page = query.get('_page');
  if (type === '' && page !== null) {
    const state = decodePage(page);
    return searchPage(state.type, new URLSearchParams(state.query), state.offset, context);
  }
  const known = isServedType(type) && isOffered(type, context.profile) && rest.length === 0;
  if (!known) throw new FhirRefusal(404, 'not-supported', `${path} is not served here`);
  return id === undefined ? searchPage(type, query, 0, context) : read(type, id, context);
}

const batchBundle = z.object({
  resourceType: z.literal('Bundle'),
  type: z.literal('batch'),
  entry: z.array(z.object({ request: z.object({ method: z.string(), url: z.string() }) })).max(maximumBatch),
});

type BatchRequest = z.infer<typeof batchBundle>['entry'][number]['request'];

function batchEntry({ method, url }: BatchRequest, context: FhirContext): BundleEntry {
  try {
    if (method !== 'GET') throw new FhirRefusal(405, 'not-supported', 'only GET in a batch');
    const target = new URL(url, 'http://batch.invalid/');
    return { response: { status: '200 OK' }, resource: get(target.pathname.slice(1), target.searchParams, context) };
  } catch (cause) {
    if (!(cause instanceof FhirRefusal)) throw cause;
    return { response: { status: String(cause.status), outcome: operationOutcome(cause) } };
  }
}

/** FHIR batch of GETs; each entry succeeds or fails alone. @throws FhirRefusal 400 if it is no batch or too large. */
export function batch(body: unknown, context: FhirContext): Bundle {
  const parsed = batchBundle.safeParse(body);
  if (!parsed.success) throw new FhirRefusal(400, 'invalid', `a batch of at most ${maximumBatch} entries is expected`);
  const entry = parsed.data.entry.map(({ request }) => batchEntry(request, context));
  return { resourceType: 'Bundle', type: 'batch-response', entry };
}
