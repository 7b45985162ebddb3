/**
 * What the guide tells an EHR team about its vendor beside the preset, which says itself what it sets and why: from the
 * vendors' own documents, and marked where it is not.
 */

import { vendorName } from './presets.ts';
import type { Vendor } from './vendor.ts';

/** One thing to do or to expect. */
export interface VendorNote {
  text: string;
  /** Known from a secondary source (an issue thread, another integrator's guide) only: the reader is told to confirm it. */
  confirm?: true;
}

export interface VendorNotes {
  vendor: Vendor;
  name: string;
  /** What to do when registering, in order. */
  register: readonly VendorNote[];
  /** What the EHR does that looks wrong and is not, or is wrong and how to tell. */
  expect: readonly VendorNote[];
  /** Settings no preset can know, to choose at Settings > Integrations > SMART on FHIR, under Advanced settings. */
  settings: readonly VendorNote[];
}

const EPIC: Omit<VendorNotes, 'vendor' | 'name'> = {
  register: [
    {
      text: 'Register on fhir.epic.com once for non-production and once for production: each has its own client ID, and each gets the JWKS URI of the matching deployment.',
    },
    {
      text: 'Register the JWKS URI, not an uploaded key: Epic is retiring static keys (sandbox February 2026, customers May 2026 for backend apps). Where a site must load a local .pem file (possible since August 2026), the operator downloads it at Settings > Keys.',
    },
    { text: 'Wait after every change: a new registration or key takes hours to reach a site.', confirm: true },
  ],
  expect: [
    {
      text: 'The FHIR URL ends in /api/FHIR/R4 and the issuer in /oauth2. That they differ is normal; the check says so as information.',
    },
    {
      text: 'There is no revocation endpoint: signing out here forgets the token on our side; it runs out at Epic by itself.',
    },
    {
      text: 'A wrong registration shows as invalid_client without any description; our key proof names the usual causes.',
      confirm: true,
    },
    {
      text: 'ServiceRequest differs from site to site: production of November 2023 reads and searches, the sandbox of May 2026 also creates.',
    },
    { text: 'A restricted (break-the-glass) chart must be opened in Epic first; the app is refused until then.' },
  ],
  settings: [],
};

const ORACLE: Omit<VendorNotes, 'vendor' | 'name'> = {
  register: [
    { text: 'Enter the scopes of the preset, one by one.' },
    { text: 'Wait 15 minutes after every change of the configuration.' },
  ],
  expect: [
    { text: 'The tenant ID is part of the FHIR URL; with a wrong one the server answers 403 "Tenant not valid".' },
    {
      text: 'Scopes that are not allowed are left out of the grant without an error; our launch says which are missing.',
    },
    {
      text: 'The id_token names another issuer (…/oidc/idsps/…) than the SMART configuration.',
    },
    { text: 'Signing keys change about every two days; an unknown key ID makes us fetch the keys once more.' },
    {
      text: 'Access lasts 570 seconds, and a refresh token ends with the PowerChart session: the app then asks to be opened again.',
    },
    { text: 'PowerChart opens the app in Edge WebView2, also over Citrix; cookies of the app must be allowed there.' },
  ],
  settings: [
    {
      text: 'Issuers of id_tokens: after the first launch, the issuer that its id_token names, once the EHR team confirms it.',
    },
  ],
};

const ATHENA: Omit<VendorNotes, 'vendor' | 'name'> = {
  register: [{ text: 'Enter the scopes of the preset, one by one.' }],
  expect: [
    {
      text: 'The issuer is on athena.okta.com, the endpoints and keys on api.platform.athenahealth.com. Different hosts are normal here.',
    },
    { text: 'No list of supported scopes is published; we treat that as unknown, not as none.' },
    {
      text: 'The embedded frame allows neither top navigation nor storage access by user activation, so the app relies on partitioned cookies.',
      confirm: true,
    },
    { text: 'Access lasts 60 minutes.', confirm: true },
  ],
  settings: [
    {
      text: 'Extra hosts for sign-in addresses: api.platform.athenahealth.com, if the check says that an endpoint is on another host.',
    },
    {
      text: 'Extra parameters of FHIR searches: ah-practice=Organization/a-1.Practice-…, if athenahealth asks for the practice; the number is your practice’s own.',
      confirm: true,
    },
  ],
};

const MEDITECH: Omit<VendorNotes, 'vendor' | 'name'> = {
  register: [
    {
      text: 'Client IDs are issued in a call with MEDITECH. Ask there whether the production site registers private_key_jwt; it is the only method this app uses.',
    },
    { text: 'Ask for an RSA key registration, and for the scopes of the preset.' },
  ],
  expect: [
    {
      text: 'Both discovery documents are at the root of the host while the FHIR URL is below /v2/uscore/STU6, and the issuer ends in a slash. If the check does not find them, it offers what it found.',
    },
    {
      text: 'unauthorized_client (400) means that the grant type is not enabled for this client; invalid_client (401) that the client or key is not known.',
    },
    {
      text: 'Its documentation hosts answer any path with a page and status 200: take the FHIR URL from the registration, not from a browser.',
    },
  ],
  settings: [],
};

const ECLINICALWORKS: Omit<VendorNotes, 'vendor' | 'name'> = {
  register: [
    { text: 'Have the JWKS URI allow-listed by eClinicalWorks; a key behind another address is not fetched.' },
    { text: 'The FHIR URL contains the six-character practice code: one organization here per practice.' },
    { text: 'A launch URL on localhost is refused.', confirm: true },
  ],
  expect: [{ text: 'Without online_access a launch ends when its access token does.' }],
  settings: [],
};

const TWO_SERVERS: VendorNote = {
  text: 'NextGen Enterprise and NextGen Office are two different servers: register in the one that serves the FHIR URL.',
};

const NEXTGEN_ENTERPRISE: Omit<VendorNotes, 'vendor' | 'name'> = {
  register: [TWO_SERVERS],
  expect: [
    { text: 'The SMART configuration and the OpenID document name different issuers and keys. The check shows both.' },
    { text: 'Without online_access a launch ends when its access token does.' },
  ],
  settings: [{ text: 'Issuers of id_tokens: the one of the two that the EHR team confirms.' }],
};

const NEXTGEN_OFFICE: Omit<VendorNotes, 'vendor' | 'name'> = {
  register: [TWO_SERVERS],
  expect: [
    { text: 'Users sign in with Keycloak: the OpenID document is at its realm, not at the FHIR URL.' },
    {
      text: 'A Keycloak sign-in page refuses to be shown in a frame: the app then offers to open in a new window.',
      confirm: true,
    },
  ],
  settings: [],
};

const VERADIGM: Omit<VendorNotes, 'vendor' | 'name'> = {
  register: [
    {
      text: 'Ask Veradigm to enable asymmetric client authentication (private_key_jwt): its method list does not name it although its capabilities do.',
    },
  ],
  expect: [
    { text: 'The issuer is on another host than the FHIR URL. That is normal.' },
    {
      text: 'The SMART configuration uses a non-standard field name for its authentication methods; we judge by the capability as well.',
    },
  ],
  settings: [],
};

const NOTES = {
  epic: EPIC,
  oracle: ORACLE,
  athenahealth: ATHENA,
  meditech: MEDITECH,
  eclinicalworks: ECLINICALWORKS,
  'nextgen-enterprise': NEXTGEN_ENTERPRISE,
  'nextgen-office': NEXTGEN_OFFICE,
  veradigm: VERADIGM,
} satisfies Partial<Record<Vendor, unknown>>;

/** In the order of the guide: every vendor but the two generic ones. */
export const vendorNotes: readonly VendorNotes[] = (Object.keys(NOTES) as (keyof typeof NOTES)[]).map((vendor) => ({
  vendor,
  name: vendorName(vendor),
  ...NOTES[vendor],
}));
