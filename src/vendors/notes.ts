/** Notes in the guide beyond the preset, from the vendors' own documents, or marked if they are not. */
import { type Vendor, vendorNames, vendors } from '#src/settings/vendor-names.ts';
import type { GuideNote } from '#views/guide/vendors.ts';

const unconfirmed = (text: string): GuideNote => ({ text, confirm: true });

const TWO_SERVERS =
  'NextGen Enterprise and NextGen Office are two different servers: register in the one that serves the FHIR URL.';

const NOTES: Partial<
  Record<Vendor, Partial<Record<'register' | 'expect' | 'settings', readonly (string | GuideNote)[]>>>
> = {
  epic: {
    register: [
      'Register on fhir.epic.com once for non-production and once for production: each has its own client ID, and each gets the JWKS URI of the matching deployment.',
      'Register the JWKS URI, not an uploaded key: Epic is retiring static keys (sandbox February 2026, customers May 2026 for backend apps). If a site must load a local .pem file (possible since August 2026), the operator downloads it in Settings > Keys.',
      unconfirmed('Wait after every change: a new registration or key takes hours to reach a site.'),
    ],
    expect: [
      'The FHIR URL ends in /api/FHIR/R4 and the issuer in /oauth2. This difference is normal; the check reports it as information.',
      'There is no revocation endpoint: signing out here forgets the token on our side; at Epic it expires by itself.',
      unconfirmed(
        'A wrong registration shows as invalid_client without any description; the key proof names the usual causes.',
      ),
      'ServiceRequest differs from site to site: production of November 2023 reads and searches, the sandbox of May 2026 also creates.',
      'A restricted (break-the-glass) chart must be opened in Epic first; the app is refused until then.',
    ],
  },
  oracle: {
    register: [
      'Enter the scopes of the preset, one by one.',
      'Wait 15 minutes after every change of the configuration.',
    ],
    expect: [
      'The tenant ID is part of the FHIR URL; with a wrong one the server answers 403 "Tenant not valid".',
      'Scopes that are not allowed are left out of the grant without an error; the launch says which are missing.',
      'The id_token names another issuer (…/oidc/idsps/…) than the SMART configuration.',
      'Signing keys change about every two days; an unknown key ID makes the app fetch the keys once more.',
      'An access token lasts 570 seconds, and a refresh token ends with the PowerChart session: the app then asks to be opened again.',
      'PowerChart opens the app in Edge WebView2, also over Citrix; cookies of the app must be allowed there.',
    ],
    settings: [
      'Issuers of id_tokens: after the first launch, the issuer that its id_token names, once the EHR team confirms it.',
    ],
  },
  athenahealth: {
    register: ['Enter the scopes of the preset, one by one.'],
    expect: [
      'The issuer is on athena.okta.com, the endpoints and keys on api.platform.athenahealth.com. Different hosts are normal here.',
      'No list of supported scopes is published; the app treats that as unknown, not as none.',
      unconfirmed(
        'The embedded frame allows neither top navigation nor storage access by user activation, so the app relies on partitioned cookies.',
      ),
      unconfirmed('An access token lasts 60 minutes.'),
    ],
    settings: [
      'Extra hosts for sign-in addresses: api.platform.athenahealth.com, if the check says that an endpoint is on another host.',
      unconfirmed(
        'Extra parameters of FHIR searches: ah-practice=Organization/a-1.Practice-…, if athenahealth asks for the practice; the number is your practice’s own.',
      ),
    ],
  },
  meditech: {
    register: [
      'Client IDs are issued in a call with MEDITECH. Ask there whether the production site registers private_key_jwt, the only method that this app uses.',
      'Ask for an RSA key registration, and for the scopes of the preset.',
    ],
    expect: [
      'Both discovery documents are at the root of the host while the FHIR URL is below /v2/uscore/STU6, and the issuer ends in a slash. If the check does not find them, it offers what it found.',
      'unauthorized_client (400) means that the grant type is not enabled for this client; invalid_client (401) that the client or key is not known.',
      'Its documentation hosts answer any path with a page and status 200: take the FHIR URL from the registration, not from a browser.',
    ],
  },
  eclinicalworks: {
    register: [
      'Have the JWKS URI allow-listed by eClinicalWorks; a key behind another address is not fetched.',
      'The FHIR URL contains the six-character practice code: one organization here per practice.',
      unconfirmed('A launch URL on localhost is refused.'),
    ],
    expect: ['Without online_access a launch ends when its access token does.'],
  },
  'nextgen-enterprise': {
    register: [TWO_SERVERS],
    expect: [
      'The SMART configuration and the OpenID document name different issuers and keys. The check shows both.',
      'Without online_access a launch ends when its access token does.',
    ],
    settings: ['Issuers of id_tokens: the one of the two that the EHR team confirms.'],
  },
  'nextgen-office': {
    register: [TWO_SERVERS],
    expect: [
      'Users sign in with Keycloak: the OpenID document is at its realm, not at the FHIR URL.',
      unconfirmed(
        'A Keycloak sign-in page refuses to be shown in a frame: the app then offers to open in a new window.',
      ),
    ],
  },
  veradigm: {
    register: [
      'Ask Veradigm to enable asymmetric client authentication (private_key_jwt): its capabilities name this method, but its method list does not.',
    ],
    expect: [
      'The issuer is on another host than the FHIR URL. That is normal.',
      'The SMART configuration uses a non-standard field name for its authentication methods; the check looks at the capability as well.',
    ],
  },
};

export const vendorNotes = vendors.flatMap((vendor) => {
  const { register, expect, settings } = NOTES[vendor] ?? {};
  const notes = { register: notesOf(register), expect: notesOf(expect), settings: notesOf(settings) };
  return NOTES[vendor] ? [{ vendor, name: vendorNames[vendor], ...notes }] : [];
});

function notesOf(notes: readonly (string | GuideNote)[] = []): GuideNote[] {
  return notes.map((note) => (typeof note === 'string' ? { text: note } : note));
}
