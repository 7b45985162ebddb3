/** The advanced settings of a connection in words: what each does, why one would touch it, and the safe choice. */

/** One value of a choice, and what it is called. */
export interface Choice {
  readonly value: string;
  readonly text: string;
}

/** One setting. */
export interface AdvancedField {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  /** a choice, the choice of a vendor, a switch, several lines, one line, or a whole number */
  readonly kind: readonly Choice[] | 'vendor' | 'switch' | 'lines' | 'line' | 'number';
}

/** By what an administrator wants to change. */
export const advancedGroups: readonly { title: string; fields: readonly AdvancedField[] }[] = [
  {
    title: 'Where the app is shown',
    fields: [
      {
        name: 'frameAncestors',
        label: 'EHR pages that may show the app in a frame',
        hint: 'Origins, one per line, such as https://ehr.example.org or https://*.example.org. Empty: the app opens in a window of its own only.',
        kind: 'lines',
      },
    ],
  },
  {
    title: 'Where the organization is',
    fields: [
      {
        name: 'timeZone',
        label: 'Time zone',
        hint: 'IANA name, such as America/New_York or Europe/Berlin. Days and times of its requests and of its Settings pages are shown in it, and a request is overdue when its day is over there. Empty: the time zone of the server.',
        kind: 'line',
      },
    ],
  },
  {
    title: 'What the app asks for',
    fields: [
      {
        name: 'vendor',
        label: 'EHR vendor',
        hint: 'Sets everything its preset names (the table above), except what somebody has changed here, now or before.',
        kind: 'vendor',
      },
      {
        name: 'scopes',
        label: 'Scopes',
        hint: 'As registered in the EHR, separated by spaces. launch, openid and fhirUser are needed.',
        kind: 'lines',
      },
      {
        name: 'scopeVersion',
        label: 'Spelling of the scopes',
        hint: 'Safe choice: automatic, which follows what the EHR says it understands.',
        kind: [
          { value: 'auto', text: 'automatic' },
          { value: 'v1', text: 'v1 (patient/Patient.read)' },
          { value: 'v2', text: 'v2 (patient/Patient.rs)' },
        ],
      },
      {
        name: 'searchParameters',
        label: 'Extra parameters of FHIR searches',
        hint: 'name=value, one per line, added to every search for requests. Only where the EHR team asks for them, such as ah-practice at athenahealth. The patient cannot be set here.',
        kind: 'lines',
      },
      {
        name: 'showEhrOrders',
        label: 'Show orders of the EHR in the request list',
        hint: 'Needs ServiceRequest on the FHIR server. Safe choice: on.',
        kind: 'switch',
      },
      {
        name: 'createRequests',
        label: 'Let clinicians create requests',
        hint: 'Writes a ServiceRequest to the EHR. Needs an EHR that takes them and the scope patient/ServiceRequest.write (v2: .c) among the scopes above. Not needed to verify a launch.',
        kind: 'switch',
      },
    ],
  },
  {
    title: 'Whom the app trusts',
    fields: [
      {
        name: 'issuers',
        label: 'Issuers of id_tokens',
        hint: 'One URL per line. Empty: the issuer that the EHR names. Fill it only when the checks suggest one, or an id_token is refused because of its issuer and the EHR team confirms the value.',
        kind: 'lines',
      },
      {
        name: 'allowedHosts',
        label: 'Extra hosts for sign-in addresses',
        hint: 'host or host:port, one per line. Only hosts the EHR team confirms as theirs: sign-in codes are sent there.',
        kind: 'lines',
      },
      {
        name: 'redirectUri',
        label: 'Redirect URI',
        hint: 'Own adds the Org ID to it, so that no other EHR can answer in the name of this one. Safe choice: own, where the EHR team can register it; change both at the same time.',
        kind: [
          { value: 'shared', text: 'shared by all organizations' },
          { value: 'own', text: 'own, with the Org ID' },
        ],
      },
      {
        name: 'nonce',
        label: 'Nonce in the id_token',
        hint: 'Safe choice: required. Optional accepts an EHR that leaves it out; a wrong one is refused either way.',
        kind: [
          { value: 'required', text: 'required' },
          { value: 'optional', text: 'optional' },
        ],
      },
      {
        name: 'refreshIdToken',
        label: 'id_token in a refresh answer',
        hint: 'Safe choice: check. The second is for test servers that send one without an audience, such as the public SMART launcher; all else is still checked. Ignore looks at none of it.',
        kind: [
          { value: 'check', text: 'check' },
          { value: 'missing-aud', text: 'check, but accept one without an audience' },
          { value: 'ignore', text: 'ignore' },
        ],
      },
    ],
  },
  {
    title: 'Who may use the app',
    fields: [
      {
        name: 'userTypes',
        label: 'Kinds of EHR users',
        hint: 'Whose launches are accepted, as the EHR describes them (fhirUser).',
        kind: [
          { value: 'any', text: 'everybody the EHR lets launch the app' },
          { value: 'practitioner', text: 'practitioners only (Practitioner, PractitionerRole)' },
        ],
      },
      {
        name: 'userAssociation',
        label: 'First launch of an EHR user',
        hint: 'How a person who launches for the first time becomes a user of this organization here. Codes and confirmations are in Settings > Clinicians. Those who are linked already notice nothing.',
        kind: [
          { value: 'automatic', text: 'let them in at once' },
          { value: 'code', text: 'ask for a one-time code from you' },
          { value: 'confirmation', text: 'wait until you confirm them' },
        ],
      },
      {
        name: 'standalone',
        label: 'Standalone launch',
        hint: 'Lets people open the app outside the EHR, sign in there and pick a patient. The registration sheet then has the address and the scopes. Off unless the EHR team has agreed.',
        kind: 'switch',
      },
    ],
  },
  {
    title: 'How long a launch lasts',
    fields: [
      {
        name: 'refreshMarginSeconds',
        label: 'Renew a token this many seconds before it ends',
        hint: '30 to 600. Safe choice: 30; the last fifth of a token’s life counts anyway. More where the clock of the EHR is ahead. A token shorter than twice this is renewed at half its life.',
        kind: 'number',
      },
      {
        name: 'introspection',
        label: 'Ask the EHR whether a token is still active',
        hint: 'At most once a minute, when a page is asked for; a token that is not active is renewed or ends the launch. Needs an introspection endpoint. Safe choice: off.',
        kind: [
          { value: 'off', text: 'off' },
          { value: 'on', text: 'on' },
        ],
      },
      {
        name: 'requestsPerMinute',
        label: 'Most calls to the EHR per minute',
        hint: '0: no limit. Set what the EHR vendor allows, such as 250 at eClinicalWorks.',
        kind: 'number',
      },
    ],
  },
  {
    title: 'How the app proves itself to the EHR',
    fields: [
      {
        name: 'assertionAlg',
        label: 'Signing algorithm',
        hint: 'Safe choice: RS384, which every EHR vendor accepts.',
        kind: [
          { value: 'RS384', text: 'RS384 (RSA)' },
          { value: 'ES384', text: 'ES384 (elliptic curve)' },
        ],
      },
      {
        name: 'assertionAudience',
        label: 'Audience of the signed assertion',
        hint: 'Safe choice: token endpoint, as SMART says. Issuer is for servers that demand it, such as HelseID.',
        kind: [
          { value: 'token_endpoint', text: 'token endpoint' },
          { value: 'issuer', text: 'issuer' },
        ],
      },
      {
        name: 'assertionType',
        label: 'Type of the signed assertion',
        hint: 'Safe choice: JWT, as SMART says. The other is for servers of RFC 7523bis, such as HelseID, which want the issuer as audience as well.',
        kind: [
          { value: 'JWT', text: 'JWT' },
          { value: 'client-authentication+jwt', text: 'client-authentication+jwt' },
        ],
      },
      {
        name: 'clientIdInTokenBody',
        label: 'Send the client ID in token requests as well',
        hint: 'Off unless the EHR refuses token requests without it: SMART leaves it out.',
        kind: 'switch',
      },
    ],
  },
];
