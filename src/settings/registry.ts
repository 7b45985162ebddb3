/** Every setting, one row each: schema, command line, form, presets and docs follow. The form has the rows' order. */
import { serverTimeZone } from '#src/adapters/time-zone.ts';
import { endpointHost, endpointUrl, frameAncestor, network, serverUrl, webPage } from './addresses.ts';
import { DEFAULT_SERVICES } from './default-services.ts';
import {
  catalogueText,
  orNothing,
  plainText,
  receiversText,
  scopeString,
  searchParameter,
  telephone,
  timeZone,
} from './formats.ts';
import { address, choice, flag, list, number, text } from './setting-row.ts';
import { vendorNames } from './vendor-names.ts';

const SHOWN = 'Where the app is shown';
const PLACE = 'Where the organization is';
const HELP = 'Whom users call when something fails';
const ASKED = 'What the app asks for';
const WATCHED = 'When a request needs attention';
const TRUSTED = 'Whom the app trusts';
const GIVEN = 'Endpoints given by hand';
const USERS = 'Who may use the app';
const LIFE = 'How long a launch lasts';
const PROOF = 'How the app proves itself to the EHR';
const NEW_REQUESTS = 'What the form of a new request offers';
const OPERATOR = 'Set by the operator';

export const settings = {
  frameAncestors: list(50, frameAncestor, {
    ownPage: true,
    group: SHOWN,
    label: 'EHR pages that may show the app in a frame',
    hint: 'Address of the EHR’s own pages, one per line, such as https://ehr.example.org or https://*.example.org. A path is removed. If empty, the app opens only in a window of its own.',
  }),
  timeZone: text(timeZone, {
    kind: 'line',
    default: serverTimeZone,
    defaultText: 'the time zone of the server',
    group: PLACE,
    label: 'Time zone',
    hint: 'IANA name, such as America/New_York or Europe/Berlin. Pages of requests and of Settings show days and times in this zone. It also decides when a request is overdue. If empty, the time zone of the server is used.',
  }),
  helpDeskName: text(orNothing(plainText(80)), {
    kind: 'line',
    default: '',
    group: HELP,
    label: 'Help desk',
    hint: 'Name of the help desk that your clinicians call, such as St. Elsewhere Service Desk. Every error page names it beside the support code.',
  }),
  helpDeskTelephone: text(orNothing(telephone), {
    kind: 'line',
    default: '',
    group: HELP,
    label: 'Telephone of the help desk',
    hint: 'As people dial it inside the organization, such as 555 0100 or extension 4711.',
  }),
  helpDeskUrl: text(orNothing(webPage), {
    kind: 'line',
    default: '',
    group: HELP,
    label: 'Web page of the help desk',
    hint: 'An https address. Error pages link to it; it opens in a new window.',
  }),
  vendor: choice(vendorNames, {
    default: 'generic',
    group: ASKED,
    label: 'EHR vendor',
    hint: 'Sets the values of its preset, except those that were changed here. Settings lists them under “Preset in use”.',
  }),
  scopes: text(scopeString, {
    kind: 'text',
    default: 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access',
    preset: true,
    group: ASKED,
    label: 'Scopes',
    hint: 'As registered in the EHR, separated by spaces. launch, openid and fhirUser are required. Add patient/Task.read (v2: patient/Task.rs) if providers answer in the EHR with Tasks: the list then shows their answers.',
  }),
  scopeVersion: choice(
    { auto: 'Automatic', v1: 'v1 (patient/Patient.read)', v2: 'v2 (patient/Patient.rs)' },
    {
      default: 'auto',
      preset: true,
      group: ASKED,
      label: 'Scope syntax',
      hint: 'Recommended: Automatic, which follows what the EHR announces.',
    },
  ),
  searchParameters: list(10, () => searchParameter, {
    preset: true,
    group: ASKED,
    label: 'Extra parameters of FHIR searches',
    hint: 'name=value, one per line, added to every search for requests. Only if the EHR team asks for them, such as ah-practice at athenahealth. The patient cannot be set here.',
  }),
  showEhrOrders: flag({
    default: true,
    group: ASKED,
    label: 'Show orders of the EHR in the request list',
    hint: 'Recommended: on. Needs ServiceRequest on the FHIR server.',
  }),
  createRequests: flag({
    default: false,
    group: ASKED,
    label: 'Let clinicians create requests',
    hint: 'Writes a ServiceRequest to the EHR. The EHR must accept it, and the scopes above must include patient/ServiceRequest.write (v2: .c). Not needed to verify a launch.',
  }),
  transportStillDays: number(1, 365, {
    default: 3,
    group: WATCHED,
    label: 'Days without movement: transport',
    hint: 'From 1 to 365. The request list flags an open request for transport after this many days without news.',
  }),
  otherStillDays: number(1, 365, {
    default: 7,
    group: WATCHED,
    label: 'Days without movement: all other services',
    hint: 'From 1 to 365. The same for every other service.',
  }),
  issuers: list(10, (production) => serverUrl(production), {
    key: 'issuer',
    endsLaunches: true,
    group: TRUSTED,
    label: 'Issuers of id_tokens',
    hint: 'One URL per line. Leave it empty to trust the issuer the EHR announces. Fill it in only if a check suggests it, or if an id_token was refused because of its issuer and the EHR team confirms the value.',
  }),
  allowedHosts: list(20, () => endpointHost, {
    endsLaunches: true,
    group: TRUSTED,
    label: 'Extra hosts for sign-in addresses',
    hint: 'host or host:port, one per line. Only hosts the EHR team confirms as its own: authorization codes are sent there.',
  }),
  /** `own`: a redirect URI that names the organization, the mix-up defence at EHRs without RFC 9207 (MT-04). */
  redirectUri: choice(
    { shared: 'Shared by all organizations', own: 'Own, with the Org ID' },
    {
      default: 'shared',
      group: TRUSTED,
      label: 'Redirect URI',
      hint: 'Recommended: Own, if the EHR team can register it. Then no other EHR can answer in place of this one. Change it here and in the EHR at the same time.',
    },
  ),
  nonce: choice(
    { required: 'Required', optional: 'Optional' },
    {
      default: 'required',
      preset: true,
      group: TRUSTED,
      label: 'Nonce in the id_token',
      hint: 'Recommended: Required. "Optional" accepts an id_token without a nonce; a wrong nonce is always refused.',
    },
  ),
  refreshIdToken: choice(
    { check: 'Verify', 'missing-aud': 'Allow missing audience', ignore: 'Ignore' },
    {
      default: 'check',
      preset: true,
      group: TRUSTED,
      label: 'id_token in a refresh answer',
      hint: 'Recommended: Verify. "Allow missing audience" is for test servers such as the public SMART launcher. "Ignore" skips verification.',
    },
  ),
  authorizationEndpoint: address(endpointUrl, {
    group: GIVEN,
    label: 'Authorization endpoint',
    hint: 'Recommended: empty. Only for an EHR that publishes no smart-configuration. The token endpoint, the address of the keys and one issuer (under “Issuers of id_tokens”) are then needed too. As long as one of these fields is filled in, no document of the EHR is used.',
  }),
  tokenEndpoint: address(endpointUrl, {
    group: GIVEN,
    label: 'Token endpoint',
    hint: 'Exactly as the EHR team writes it, because signed assertions are addressed to it. All five endpoints must be https, on the host of the FHIR URL or on one of “Extra hosts for sign-in addresses”.',
  }),
  jwksUri: address(endpointUrl, {
    group: GIVEN,
    label: 'Keys of the EHR (JWKS)',
    hint: 'Address of the EHR’s public keys, which verify an id_token. They are fetched again when the EHR rotates them.',
  }),
  revocationEndpoint: address(endpointUrl, {
    group: GIVEN,
    label: 'Revocation endpoint',
    hint: 'If the EHR has one. Tokens are revoked there when a launch ends; without it, they expire by themselves.',
  }),
  introspectionEndpoint: address(endpointUrl, {
    group: GIVEN,
    label: 'Introspection endpoint',
    hint: 'If the EHR has one, for “Ask the EHR whether a token is still active”.',
  }),
  /** Whose launches are accepted, by the type of `fhirUser` (FU-06). */
  userTypes: choice(
    { any: 'Anyone the EHR lets launch the app', practitioner: 'Practitioners only (Practitioner, PractitionerRole)' },
    {
      default: 'any',
      group: USERS,
      label: 'Kinds of EHR users',
      hint: 'Decides whose launches are accepted, by the type of their fhirUser.',
    },
  ),
  userAssociation: choice(
    {
      automatic: 'Admit automatically',
      code: 'Ask for a one-time code from an administrator',
      confirmation: 'Wait until an administrator confirms',
    },
    {
      default: 'automatic',
      group: USERS,
      label: 'First launch of an EHR user',
      hint: 'How a new EHR user becomes a user of this organization. Codes and confirmations are in Settings > Clinicians. Users who are linked already are not affected.',
    },
  ),
  standalone: flag({
    default: false,
    group: USERS,
    label: 'Standalone launch',
    hint: 'Lets users open the app outside the EHR, sign in there and pick a patient. The registration sheet then has the address and the scopes. Turn it on only if the EHR team agrees.',
  }),
  /** A token is renewed at least this long before it ends (RF-05). */
  refreshMarginSeconds: number(30, 600, {
    // With every lifetime known of a vendor (300 s and more), the last fifth of a token's life begins earlier.
    default: 30,
    preset: true,
    group: LIFE,
    label: 'Renew a token this many seconds before it ends',
    hint: 'From 30 to 600. Recommended: 30; more if the clock of the EHR is fast. A token is always renewed in the last fifth of its life. A token that lives shorter than twice this value is renewed at half its life.',
  }),
  introspection: choice(
    { off: 'Off', on: 'On' },
    {
      default: 'off',
      group: LIFE,
      label: 'Ask the EHR whether a token is still active',
      hint: 'Recommended: Off. The app asks at most once a minute, when a page is opened. An inactive token is renewed, or it ends the launch. Needs an introspection endpoint.',
    },
  ),
  /** Over all instances. */
  requestsPerMinute: number(0, 100_000, {
    default: 0,
    preset: true,
    group: LIFE,
    label: 'Most calls to the EHR per minute',
    hint: 'What the EHR vendor allows, such as 250 at eClinicalWorks. 0 means no limit.',
  }),
  assertionAlg: choice(
    { RS384: 'RS384 (RSA)', ES384: 'ES384 (elliptic curve)' },
    {
      default: 'RS384',
      preset: true,
      group: PROOF,
      label: 'Signing algorithm',
      hint: 'Recommended: RS384, which every EHR vendor accepts.',
    },
  ),
  assertionAudience: choice(
    { token_endpoint: 'Token endpoint', issuer: 'Issuer' },
    {
      default: 'token_endpoint',
      preset: true,
      group: PROOF,
      label: 'Audience of the signed assertion',
      hint: 'Recommended: Token endpoint, as in SMART. "Issuer" is for servers that demand it, such as HelseID.',
    },
  ),
  /** Header `typ` of the assertion (CAJ-03). */
  assertionType: choice(
    { JWT: 'JWT', 'client-authentication+jwt': 'client-authentication+jwt' },
    {
      default: 'JWT',
      preset: true,
      group: PROOF,
      label: 'Type of the signed assertion',
      hint: 'Recommended: JWT, as in SMART. The other type is for servers that follow RFC 7523bis, such as HelseID, which also want the issuer as audience.',
    },
  ),
  clientIdInTokenBody: flag({
    default: false,
    preset: true,
    group: PROOF,
    label: 'Send the client ID in token requests as well',
    hint: 'Recommended: off. Turn it on only if the EHR refuses token requests without it.',
  }),
  privateNetworks: list(20, () => network, {
    endsLaunches: true,
    operator: true,
    group: OPERATOR,
    label: 'Private networks our servers may call',
    hint: 'For an EHR inside a private network: networks such as 10.20.0.0/16, separated by commas. Otherwise leave it empty: each entry opens a way from our servers into that network.',
  }),
  chartStaleDays: number(1, 3_650, {
    default: 90,
    group: NEW_REQUESTS,
    label: 'Flag values from the chart older than this many days',
    hint: 'From 1 to 3650. Recommended: 90. The form marks older values, and does not choose old measurements by itself.',
  }),
  services: text(catalogueText, {
    kind: 'text',
    ownPage: true,
    default: DEFAULT_SERVICES,
    defaultText: 'transport, home care, equipment, infusion and referral',
    group: NEW_REQUESTS,
    label: 'Services that can be requested',
    hint: 'CSV with a header. A row without field is a service; sections are of where, clinical, contact, insurance. A row with field is a question of that service: kind text, long text, choice (choices separated by |), choice or text (another answer can be typed), number, whole number, date, date-time or yes/no; required is empty, always, or field=value; shown is empty, or field=value, field (answered), !field (not answered), joined by | for “or” and by " & " for “and”. If empty, the default services are used.',
  }),
  receivers: text(receiversText, {
    kind: 'text',
    ownPage: true,
    default: '',
    group: NEW_REQUESTS,
    label: 'Receivers of requests',
    hint: 'CSV with the header name,kind,telephone,services,reference. Services are separated by spaces; if there are none, the receiver is offered for all services. The reference is Type/id in the EHR, such as Organization/123, or empty.',
  }),
} as const;
