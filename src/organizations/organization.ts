/** An organization (tenant): everything that pins its EHR and how we behave there (REG-05). */
import { z } from 'zod';
import { AppError } from '#src/errors.ts';
import { serverUrl } from '#src/settings/addresses.ts';
import { type SettingProblem, type SettingValues, settingsShape } from '#src/settings/derived.ts';
import { plainText, textFormat } from '#src/settings/formats.ts';
import { missingFrom } from '#src/smart/documents/given-endpoints.ts';

/** Org IDs stand in URLs, cookies and file names: letters, digits, `.`, `_` and `-`, at most 64. */
export const ORGANIZATION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Every value an administrator or operator decides. */
export interface OrganizationSettings extends SettingValues {
  id: string;
  name: string;
  fhirBaseUrl: string;
  clientId: string;
}

/** Raw values by field, before the schema has seen them. */
export type SettingChanges = Partial<Record<keyof OrganizationSettings, unknown>>;

/** Settings that may be empty while an organization waits for its EHR team: no launch matches an empty FHIR base. */
export type UnsetField = 'fhirBaseUrl' | 'clientId';

const shape = (production: boolean, mayBeUnset: readonly UnsetField[]) => ({
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

type Schema = ReturnType<typeof makeSchema>;
const makeSchema = (production: boolean, mayBeUnset: readonly UnsetField[]) => z.object(shape(production, mayBeUnset));

/** Each of the few schemas is made once: making one costs more than all that it checks. */
const schemas = new Map<string, { typed: Schema; stored: Schema }>();

function schemasFor(production: boolean, mayBeUnset: readonly UnsetField[]) {
  const name = [production, ...mayBeUnset.toSorted()].join(' ');
  const known = schemas.get(name);
  if (known) return known;
  const stored = makeSchema(production, mayBeUnset);
  const made = { typed: stored.strict() as unknown as Schema, stored };
  schemas.set(name, made);
  return made;
}

/** The last discovery that succeeded, kept so that a new process knows it (one EHR round trip fewer). */
export interface Discovered {
  /** Plain JSON; its reader validates it again. */
  configuration: unknown;
  /** ISO instants. */
  fetchedAt: string;
  freshUntil: string;
  /** What the CapabilityStatement offers to send along with ServiceRequests: `_include`, and Tasks by `_revinclude`; absent until a check has read it. */
  requestIncludes?: readonly string[] | undefined;
  /** Whether it says that ServiceRequests can be updated; absent until a check has read it. */
  updatesRequests?: boolean | undefined;
  /** Whether it supports US Core's profile of ServiceRequest; absent as above. */
  usCoreRequests?: boolean | undefined;
}

export interface Organization extends OrganizationSettings {
  enabled: boolean;
  /** Grows when what we trust about the EHR changes or the organization is disabled: ends its launches (MT-05, REG-11). */
  connectionVersion: number;
  discovered: Discovered | undefined;
}

export type ParsedSettings = { ok: true; settings: OrganizationSettings } | { ok: false; problems: SettingProblem[] };

/**
 * Checks settings as typed by a person or machine; defaults fill what is missing, unknown names are problems.
 *
 * @param production whether http on loopback is refused, as the outbound guard will.
 * @param mayBeUnset fields for which '' is accepted; none by default.
 */
export function parseSettings(
  input: unknown,
  production: boolean,
  mayBeUnset: readonly UnsetField[] = [],
): ParsedSettings {
  const parsed = schemasFor(production, mayBeUnset).typed.safeParse(input);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map(describeIssue) };
  const problems = missingFrom(parsed.data).map((field) => ({ field, message: MISSING[field] ?? IS_NEEDED }));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, settings: parsed.data };
}

/** DI-23: a launch with half of the addresses would have to look elsewhere for the rest. */
const IS_NEEDED = 'is needed where endpoints are given by hand: fill it in, or empty all of them';
const MISSING: Partial<Record<string, string>> = {
  issuers: 'must name the one issuer where endpoints are given by hand: no document of the EHR names it',
};

/**
 * Reads what the database holds: settings this version does not know are dropped, new ones get their defaults.
 *
 * @throws ZodError when the row breaks the rules: no launch uses settings that were not checked.
 */
export function readStoredSettings(stored: unknown): OrganizationSettings {
  return schemasFor(false, ['fhirBaseUrl', 'clientId']).stored.parse(stored);
}

/** Whether its EHR is known: until then {@link assertConnected} ends every launch. */
export function isConnected(organization: Pick<Organization, UnsetField>): boolean {
  return organization.fhirBaseUrl !== '' && organization.clientId !== '';
}

/**
 * Nothing is sent to an EHR that is not known, or without the name it knows the app by.
 *
 * @throws AppError 'launch.unknown-issuer'
 */
export function assertConnected({ fhirBaseUrl, clientId }: Pick<Organization, UnsetField>): void {
  const rule = fhirBaseUrl === '' ? 'launch.no-fhir-url' : clientId === '' ? 'launch.no-client-id' : undefined;
  if (rule) throw new AppError('launch.unknown-issuer', 'the organization is not connected yet', { rule });
}

function describeIssue(issue: z.core.$ZodIssue): SettingProblem {
  if (issue.code === 'unrecognized_keys') return { field: issue.keys.join(', '), message: 'is not a setting' };
  return { field: String(issue.path[0] ?? ''), message: issue.message };
}
