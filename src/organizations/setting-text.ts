/** Settings as typed on a command line: `key=value` texts to the raw values the schema judges. */
import type { OrganizationSettings, SettingProblem } from '#src/organizations/organization.ts';

type SettingField = Exclude<keyof OrganizationSettings, 'id' | 'name' | 'fhirBaseUrl' | 'clientId'>;
type Kind = 'text' | 'list' | 'flag';

/** Raw values by field, before the schema has seen them. */
export type SettingChanges = Partial<Record<keyof OrganizationSettings, unknown>>;

const SETTINGS: Record<string, { field: SettingField; kind: Kind }> = {
  vendor: { field: 'vendor', kind: 'text' },
  scopes: { field: 'scopes', kind: 'text' },
  scopeVersion: { field: 'scopeVersion', kind: 'text' },
  frameAncestors: { field: 'frameAncestors', kind: 'list' },
  redirectUri: { field: 'redirectUri', kind: 'text' },
  allowedHosts: { field: 'allowedHosts', kind: 'list' },
  privateNetworks: { field: 'privateNetworks', kind: 'list' },
  issuer: { field: 'issuers', kind: 'list' },
  nonce: { field: 'nonce', kind: 'text' },
  assertionAudience: { field: 'assertionAudience', kind: 'text' },
  assertionAlg: { field: 'assertionAlg', kind: 'text' },
  showEhrOrders: { field: 'showEhrOrders', kind: 'flag' },
  createRequests: { field: 'createRequests', kind: 'flag' },
  timeZone: { field: 'timeZone', kind: 'text' },
  clientIdInTokenBody: { field: 'clientIdInTokenBody', kind: 'flag' },
  refreshIdToken: { field: 'refreshIdToken', kind: 'text' },
  assertionType: { field: 'assertionType', kind: 'text' },
  refreshMarginSeconds: { field: 'refreshMarginSeconds', kind: 'text' },
  searchParameters: { field: 'searchParameters', kind: 'list' },
  requestsPerMinute: { field: 'requestsPerMinute', kind: 'text' },
  standalone: { field: 'standalone', kind: 'flag' },
  userAssociation: { field: 'userAssociation', kind: 'text' },
  userTypes: { field: 'userTypes', kind: 'text' },
  introspection: { field: 'introspection', kind: 'text' },
};

/** The keys `--setting` knows. */
export const settingKeys: readonly string[] = Object.keys(SETTINGS);

/**
 * Splits `key=value` texts. Values are judged later, by the one schema; a list is comma-separated and empty clears it.
 */
export function readSettingTexts(texts: readonly string[]): { changes: SettingChanges; problems: SettingProblem[] } {
  const changes: SettingChanges = {};
  const problems: SettingProblem[] = [];
  for (const text of texts) {
    const [, key = text, value] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    const setting = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
    if (!setting) problems.push({ field: key, message: `is not a setting (valid keys: ${settingKeys.join(', ')})` });
    else if (value === undefined) problems.push({ field: key, message: 'needs a value: key=value' });
    else if (setting.field in changes) problems.push({ field: key, message: 'is given twice' });
    else changes[setting.field] = rawValue(value.trim(), setting.kind);
  }
  return { changes, problems };
}

/** The name a person typed for a field of the schema. */
export function settingKeyOf(field: string): string {
  return Object.entries(SETTINGS).find(([, setting]) => setting.field === field)?.[0] ?? field;
}

function rawValue(text: string, kind: Kind): unknown {
  if (kind === 'flag') return text === 'true' ? true : text === 'false' ? false : text;
  if (kind === 'text') return text;
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
