/** An organization (tenant): everything that pins its EHR and how we behave there (REG-05). */
import { z } from 'zod';
import {
  endpointHost,
  frameAncestor,
  network,
  searchParameter,
  serverUrl,
  textFormat,
  timeZone,
  wholeNumber,
} from '#src/settings/formats.ts';
import { scopeProblems } from '#src/smart/scopes/granted.ts';
import { presetScopes } from '#src/vendors/presets.ts';
import { formerVendors, vendorOf, vendors } from '#src/vendors/vendor.ts';
import { serverTimeZone } from '#views/zone.ts';

/** Org IDs stand in URLs, cookies and file names: letters, digits, `.`, `_` and `-`, at most 64. */
export const ORGANIZATION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Bidirectional controls, zero-width and other invisible characters: with them one name can look like another. */
const INVISIBLE =
  /[\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Variation_Selector}\u2800\u3164\uffa0]|\u034f|\u115f|\u1160|\u17b4|\u17b5/u;

const plainText = (max: number) =>
  textFormat()
    .min(1, { error: 'is required', abort: true })
    .max(max, { error: `must be at most ${max} characters`, abort: true })
    .refine((name) => !/\p{Cc}/u.test(name), { error: 'must not contain control characters' })
    .refine((name) => !INVISIBLE.test(name), { error: 'must not contain invisible characters or marks of direction' })
    .refine((name) => /[\p{L}\p{N}]/u.test(name), { error: 'must contain a letter or a digit' })
    .refine((name) => name.trim() === name, { error: 'must not begin or end with a space' });

const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `must be ${values.join(' or ')}` });

/** A name of an earlier version is read as today's. */
const vendorChoice = z
  .enum([...vendors, ...formerVendors], { error: `must be ${vendors.join(' or ')}` })
  .transform((name) => vendorOf(name) ?? 'generic');

const flag = z.boolean({ error: 'must be true or false' });
const listOf = <Item extends z.ZodType>(item: Item, max: number) =>
  z.array(item).max(max, `must have at most ${max} entries`).default([]);

const scopeString = textFormat().superRefine((scopes, context) => {
  for (const message of scopeProblems(scopes)) context.addIssue({ code: 'custom', message });
});

const shape = (production: boolean) => ({
  id: textFormat().regex(ORGANIZATION_ID, 'must be letters, digits, ".", "_" or "-" (at most 64)'),
  name: plainText(200),
  fhirBaseUrl: serverUrl(production),
  /** RFC 6749 appendix A.1: printable ASCII. */
  clientId: textFormat().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable characters without spaces'),
  vendor: vendorChoice.default('generic'),
  scopes: scopeString.default(presetScopes('generic')),
  scopeVersion: choice(['auto', 'v1', 'v2']).default('auto'),
  frameAncestors: listOf(frameAncestor(production), 50),
  /** `own`: a redirect URI that names the organization, the mix-up defence at EHRs without RFC 9207 (MT-04). */
  redirectUri: choice(['shared', 'own']).default('shared'),
  issuers: listOf(serverUrl(production), 10),
  nonce: choice(['required', 'optional']).default('required'),
  assertionAudience: choice(['token_endpoint', 'issuer']).default('token_endpoint'),
  assertionAlg: choice(['RS384', 'ES384']).default('RS384'),
  /** Header `typ` of the assertion; servers of RFC 7523bis want the longer one (CAJ-03). */
  assertionType: choice(['JWT', 'client-authentication+jwt']).default('JWT'),
  allowedHosts: listOf(endpointHost, 20),
  privateNetworks: listOf(network, 20),
  showEhrOrders: flag.default(true),
  createRequests: flag.default(false),
  /** In which days and times are told; empty as typed: the server's own. */
  timeZone: timeZone.default(serverTimeZone),
  clientIdInTokenBody: flag.default(false),
  refreshIdToken: choice(['check', 'missing-aud', 'ignore']).default('check'),
  /** A token is renewed at least this long before it ends (RF-05). */
  refreshMarginSeconds: wholeNumber(30, 600).default(30),
  /** `name=value` added to FHIR searches, for EHRs that tell tenants apart by such. */
  searchParameters: listOf(searchParameter, 10),
  /** Calls to this EHR per minute over all instances; 0 is no limit. */
  requestsPerMinute: wholeNumber(0, 100_000).default(0),
  standalone: flag.default(false),
  /** How an EHR user becomes a user here: at the first launch, by a one-time code, or when an administrator confirms. */
  userAssociation: choice(['automatic', 'code', 'confirmation']).default('automatic'),
  /** Whose launches are accepted, by the type of `fhirUser` (FU-06). */
  userTypes: choice(['any', 'practitioner']).default('any'),
  introspection: choice(['off', 'on']).default('off'),
});

/** Every setting an administrator or operator decides. */
export type OrganizationSettings = z.output<z.ZodObject<ReturnType<typeof shape>>>;

/** The last discovery that succeeded, kept so that a new process knows it (one EHR round trip fewer). */
export interface Discovered {
  /** Plain JSON; its reader validates it again. */
  configuration: unknown;
  /** ISO instants. */
  fetchedAt: string;
  freshUntil: string;
}

const learnedScopesSchema = z.object({
  /** The settings it was learned for; what was learned for others is forgotten. */
  key: z.string(),
  failed: z.array(
    z.object({ scope: z.string(), failure: z.enum(['invalid-scope', 'empty-grant']), at: z.iso.datetime() }),
  ),
  /** What led to a launch, and since when launches begin with it. */
  worked: z.object({ scope: z.string(), since: z.iso.datetime() }),
});

/** What the EHR taught us about the scopes it takes: plain scope strings and ISO instants, no secret. */
export type LearnedScopes = z.output<typeof learnedScopesSchema>;

/** @returns undefined for anything else: then the configured scopes are asked for. */
export function readLearnedScopes(stored: unknown): LearnedScopes | undefined {
  return learnedScopesSchema.safeParse(stored).data;
}

export interface Organization extends OrganizationSettings {
  enabled: boolean;
  /** Grows when what we trust about the EHR changes or the organization is disabled: ends its launches (MT-05, REG-11). */
  connectionVersion: number;
  discovered: Discovered | undefined;
  learnedScopes?: LearnedScopes | undefined;
}

/** One thing wrong with one setting. */
export interface SettingProblem {
  field: string;
  message: string;
}

export type ParsedSettings = { ok: true; settings: OrganizationSettings } | { ok: false; problems: SettingProblem[] };

/** Settings that may be empty while an organization waits for its EHR team: no launch matches an empty FHIR base. */
export type UnsetField = 'fhirBaseUrl' | 'clientId';

const unset = z.literal('');

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
  const { fhirBaseUrl, clientId, ...rest } = shape(production);
  // A union would answer a wrong URL with "invalid input" instead of the reason.
  const isUnset = (field: UnsetField) => mayBeUnset.includes(field) && isRecord(input) && input[field] === '';
  const parsed = z
    .strictObject({
      ...rest,
      fhirBaseUrl: isUnset('fhirBaseUrl') ? unset : fhirBaseUrl,
      clientId: isUnset('clientId') ? unset : clientId,
    })
    .safeParse(input);
  if (parsed.success) return { ok: true, settings: parsed.data };
  return { ok: false, problems: parsed.error.issues.map(describeIssue) };
}

/**
 * Reads what the database holds: settings this version does not know are dropped, new ones get their defaults.
 *
 * @throws ZodError when the row breaks the rules; nothing is launched on settings nobody checked.
 */
export function readStoredSettings(stored: unknown): OrganizationSettings {
  const { fhirBaseUrl, clientId, ...rest } = shape(false);
  return z.object({ ...rest, fhirBaseUrl: unset.or(fhirBaseUrl), clientId: unset.or(clientId) }).parse(stored);
}

/** Whether its EHR is known: until then every launch ends in 'launch.unknown-issuer'. */
export function isConnected(organization: Pick<Organization, UnsetField>): boolean {
  return organization.fhirBaseUrl !== '' && organization.clientId !== '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function describeIssue(issue: z.core.$ZodIssue): SettingProblem {
  if (issue.code === 'unrecognized_keys') return { field: issue.keys.join(', '), message: 'is not a setting' };
  return { field: String(issue.path[0] ?? ''), message: issue.message };
}
