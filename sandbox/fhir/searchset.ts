/** A page of search results as a Bundle: matches, included resources, and an opaque `next` link. */
import type { Bundle, BundleEntry, FhirResource, Reference, ServiceRequest } from 'fhir/r4.js';
import type { Access } from '#sandbox/authorization/server.ts';
import type { Records, SandboxResource } from '#sandbox/data/records.ts';
import type { VendorProfile } from '#sandbox/profiles.ts';
import { FhirRefusal } from './outcome.ts';
import { maySee } from './permissions.ts';
import { TASKS_ALONG } from './search.ts';

const defaultPageSize = 20;

/** The most matches of a page, whatever the client asks for. */
const maximumPageSize = 500;

interface PageState {
  type: string;
  query: string;
  offset: number;
}

/** The next link's token. Only this server reads it, and it checks the permissions again. */
function encodePage(state: PageState): string {
  return Buffer.from(JSON.stringify(state)).toString('base64url');
}

/** @throws FhirRefusal 400 for a token this server did not make. */
export function decodePage(token: string): PageState {
  try {
    const state: PageState = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof state.type === 'string' && typeof state.query === 'string' && Number.isInteger(state.offset))
      return state;
  } catch {
    // Falls through to the refusal of every unreadable token.
  }
  throw new FhirRefusal(400, 'invalid', 'unknown page');
}

function pageSize(query: URLSearchParams): number {
  const asked = Number(query.get('_count') ?? defaultPageSize);
  if (!Number.isInteger(asked) || asked < 1) throw new FhirRefusal(400, 'invalid', '_count is a positive number');
  return Math.min(asked, maximumPageSize);
}

function referencesFor(request: ServiceRequest, include: string): Reference[] {
  const all = [...(request.requester ? [request.requester] : []), ...(request.performer ?? [])];
  if (include === '*') return all;
  return include.endsWith(':requester') ? (request.requester ? [request.requester] : []) : (request.performer ?? []);
}

/** The Tasks about the page's requests that the token may see. */
function tasksAbout(page: SandboxResource[], query: URLSearchParams, records: Records, access: Access) {
  const asked = query.getAll('_revinclude');
  const unsupported = asked.find((name) => name !== TASKS_ALONG);
  if (unsupported) throw new FhirRefusal(400, 'not-supported', `_revinclude=${unsupported} is not supported`);
  const ids = new Set(page.map(({ resourceType, id }) => `${resourceType}/${id}`));
  const isAbout = (one: SandboxResource) => one.resourceType === 'Task' && ids.has(one.focus?.reference ?? '');
  return asked.length === 0 ? [] : records.ofType('Task').filter((one) => isAbout(one) && maySee(access, 's', one));
}

function included(page: SandboxResource[], query: URLSearchParams, records: Records, profile: VendorProfile) {
  const includes = query.getAll('_include');
  const unsupported = includes.find((include) => !profile.serviceRequestIncludes.includes(include));
  if (unsupported) throw new FhirRefusal(400, 'not-supported', `_include=${unsupported} is not supported`);
  const requests = page.filter((resource) => resource.resourceType === 'ServiceRequest');
  const wanted = includes.flatMap((include) => requests.flatMap((request) => referencesFor(request, include)));
  const found = wanted.map(({ reference }) => (reference ? records.byReference(reference) : undefined));
  return [...new Set(found)].filter((resource) => resource !== undefined);
}

export interface SearchsetQuery {
  type: string;
  query: URLSearchParams;
  offset: number;
  fhirBase: string;
  access: Access;
}

/** One page of `matching`, from `offset`. */
export function searchset(
  matching: SandboxResource[],
  { type, query, offset, fhirBase, access }: SearchsetQuery,
  records: Records,
  profile: VendorProfile,
): Bundle {
  const size = pageSize(query);
  const page = matching.slice(offset, offset + size);
  const entry = (resource: SandboxResource, mode: 'match' | 'include'): BundleEntry<FhirResource> => ({
    fullUrl: `${fhirBase}/${resource.resourceType}/${resource.id}`,
    resource,
    search: { mode },
  });
  const link = [{ relation: 'self', url: `${fhirBase}/${type}?${query}` }];
  if (offset + size < matching.length) {
    const token = encodePage({ type, query: query.toString(), offset: offset + size });
    link.push({ relation: 'next', url: `${fhirBase}?_page=${token}` });
  }
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: matching.length,
    link,
    entry: [
      ...page.map((resource) => entry(resource, 'match')),
      ...included(page, query, records, profile).map((resource) => entry(resource, 'include')),
      ...tasksAbout(page, query, records, access).map((resource) => entry(resource, 'include')),
    ],
  };
}
