/** Judges FHIR references: only resources of the launch's own FHIR base have a name here (FH-02, LC-10). */
import { asInformation, asRecord, asRecords, type ForeignRecord } from './fields.ts';
import { isFhirId } from './id.ts';
import { isUnder } from './under-base.ts';

/**
 * Where a Reference points on this FHIR server, as `Type/id` without a version; undefined for another server (LC-10) and
 * for contained, logical, conditional or malformed references.
 */
export function localReference(reference: unknown, base: URL): string | undefined {
  const literal = asRecord(reference).reference;
  if (typeof literal !== 'string') return undefined;
  const path = literal.includes(':') && URL.canParse(literal) ? pathUnder(base, new URL(literal)) : literal;
  const [, type, id] = /^([A-Z][A-Za-z]{1,60})\/([^/?#]+)(?:\/_history\/[^/?#]+)?$/.exec(path ?? '') ?? [];
  return type !== undefined && isFhirId(id) ? `${type}/${id}` : undefined;
}

function pathUnder(base: URL, url: URL): string | undefined {
  const prefix = `${base.pathname.replace(/\/$/, '')}/`;
  return isUnder(base, url) && url.search === '' && url.hash === '' ? url.pathname.slice(prefix.length) : undefined;
}

/** References of a request whose names its own page shows. */
const NAMED = [
  ...['requester', 'performer', 'locationReference', 'encounter', 'reasonReference', 'insurance', 'supportingInfo'],
  ...['relevantHistory', 'specimen'],
];
/** More than these are not looked up. */
const MOST_NAMED = 10;

/** `Type/id` of what a request refers to without saying its name, so that its page can ask for all of it at once. */
export function namelessReferences(resource: ForeignRecord, base: URL): string[] {
  const references = NAMED.flatMap((name) => asRecords(resource[name]));
  const nameless = references.filter(({ display }) => asInformation(display) === undefined);
  return [...new Set(nameless.flatMap((reference) => localReference(reference, base) ?? []))].slice(0, MOST_NAMED);
}

/** How a request is related to others: `Type/id` of orders, and the number of a form that several orders share. */
export function relationsOf(resource: ForeignRecord, base: URL) {
  const requests = (name: string) =>
    asRecords(resource[name]).flatMap((reference) => localReference(reference, base) ?? []);
  const { system, value } = asRecord(resource.requisition);
  const number = [system, value].map((part) => asInformation(part)).filter((part) => part !== undefined);
  return {
    basedOn: requests('basedOn').slice(0, MOST_NAMED),
    replaces: requests('replaces').slice(0, MOST_NAMED),
    requisition: value === undefined || number.length === 0 ? undefined : number.join('|'),
  };
}
