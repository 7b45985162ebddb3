/** An organization (tenant): the settings that identify its EHR and determine how the app behaves there (REG-05). */
import { z } from 'zod';
import { cached } from '#src/adapters/cache.ts';
import { AppError } from '#src/errors.ts';
import { serverUrl } from '#src/settings/addresses.ts';
import { endingFields, type SettingProblem, type SettingValues, settingsShape } from '#src/settings/derived.ts';
import { plainText, tableDoubts, textFormat } from '#src/settings/formats.ts';
import { missingFrom } from '#src/smart/documents/given-endpoints.ts';

/** Org IDs are used in URLs, cookies and file names: letters, digits, `.`, `_` and `-`, at most 64. */
export const ORGANIZATION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export interface OrganizationSettings extends SettingValues {
  id: string;
  name: string;
  fhirBaseUrl: string;
  clientId: string;
}

/** Raw values by field, not yet checked by the schema. */
export type SettingChanges = Partial<Record<keyof OrganizationSettings, unknown>>;

/** Settings that may be empty while an organization waits for its EHR team. No launch matches an empty FHIR base. */
export type UnsetField = 'fhirBaseUrl' | 'clientId';

const makeSchemas = (production: boolean, mayBeUnset: readonly UnsetField[]) => {
  const stored = z.object({
    id: textFormat().regex(ORGANIZATION_ID, 'must be letters, digits, ".", "_" or "-" (at most 64)'),
    name: plainText(200),
    fhirBaseUrl: serverUrl(production, mayBeUnset.includes('fhirBaseUrl')),
    /** RFC 6749 appendix A.1: printable ASCII. */
    clientId: textFormat().regex(
      mayBeUnset.includes('clientId') ? /^[\x21-\x7e]{0,255}$/ : /^[\x21-\x7e]{1,255}$/,
      'must be 1 to 255 printable characters without spaces',
    ),
    ...settingsShape(production),
  });
  return { typed: stored.strict(), stored };
};

/** Schemas are cached, because making one costs more than using it. */
const schemas = new Map<string, ReturnType<typeof makeSchemas>>();

function schemasFor(production: boolean, mayBeUnset: readonly UnsetField[]) {
  const key = [production, ...mayBeUnset.toSorted()].join(' ');
  return cached(schemas, key, () => makeSchemas(production, mayBeUnset));
}

/** The last successful discovery, stored so that a new process saves one EHR round trip. */
export interface Discovered {
  /** Plain JSON; it is validated again when it is read. */
  configuration: unknown;
  /** ISO instants. */
  fetchedAt: string;
  freshUntil: string;
  /** The `_include` and `_revinclude` values that the CapabilityStatement offers; absent until a check has read it. */
  requestIncludes?: readonly string[] | undefined;
  /** Whether it declares that ServiceRequests can be updated; absent until a check has read it. */
  updatesRequests?: boolean | undefined;
  /** Whether it declares US Core's ServiceRequest profile; absent until a check has read it. */
  usCoreRequests?: boolean | undefined;
}

export interface Organization extends OrganizationSettings {
  enabled: boolean;
  /** Grows when trusted data of the EHR change or the organization is disabled; ends its launches (MT-05, REG-11). */
  connectionVersion: number;
  discovered: Discovered | undefined;
}

/**
 * Missing ones get defaults; unknown names are problems. @param input untrusted. @param production refuses http, even on
 * loopback. @param mayBeUnset may be ''. @param before what is saved: its tables are not questioned.
 */
export function parseSettings(
  input: unknown,
  production: boolean,
  mayBeUnset: readonly UnsetField[] = [],
  before?: OrganizationSettings,
) {
  const parsed = schemasFor(production, mayBeUnset).typed.safeParse(input);
  if (!parsed.success) return { ok: false as const, problems: parsed.error.issues.map(describeIssue) };
  const { data } = parsed;
  const missing = missingFrom(data).map((field) => ({ field, message: MISSING[field] ?? IS_NEEDED }));
  const changed = (['services', 'receivers'] as const).filter((field) => data[field] !== before?.[field]);
  const doubts = changed.flatMap((field) => tableDoubts[field](data[field]).map((message) => ({ field, message })));
  const problems: SettingProblem[] = [...missing, ...doubts];
  return problems.length > 0 ? { ok: false as const, problems } : { ok: true as const, settings: data };
}

/** DI-23: a launch cannot use an incomplete set of addresses, because two sources are never mixed. */
const IS_NEEDED = 'is needed when endpoints are given by hand: fill it in, or empty all these fields';
const MISSING: Partial<Record<string, string>> = {
  issuers: 'must name exactly one issuer when endpoints are given by hand: no document of the EHR names it',
};

/** Reads stored settings: unknown ones are dropped, missing ones get defaults. @throws ZodError for an invalid row. */
export function readStoredSettings(stored: unknown): OrganizationSettings {
  return schemasFor(false, ['fhirBaseUrl', 'clientId']).stored.parse(stored);
}

/** Is the EHR set up? Until then {@link assertConnected} ends every launch. */
export function isConnected(organization: Pick<Organization, UnsetField>): boolean {
  return organization.fhirBaseUrl !== '' && organization.clientId !== '';
}

/** @throws AppError 'launch.organization-disabled' */
export function assertEnabled({ enabled }: Pick<Organization, 'enabled'>): void {
  if (enabled) return;
  throw new AppError('launch.organization-disabled', 'the organization is disabled', 'launch.organization-disabled');
}

/** Asserts that the EHR is known, and the app's name there. @throws AppError 'launch.not-connected' */
export function assertConnected({ fhirBaseUrl, clientId }: Pick<Organization, UnsetField>): void {
  const rule = fhirBaseUrl === '' ? 'launch.no-fhir-url' : clientId === '' ? 'launch.no-client-id' : undefined;
  if (rule) throw new AppError('launch.not-connected', 'the organization is not connected yet', rule);
}

const MOST_UNKNOWN = 10;
const LONGEST_UNKNOWN = 60;

function describeIssue(issue: z.core.$ZodIssue): SettingProblem {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.slice(0, MOST_UNKNOWN).map((key) => key.slice(0, LONGEST_UNKNOWN));
    const more = issue.keys.length - names.length;
    return { field: `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`, message: 'is not a setting' };
  }
  return { field: String(issue.path[0] ?? ''), message: issue.message };
}

/** Applies new settings. A changed connection raises the version and deletes the discovery. */
export function withSettings(before: Organization | undefined, settings: OrganizationSettings): Organization {
  if (!before) return { ...settings, enabled: true, connectionVersion: 1, discovered: undefined };
  const { enabled, connectionVersion, discovered } = before;
  return connectionOf(before) === connectionOf(settings)
    ? { ...settings, enabled, connectionVersion, discovered }
    : { ...settings, enabled, connectionVersion: connectionVersion + 1, discovered: undefined };
}

/** Enables or disables. Disabling raises the version (REG-11). */
export function withEnabled(before: Organization, enabled: boolean): Organization {
  const ends = before.enabled && !enabled;
  return { ...before, enabled, connectionVersion: before.connectionVersion + (ends ? 1 : 0) };
}

/** The trusted data of the EHR, as one comparable text. */
function connectionOf(settings: OrganizationSettings): string {
  return JSON.stringify([settings.fhirBaseUrl, settings.clientId, ...endingFields.map((field) => settings[field])]);
}
