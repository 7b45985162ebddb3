/** What of a ServiceRequest tells one order from another, read once; the resource itself need not be kept (FH-12). */
import { hash } from 'node:crypto';
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { localReference } from './reference.ts';

/** What proves that two entries are the same order, and what only hints at it. */
export interface RequestKeys {
  /** The EHR's id, as it came; undefined without a usable one. */
  readonly id: string | undefined;
  readonly version: RequestVersion;
  /** A digest of each member but `id`, `meta` and `subject`, unknown members included: equal digests, equal content. */
  readonly members: ReadonlyMap<string, string>;
  /** The service is named and nothing is withheld: only then do equal members prove an equal order. */
  readonly isExplicit: boolean;
  /** `system|value` of identifiers and requisition. Orders may share a number, so it is a hint and no proof. */
  readonly numbers: readonly string[];
  /** `ServiceRequest/id` of the one order that this one was made from; undefined for none, or for several. */
  readonly basedOn: string | undefined;
  /** `ServiceRequest/id` of the requests that this one replaces. */
  readonly replaces: readonly string[];
  /** ServiceRequest.status and intent, as they came. */
  readonly state: unknown;
  readonly intent: unknown;
}

/** What says how new an entry is; undefined where the EHR does not tell, or not in a form that can be compared. */
export interface RequestVersion {
  /** `meta.versionId`, where it is a number. */
  readonly number: bigint | undefined;
  /** `meta.lastUpdated`. */
  readonly updatedMs: number | undefined;
}

/** The subject is this patient's for every request that is compared; id and meta are not about the order. */
const notOfTheOrder = new Set(['id', 'meta', 'subject']);

/** FHIR R4 ServiceRequest: what these members mean when they are missing. */
const defaults = new Map<string, unknown>([
  ['priority', 'routine'],
  ['doNotPerform', false],
  ['asNeededBoolean', false],
]);

/** Longer than any server's id; beyond it, an id is not worth keeping. */
const longestId = 256;

/** Two orders of which the same is withheld, or unknown, may differ in it. */
const withheld = /data-absent-reason|nullflavor/i;

/** Reads the keys of one ServiceRequest; never throws, whatever is missing or odd (FH-11). */
export function readRequestKeys(resource: ForeignRecord, base: URL): RequestKeys {
  const { id, meta, status, intent } = resource;
  const canonical = canonicalMembers(resource);
  const sources = asRecords(resource.basedOn);
  return {
    id: typeof id === 'string' && id !== '' && id.length <= longestId ? id : undefined,
    version: readVersion(asRecord(meta)),
    members: new Map(canonical?.map(([name, text]) => [name, hash('sha256', text, 'base64url')])),
    isExplicit:
      canonical !== undefined &&
      asConceptText(resource.code) !== undefined &&
      !canonical.some(([, text]) => withheld.test(text)),
    numbers: [...asRecords(resource.identifier), ...asRecords(resource.requisition)].flatMap(numberOf),
    basedOn: sources.length === 1 ? localReference(sources[0], base) : undefined,
    replaces: asRecords(resource.replaces)
      .map((reference) => localReference(reference, base))
      .filter((key) => key !== undefined),
    state: status,
    intent,
  };
}

/** @returns undefined for a resource nested too deeply to be written down. */
function canonicalMembers(resource: ForeignRecord): [string, string][] | undefined {
  const own = Object.entries(resource).filter(
    ([name, value]) => !notOfTheOrder.has(name) && value !== undefined && defaults.get(name) !== value,
  );
  try {
    return own.map(([name, value]) => [name, JSON.stringify(value, inOneOrder)]);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** JSON objects have no order of members. */
function inOneOrder(_name: string, value: unknown): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value;
}

function readVersion({ versionId, lastUpdated }: ForeignRecord): RequestVersion {
  const text = typeof versionId === 'number' ? String(versionId) : versionId;
  const isNumber = typeof text === 'string' && /^\d{1,30}$/.test(text);
  return { number: isNumber ? BigInt(text) : undefined, updatedMs: instantMs(lastUpdated) };
}

/** Only a FHIR instant: without a time zone it is unknown which of two moments is the later one. */
function instantMs(value: unknown): number | undefined {
  const isInstant =
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value);
  const ms = isInstant ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** "N/A", "unknown", "000" and "9999" stand where a number is missing. */
function numberOf(identifier: ForeignRecord): string[] {
  const [system, value] = [asText(identifier.system), asText(identifier.value)];
  const isNumber = value !== undefined && /\d/.test(value) && !isFiller(value);
  return system === undefined || !isNumber ? [] : [`${system}|${value}`];
}

/** Nothing but zeros, or one digit again and again. */
function isFiller(value: string): boolean {
  const signs = value.replace(/[\W_]/g, '');
  return /^\d+$/.test(signs) && new Set(signs).size === 1 && (signs.length > 1 || signs === '0');
}
