/** Fetches what the rows judge: every document once, in parallel where the order allows, shared by all rows. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Outbound, OutboundRequest, OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import type { ConnectionProbe, Handshake, Probed } from '#src/adapters/ehr-http/tls-probe.ts';
import { redirectUriOf } from '#src/organizations/registration.ts';
import { defaultSettings } from '#src/settings/derived.ts';
import type { EndpointRules } from '#src/smart/documents/endpoint.ts';
import { type Fetched, fetchDocument } from '#src/smart/documents/fetched.ts';
import { parseGiven } from '#src/smart/documents/given-endpoints.ts';
import type { ParsedConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { documentBelow, findConfiguration, WELL_KNOWN } from '#src/smart/step-3-discovery.ts';
import { type FoundIssuer, type FoundKeySet, findIssuers, findKeys } from './issuer-triangle.ts';
import type { CheckedSettings, CheckInput } from './result.ts';

export interface CheckDependencies {
  outbound: Outbound;
  probe: ConnectionProbe;
  clock: Clock;
  publicUrl: URL;
  /** Our own published keys, to compare with what our JWKS URL serves. */
  ownKeys: () => { keys: readonly { kid: string }[] };
  /** Milliseconds; absent on the command line. */
  databaseTime?: () => Promise<number>;
  limits?: CheckLimits;
}

/** Milliseconds. */
export interface CheckLimits {
  /** For one call; a launch has the same (REG-07). */
  callMs: number;
  /** For the whole run, whatever the server does. */
  overallMs: number;
}

export const defaultLimits: CheckLimits = { callMs: 5_000, overallMs: 14_500 };

export interface CheckContext {
  fhirUrl: string;
  fhirBase: URL;
  settings: CheckedSettings;
  /** When false, no organization was named and `settings` holds the defaults. */
  hasOrganization: boolean;
  publicUrl: URL;
  now: Clock;
  databaseTime: CheckDependencies['databaseTime'];
  ownKids: string[];
  addresses: Promise<Probed<string[]>>;
  /** undefined for plain http on this machine. */
  handshake: Promise<Probed<Handshake> | undefined>;
  wellKnown: Promise<Fetched>;
  metadata: Promise<Fetched>;
  /** What a launch uses: given by an administrator, or published by the EHR. */
  configuration: Promise<ParsedConfiguration | undefined>;
  /** What the EHR publishes, used or not. */
  published: Promise<ParsedConfiguration | undefined>;
  issuers: Promise<FoundIssuer[]>;
  keys: Promise<FoundKeySet>;
  ownJwks: Promise<Fetched>;
  /** Fetches another public document under the same rules. */
  see: (url: URL) => Promise<Fetched>;
  /** Sends one request to an address of the sign-in; absent in scheduled runs. @throws OutboundError */
  ask: ((url: URL, request?: OutboundRequest) => Promise<OutboundResponse>) | undefined;
  /** As a launch names this app; undefined while the organization has no client ID. */
  client: { clientId: string; redirectUri: string } | undefined;
  rules: EndpointRules;
}

/** Sends one request to an address of the sign-in. */
export type Ask = NonNullable<CheckContext['ask']>;

/** Starts all fetches at once and waits for none. */
export function beginContext(input: CheckInput, dependencies: CheckDependencies): CheckContext {
  const { outbound, probe, clock, publicUrl, limits = defaultLimits } = dependencies;
  const settings = input.organization ?? { id: '', clientId: '', ...defaultSettings() };
  const fhirUrl = input.fhirUrl.replace(/\/$/, '');
  const fhirBase = new URL(fhirUrl);
  const { clientId } = settings;
  const probing = { deadlineMs: limits.callMs, allowPrivate: settings.privateNetworks };
  const see = (url: URL, accept = 'application/json') => fetchDocument(url, outbound, { accept, clock, ...probing });
  const accepts = (url: URL) => outbound.accepts(url);

  const addresses = probe.resolve(fhirBase.hostname.replace(/^\[|\]$/g, ''), probing);
  const wellKnown = see(new URL(documentBelow(fhirUrl, WELL_KNOWN)));
  const metadata = see(new URL(documentBelow(fhirUrl, 'metadata')), 'application/fhir+json');
  const rules = { fhirBase, allowedHosts: settings.allowedHosts, accepts };
  const documents = { wellKnown: () => wellKnown, metadata: () => metadata, rules };
  const published = findConfiguration(documents).then(({ parsed }) => parsed);
  const given = parseGiven(settings, rules);
  const configuration = given ? Promise.resolve(given) : published;
  const issuers = findIssuers({ fhirUrl, configured: settings.issuers, configuration }, { see, accepts });
  return {
    fhirUrl,
    fhirBase,
    settings,
    hasOrganization: input.organization !== undefined,
    publicUrl,
    now: clock,
    databaseTime: dependencies.databaseTime,
    ownKids: dependencies.ownKeys().keys.map(({ kid }) => kid),
    addresses,
    handshake: fhirBase.protocol === 'https:' ? probe.handshake(fhirBase, probing) : Promise.resolve(undefined),
    wellKnown,
    metadata,
    configuration,
    published,
    issuers,
    keys: findKeys({ configuration, issuers }, { see, accepts }),
    // This URL is ours, so an organization's private networks do not apply.
    ownJwks: fetchDocument(new URL('/.well-known/jwks.json', publicUrl), outbound, {
      clock,
      deadlineMs: limits.callMs,
    }),
    see,
    ask: input.asksSignIn && ((url, request) => outbound.request(url, { ...request, ...probing })),
    client: clientId === '' ? undefined : { clientId, redirectUri: redirectUriOf(publicUrl, settings) },
    rules,
  };
}
