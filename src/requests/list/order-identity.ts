/** Reads what distinguishes one order from another, once, so that the resource itself need not be kept (FH-12). */
import { hash } from 'node:crypto';
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { localReference } from '#src/smart/fhir/reference.ts';

/** Not compared: the subject is the same for all requests; id and meta are not about the order. */
const NOT_OF_THE_ORDER = new Set(['id', 'meta', 'subject']);
/** FHIR R4 ServiceRequest: what these members mean when they are missing. */
const DEFAULTS: ForeignRecord = { priority: 'routine', doNotPerform: false, asNeededBoolean: false };
/** Longer than the id of any known server; a longer id is not kept. */
const LONGEST_ID = 256;
/** Several times FHIR's members. A resource with more proves nothing, so that comparing stays cheap. */
const MOST_MEMBERS = 200;
/** A longer member is kept as its digest. */
const SHORT = 64;
/** Marks a value that is withheld or unknown: two orders with the same mark may differ in that value. */
const WITHHELD = /data-absent-reason|nullflavor/i;

/** What proves that two entries are the same order, and what only hints at it. Never throws (FH-11). */
export function readRequestKeys(resource: ForeignRecord, base: URL) {
  const { id, meta, status, intent } = resource;
  const sources = asRecords(resource.basedOn);
  return {
    /** The EHR's id, as it came; undefined without a usable one. */
    id: typeof id === 'string' && id !== '' && id.length <= LONGEST_ID ? id : undefined,
    version: readVersion(asRecord(meta)),
    ...readContent(resource),
    /** `system|value` of each number that is not a group's. Orders may share one: a hint, no proof. */
    numbers: asRecords(resource.identifier).filter(isOwnNumber).flatMap(numberOf),
    /** `ServiceRequest/id` of the one order that this one was made from; undefined for none, or for several. */
    basedOn: sources.length === 1 ? localReference(sources[0], base) : undefined,
    replaces: asRecords(resource.replaces).flatMap((reference) => localReference(reference, base) ?? []),
    /** `system|value` of each one that it names by no reference of this server. */
    replacedNumbers: asRecords(resource.replaces)
      .filter((reference) => localReference(reference, base) === undefined)
      .map(({ identifier }) => asRecord(identifier))
      .filter(isOwnNumber)
      .flatMap(numberOf),
    state: status,
    intent,
  };
}

/** What two entries are compared by. It is made at the first comparison, because most lists need none. */
export interface OrderContent {
  /** Each member but `id`, `meta` and `subject`, in a canonical form: equal texts mean equal content. */
  readonly members: ReadonlyMap<string, string>;
  /** The digest of all members, for a quick comparison; undefined where the members prove nothing. */
  readonly digest: string | undefined;
  /** The service is named and nothing is withheld: only then do equal members prove an equal order. */
  readonly isExplicit: boolean;
}

/** Keeps the resource until `writeDown` replaces it by its JSON text, which is smaller. */
function readContent(resource: ForeignRecord) {
  let held: { resource: ForeignRecord } | { text: string | undefined } = { resource };
  let content: OrderContent | undefined;
  const text = () => ('resource' in held ? writtenDown(held.resource) : held.text);
  return {
    content: () => (content ??= contentOf(text())),
    /** For a list of several pages, of which only one may be in memory (FH-12). */
    writeDown: () => void (held = { text: text() }),
  };
}

/** @returns undefined for a resource that is nested too deeply to be serialized. */
function writtenDown(resource: ForeignRecord): string | undefined {
  try {
    return JSON.stringify(resource);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function contentOf(text: string | undefined): OrderContent {
  const resource = text === undefined ? {} : asRecord(JSON.parse(text));
  const own = Object.entries(resource).filter(
    ([name, value]) => !NOT_OF_THE_ORDER.has(name) && DEFAULTS[name] !== value,
  );
  if (own.length === 0 || own.length > MOST_MEMBERS)
    return { members: new Map(), digest: undefined, isExplicit: false };
  const canonical = own.map(([name, value]) => [name, JSON.stringify(value, inOneOrder)] as const).toSorted(byName);
  const isNamed = asConceptText(resource.code) !== undefined;
  return {
    members: new Map(canonical.map(([name, value]) => [name, value.length > SHORT ? `#${digestOf(value)}` : value])),
    digest: digestOf(JSON.stringify(canonical)),
    isExplicit: isNamed && !canonical.some(([, value]) => WITHHELD.test(value)),
  };
}

const digestOf = (text: string): string => hash('sha256', text, 'base64url');

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Sorts the members of an object, because their order in JSON means nothing. */
function inOneOrder(_name: string, value: unknown): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.fromEntries(Object.entries(value).toSorted(byName)) : value;
}

/** How new an entry is; undefined where the EHR does not say, or not in a form that can be compared. */
function readVersion({ versionId, lastUpdated }: ForeignRecord) {
  const text = typeof versionId === 'number' ? String(versionId) : versionId;
  const isNumber = typeof text === 'string' && /^\d{1,30}$/.test(text);
  return { number: isNumber ? BigInt(text) : undefined, updatedMs: instantMs(lastUpdated) };
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Reads only a FHIR instant: without a time zone it is unknown which of two moments is the later one. */
function instantMs(value: unknown): number | undefined {
  const isInstant = typeof value === 'string' && INSTANT.test(value);
  const ms = isInstant ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** HL7 v2-0203: the numbers of a placer's group, an accession, a visit, an account and a patient. */
const SHARED = new Set<unknown>(['PGN', 'ACSN', 'VN', 'AN', 'MR']);

/** Whether a number may be of one order alone: three equal blood tests of one form are three. */
function isOwnNumber({ type }: ForeignRecord): boolean {
  return !asRecords(asRecord(type).coding).some(({ code }) => SHARED.has(code));
}

/** "N/A", "unknown", "000", "9999" and the like are written where a number is missing. */
function numberOf(identifier: ForeignRecord): string[] {
  const [system, value] = [asText(identifier.system), asText(identifier.value)];
  const isNumber = value !== undefined && /\d/.test(value) && !isFiller(value);
  return system === undefined || !isNumber ? [] : [`${system}|${value}`];
}

/** Zeros, two nines, or one digit three times or more. */
const FILLER = /^(?:00?|99|(\d)\1\1+)$/;

const isFiller = (value: string) => FILLER.test(value.replace(/[\W_]/g, ''));
