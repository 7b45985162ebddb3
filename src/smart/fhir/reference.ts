/** Resolves FHIR references to resources below the launch's own FHIR base, and to no others (FH-02, LC-10). */
import { asInformation, asRecord, asRecords, asText, type ForeignRecord } from './fields.ts';
import { isFhirId, isResourceId } from './id.ts';

/** `Type/id` on this FHIR server, without version; undefined for another server (LC-10) or any other form. */
export function localReference(reference: unknown, base: URL): string | undefined {
  const literal = asRecord(reference).reference;
  if (typeof literal !== 'string') return undefined;
  if (RELATIVE.test(literal)) return literal;
  const target = resourceNamed(literal, base);
  return target && `${target.type}/${target.id}`;
}

/** As `localReference`, or the name that an entry of the same Bundle has as its `fullUrl`. */
export function entryReference(reference: unknown, base: URL): string | undefined {
  const literal = asRecord(reference).reference;
  return localReference(reference, base) ?? (isEntryName(literal) ? literal : undefined);
}

export const isEntryName = (url: unknown): url is string => typeof url === 'string' && /^urn:[\w:.-]{1,90}$/.test(url);

/** The usual form, which needs no parsing. */
const RELATIVE = /^[A-Z][A-Za-z]{1,60}\/(?!\.{1,2}$)[A-Za-z0-9\-.]{1,128}$/;

/**
 * What an untrusted text certainly names on this server: `Type/id`, alone or below the FHIR base, with or without a
 * version. Scheme and host are compared without case and the path with case (RFC 3986 6.2.2.1). Only the port that
 * https implies is left out: a text that a URL parser would change, such as one with `..`, names nothing.
 */
export function resourceNamed(text: string, { origin, pathname }: URL): { type: string; id: string } | undefined {
  const url = text.replace(/^(https:\/\/[^/:]{1,255}):443\//i, '$1/');
  const path = `${pathname.replace(/\/$/, '')}/`;
  const isBelow = url.slice(0, origin.length).toLowerCase() === origin && url.startsWith(path, origin.length);
  const [, type, id] = NAME.exec(isBelow ? url.slice(origin.length + path.length) : text) ?? [];
  return type !== undefined && isResourceId(id) ? { type, id } : undefined;
}

const NAME = /^([A-Z][A-Za-z]{1,60})\/([^/]{1,128})(?:\/_history\/(?!\.{1,2}$)[\w\-.]{1,128})?$/;

/** The name of the target; undefined for a patient, whose name comes from the launch's own read (LC-06). */
export function displayOf(reference: unknown): string | undefined {
  const record = asRecord(reference);
  // Some servers repeat the address as the display.
  const isName = record.display !== record.reference;
  return leadsToPatient(record) || !isName ? undefined : asInformation(record.display);
}

/** Does a Reference lead to a patient, on whatever server? */
export function leadsToPatient({ reference, type }: ForeignRecord): boolean {
  return typeNamed(type) === 'Patient' || (typeof reference === 'string' && /(?:^|\/)Patient\//.test(reference));
}

/** The type that a Reference names, as a name or as the address of its definition. */
export function typeNamed(type: unknown): string | undefined {
  return asText(type)
    ?.replace(/\/?(?:\|.*)?$/s, '')
    .split('/')
    .at(-1);
}

/** The members of a request whose targets the request's own page shows by name. */
const NAMED = [
  ...['requester', 'performer', 'locationReference', 'encounter', 'reasonReference', 'insurance', 'supportingInfo'],
  ...['relevantHistory', 'specimen'],
];
const MOST_NAMED = 12;

/** Of these the display may do, if there are many: it is worse to miss that a diagnosis is refuted. */
const READ_LAST = new Set(['performer', 'locationReference']);

/** Of the others a display does not say enough: whether it is refuted, over or closed, and how it is reached. */
const KNOWN_BY_NAME = new Set(['requester', 'encounter', 'specimen']);

/** What the request's page reads at once: first what has no display, then that whose display says too little. */
export function referencesToRead(resource: ForeignRecord, base: URL): string[] {
  const [nameless, others, last]: [string[], string[], string[]] = [[], [], []];
  for (const name of NAMED) {
    if (resource[name] === undefined) continue;
    for (const reference of asRecords(resource[name])) {
      const isNamed = asInformation(reference.display) !== undefined;
      const local = isNamed && KNOWN_BY_NAME.has(name) ? undefined : localReference(reference, base);
      if (local !== undefined) (isNamed ? (READ_LAST.has(name) ? last : others) : nameless).push(local);
    }
  }
  const authors = asRecords(resource.note).flatMap(({ authorReference: one }) =>
    one === undefined || displayOf(one) !== undefined || leadsToPatient(asRecord(one))
      ? []
      : (localReference(one, base) ?? []),
  );
  return [...new Set([...nameless, ...others, ...last, ...authors])].slice(0, MOST_NAMED);
}

interface Relations {
  readonly basedOn: readonly string[];
  readonly replaces: readonly string[];
  /** What it names as replaced by a number that only one other request has; set where these are known. */
  readonly byNumber?: readonly string[];
  readonly requisition: string | undefined;
}

/** The relations of a request: `Type/id` of related orders, and the requisition number that several orders share. */
export function relationsOf(resource: ForeignRecord, base: URL): Relations {
  const requests = (name: string) =>
    asRecords(resource[name])
      .flatMap((reference) => localReference(reference, base) ?? [])
      .slice(0, MOST_NAMED);
  return {
    basedOn: requests('basedOn'),
    replaces: requests('replaces'),
    requisition: resource.requisition === undefined ? undefined : requisitionOf(asRecord(resource.requisition)),
  };
}

/** `system|value` of the number that the requests and Tasks of one form share; undefined if it says nothing, or is cut. */
export function requisitionOf({ system, value }: ForeignRecord): string | undefined {
  const [place, number] = [asInformation(system), asInformation(value)];
  if ([place, number].some((text) => text?.endsWith('…'))) return undefined;
  return place === undefined || number === undefined ? number : `${place}|${number}`;
}

/** The patient id in an untrusted text that is an id alone, or that certainly names a patient of this server. */
export function patientIdOf(text: string, fhirBase: URL): string | undefined {
  const { type, id } = isFhirId(text) ? { type: 'Patient', id: text } : (resourceNamed(text, fhirBase) ?? {});
  return type === 'Patient' && isFhirId(id) ? id : undefined;
}
