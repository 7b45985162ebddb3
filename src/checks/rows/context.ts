/** The evidence behind the rows: every document is fetched once, side by side where the order allows, and shared. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import type { ConnectionProbe, Handshake, Probed } from '#src/adapters/ehr-http/tls-probe.ts';
import { type ConfigurationFinding, findConfiguration } from '#src/checks/parsed/configuration.ts';
import { type Evidence, look } from '#src/checks/parsed/fetched.ts';
import { findIssuers, type IssuerFinding } from '#src/checks/parsed/issuer.ts';
import { findKeys, type KeysFinding } from '#src/checks/parsed/keys.ts';
import { presetScopes } from '#src/vendors/presets.ts';
import type { CheckedSettings, CheckInput } from './result.ts';

/** The outside world of the checks. */
export interface CheckDependencies {
  outbound: Outbound;
  probe: ConnectionProbe;
  clock: Clock;
  publicUrl: URL;
  /** Our own published keys, to compare with what our JWKS URL serves. */
  ownKeys: () => { keys: readonly { kid: string }[] };
  limits?: CheckLimits;
}

/** Milliseconds. */
export interface CheckLimits {
  /** One call: the same as a launch has (REG-07). */
  callMs: number;
  /** Everything, whatever the server does. */
  overallMs: number;
}

export const defaultLimits: CheckLimits = { callMs: 5_000, overallMs: 14_500 };

/** What is known while the checks run; nothing in it rejects. */
export interface Study {
  fhirUrl: string;
  fhirBase: URL;
  settings: CheckedSettings;
  /** false: no organization was named, so its settings are only the defaults. */
  hasOrganization: boolean;
  publicUrl: URL;
  ownKids: string[];
  addresses: Promise<Probed<string[]>>;
  /** undefined for plain http on this machine. */
  handshake: Promise<Probed<Handshake> | undefined>;
  wellKnown: Promise<Evidence>;
  metadata: Promise<Evidence>;
  configuration: Promise<ConfigurationFinding | undefined>;
  issuers: Promise<IssuerFinding[]>;
  keys: Promise<KeysFinding>;
  ownJwks: Promise<Evidence>;
  accepts(url: URL): boolean;
}

const DEFAULTS: CheckedSettings = {
  scopes: presetScopes('generic'),
  scopeVersion: 'auto',
  frameAncestors: [],
  issuers: [],
  allowedHosts: [],
  privateNetworks: [],
  assertionAlg: 'RS384',
  nonce: 'required',
  showEhrOrders: true,
  standalone: false,
  redirectUri: 'shared',
};

/** Starts fetching. */
export function beginStudy(input: CheckInput, dependencies: CheckDependencies): Study {
  const { outbound, probe, clock, publicUrl, limits = defaultLimits } = dependencies;
  const settings = input.organization ?? DEFAULTS;
  const fhirUrl = input.fhirUrl.replace(/\/$/, '');
  const fhirBase = new URL(fhirUrl);
  const allowPrivate = settings.privateNetworks;
  const probing = { deadlineMs: limits.callMs, allowPrivate };
  const see = (address: string, accept?: string) =>
    look(new URL(address), { outbound, clock, deadlineMs: limits.callMs, allowPrivate, ...(accept ? { accept } : {}) });

  const addresses = probe.resolve(fhirBase.hostname.replace(/^\[|\]$/g, ''), probing);
  const wellKnown = see(`${fhirUrl}/.well-known/smart-configuration`);
  const metadata = see(`${fhirUrl}/metadata`, 'application/fhir+json');
  const accepts = (url: URL) => outbound.accepts(url);
  const rules = { fhirBase, allowedHosts: settings.allowedHosts, accepts };
  const configuration = findConfiguration({ wellKnown, metadata, rules });
  const issuers = findIssuers({ fhirUrl, configured: settings.issuers, configuration, see, accepts });
  return {
    fhirUrl,
    fhirBase,
    settings,
    hasOrganization: input.organization !== undefined,
    publicUrl,
    ownKids: dependencies.ownKeys().keys.map(({ kid }) => kid),
    addresses,
    handshake: fhirBase.protocol === 'https:' ? probe.handshake(fhirBase, probing) : Promise.resolve(undefined),
    wellKnown,
    metadata,
    configuration,
    issuers,
    keys: findKeys({ configuration, issuers, see, accepts }),
    // Ours, so an organization's private networks do not apply.
    ownJwks: look(new URL('/.well-known/jwks.json', publicUrl), {
      outbound,
      clock,
      deadlineMs: limits.callMs,
      allowPrivate: [],
    }),
    accepts,
  };
}
