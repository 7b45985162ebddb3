/** The EHR vendors we know, and the settings a vendor's preset decides. */

/** Vendors with a preset; the two generic ones are the implementation guide's own words, in v1 and in v2 scopes. */
export const vendors = [
  'generic',
  'generic-v2',
  'epic',
  'oracle',
  'athenahealth',
  'meditech',
  'eclinicalworks',
  'nextgen-enterprise',
  'nextgen-office',
  'veradigm',
] as const;

export type Vendor = (typeof vendors)[number];

/** What earlier versions called a vendor; stored rows and old command lines still say so. */
const FORMER_NAMES = { nextgen: 'nextgen-enterprise' } as const satisfies Record<string, Vendor>;

export const formerVendors = Object.keys(FORMER_NAMES) as (keyof typeof FORMER_NAMES)[];

/** Every setting a preset decides. */
export interface PresetSettings {
  scopes: string;
  scopeVersion: 'auto' | 'v1' | 'v2';
  nonce: 'required' | 'optional';
  assertionAudience: 'token_endpoint' | 'issuer';
  assertionAlg: 'RS384' | 'ES384';
  assertionType: 'JWT' | 'client-authentication+jwt';
  clientIdInTokenBody: boolean;
  refreshIdToken: 'check' | 'missing-aud' | 'ignore';
  refreshMarginSeconds: number;
  searchParameters: string[];
  requestsPerMinute: number;
}

export type PresetField = keyof PresetSettings;

/** @param value as stored or typed; untrusted. */
export function vendorOf(value: unknown): Vendor | undefined {
  const former = formerVendors.find((name) => name === value);
  return former ? FORMER_NAMES[former] : vendors.find((vendor) => vendor === value);
}
