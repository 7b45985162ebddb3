/** Every setting, one row each: schema, command line, form, presets and docs follow. The form has the rows' order. */
import { serverTimeZone } from '#src/adapters/time-zone.ts';
import { endpointHost, frameAncestor, network, serverUrl, webPage } from './addresses.ts';
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
  frameAncestors: list(SHOWN, 'EHR pages that may show the app in a frame', 50, frameAncestor, {
    ownPage: true,
    hint: 'Address of the EHR’s own pages, one per line, such as https://ehr.example.org or https://*.example.org. A path is removed. If empty, the app opens only in a window of its own.',
  }),
  timeZone: text(PLACE, 'Time zone', timeZone, {
    kind: 'line',
    default: serverTimeZone,
    defaultText: 'the time zone of the server',
    hint: 'IANA name, such as America/New_York or Europe/Berlin. Pages of requests and of Settings show days and times in this zone. It also decides when a request is overdue. If empty, the time zone of the server is used.',
  }),
  helpDeskName: text(HELP, 'Help desk', orNothing(plainText(80)), {
    kind: 'line',
    default: '',
    hint: 'Name of the help desk that your clinicians call, such as St. Elsewhere Service Desk. Every error page names it beside the support code.',
  }),
  helpDeskTelephone: text(HELP, 'Telephone of the help desk', orNothing(telephone), {
    kind: 'line',
    default: '',
    hint: 'As people dial it inside the organization, such as 555 0100 or extension 4711.',
  }),
  helpDeskUrl: text(HELP, 'Web page of the help desk', orNothing(webPage), {
    kind: 'line',
    default: '',
    hint: 'An https address. Error pages link to it; it opens in a new window.',
  }),
  vendor: choice(ASKED, 'EHR vendor', {
    choices: vendorNames,
    default: 'generic',
    hint: 'Sets the values of its preset, except those that were changed here. Settings lists them under “Preset in use”.',
  }),
  scopes: text(ASKED, 'Scopes', scopeString, {
    kind: 'text',
    default: 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access',
    preset: true,
    hint: 'As registered in the EHR, separated by spaces. launch, openid and fhirUser are required. Add patient/Task.read (v2: patient/Task.rs) if providers answer in the EHR with Tasks: the list then shows their answers.',
  }),
  scopeVersion: choice(ASKED, 'Scope syntax', {
    choices: { auto: 'Automatic', v1: 'v1 (patient/Patient.read)', v2: 'v2 (patient/Patient.rs)' },
    default: 'auto',
    preset: true,
    hint: 'Recommended: Automatic, which follows what the EHR announces.',
  }),
  searchParameters: list(ASKED, 'Extra parameters of FHIR searches', 10, () => searchParameter, {
    preset: true,
    hint: 'name=value, one per line, added to every search for requests. Only if the EHR team asks for them, such as ah-practice at athenahealth. The patient cannot be set here.',
  }),
  showEhrOrders: flag(ASKED, 'Show orders of the EHR in the request list', {
    default: true,
    hint: 'Recommended: on. Needs ServiceRequest on the FHIR server.',
  }),
  createRequests: flag(ASKED, 'Let clinicians create requests', {
    default: false,
    hint: 'Writes a ServiceRequest to the EHR. The EHR must accept it, and the scopes above must include patient/ServiceRequest.write (v2: .c). Not needed to verify a launch.',
  }),
  transportStillDays: number(WATCHED, 'Days without movement: transport', 1, 365, {
    default: 3,
    hint: 'From 1 to 365. The request list flags an open request for transport after this many days without news.',
  }),
  otherStillDays: number(WATCHED, 'Days without movement: all other services', 1, 365, {
    default: 7,
    hint: 'From 1 to 365. The same for every other service.',
  }),
  issuers: list(TRUSTED, 'Issuers of id_tokens', 10, (production) => serverUrl(production), {
    key: 'issuer',
    endsLaunches: true,
    hint: 'One URL per line. Leave it empty to trust the issuer the EHR announces. Fill it in only if a check suggests it, or if an id_token was refused because of its issuer and the EHR team confirms the value.',
  }),
  allowedHosts: list(TRUSTED, 'Extra hosts for sign-in addresses', 20, () => endpointHost, {
    endsLaunches: true,
    hint: 'host or host:port, one per line. Only hosts the EHR team confirms as its own: authorization codes are sent there.',
  }),
  /** `own`: a redirect URI that names the organization, the mix-up defence at EHRs without RFC 9207 (MT-04). */
  redirectUri: choice(TRUSTED, 'Redirect URI', {
    choices: { shared: 'Shared by all organizations', own: 'Own, with the Org ID' },
    default: 'shared',
    hint: 'Recommended: Own, if the EHR team can register it. Then no other EHR can answer in place of this one. Change it here and in the EHR at the same time.',
  }),
  nonce: choice(TRUSTED, 'Nonce in the id_token', {
    choices: { required: 'Required', optional: 'Optional' },
    default: 'required',
    preset: true,
    hint: 'Recommended: Required. "Optional" accepts an id_token without a nonce; a wrong nonce is always refused.',
  }),
  refreshIdToken: choice(TRUSTED, 'id_token in a refresh answer', {
    choices: { check: 'Verify', 'missing-aud': 'Allow missing audience', ignore: 'Ignore' },
    default: 'check',
    preset: true,
    hint: 'Recommended: Verify. "Allow missing audience" is for test servers such as the public SMART launcher. "Ignore" skips verification.',
  }),
  authorizationEndpoint: address(GIVEN, 'Authorization endpoint', {
    hint: 'Recommended: empty. Only for an EHR that publishes no smart-configuration. The token endpoint, the address of the keys and one issuer (under “Issuers of id_tokens”) are then needed too. As long as one of these fields is filled in, no document of the EHR is used.',
  }),
  tokenEndpoint: address(GIVEN, 'Token endpoint', {
    hint: 'Exactly as the EHR team writes it, because signed assertions are addressed to it. All five endpoints must be https, on the host of the FHIR URL or on one of “Extra hosts for sign-in addresses”.',
  }),
  jwksUri: address(GIVEN, 'Keys of the EHR (JWKS)', {
    hint: 'Address of the EHR’s public keys, which verify an id_token. They are fetched again when the EHR rotates them.',
  }),
  revocationEndpoint: address(GIVEN, 'Revocation endpoint', {
    hint: 'If the EHR has one. Tokens are revoked there when a launch ends; without it, they expire by themselves.',
  }),
  introspectionEndpoint: address(GIVEN, 'Introspection endpoint', {
    hint: 'If the EHR has one, for “Ask the EHR whether a token is still active”.',
  }),
  /** Whose launches are accepted, by the type of `fhirUser` (FU-06). */
  userTypes: choice(USERS, 'Kinds of EHR users', {
    choices: {
      any: 'Anyone the EHR lets launch the app',
      practitioner: 'Practitioners only (Practitioner, PractitionerRole)',
    },
    default: 'any',
    hint: 'Decides whose launches are accepted, by the type of their fhirUser.',
  }),
  userAssociation: choice(USERS, 'First launch of an EHR user', {
    choices: {
      automatic: 'Admit automatically',
      code: 'Ask for a one-time code from an administrator',
      confirmation: 'Wait until an administrator confirms',
    },
    default: 'automatic',
    hint: 'How a new EHR user becomes a user of this organization. Codes and confirmations are in Settings > Clinicians. Users who are linked already are not affected.',
  }),
  standalone: flag(USERS, 'Standalone launch', {
    default: false,
    hint: 'Lets users open the app outside the EHR, sign in there and pick a patient. The registration sheet then has the address and the scopes. Turn it on only if the EHR team agrees.',
  }),
  /** A token is renewed at least this long before it ends (RF-05). */
  refreshMarginSeconds: number(LIFE, 'Renew a token this many seconds before it ends', 30, 600, {
    // With every lifetime known of a vendor (300 s and more), the last fifth of a token's life begins earlier.
    default: 30,
    preset: true,
    hint: 'From 30 to 600. Recommended: 30; more if the clock of the EHR is fast. A token is always renewed in the last fifth of its life. A token that lives shorter than twice this value is renewed at half its life.',
  }),
  introspection: choice(LIFE, 'Ask the EHR whether a token is still active', {
    choices: { off: 'Off', on: 'On' },
    default: 'off',
    hint: 'Recommended: Off. The app asks at most once a minute, when a page is opened. An inactive token is renewed, or it ends the launch. Needs an introspection endpoint.',
  }),
  /** Over all instances. */
  requestsPerMinute: number(LIFE, 'Most calls to the EHR per minute', 0, 100_000, {
    default: 0,
    preset: true,
    hint: 'What the EHR vendor allows, such as 250 at eClinicalWorks. 0 means no limit.',
  }),
  assertionAlg: choice(PROOF, 'Signing algorithm', {
    choices: { RS384: 'RS384 (RSA)', ES384: 'ES384 (elliptic curve)' },
    default: 'RS384',
    preset: true,
    hint: 'Recommended: RS384, which every EHR vendor accepts.',
  }),
  assertionAudience: choice(PROOF, 'Audience of the signed assertion', {
    choices: { token_endpoint: 'Token endpoint', issuer: 'Issuer' },
    default: 'token_endpoint',
    preset: true,
    hint: 'Recommended: Token endpoint, as in SMART. "Issuer" is for servers that demand it, such as HelseID.',
  }),
  /** Header `typ` of the assertion (CAJ-03). */
  assertionType: choice(PROOF, 'Type of the signed assertion', {
    choices: { JWT: 'JWT', 'client-authentication+jwt': 'client-authentication+jwt' },
    default: 'JWT',
    preset: true,
    hint: 'Recommended: JWT, as in SMART. The other type is for servers that follow RFC 7523bis, such as HelseID, which also want the issuer as audience.',
  }),
  clientIdInTokenBody: flag(PROOF, 'Send the client ID in token requests as well', {
    default: false,
    preset: true,
    hint: 'Recommended: off. Turn it on only if the EHR refuses token requests without it.',
  }),
  privateNetworks: list(OPERATOR, 'Private networks our servers may call', 20, () => network, {
    endsLaunches: true,
    operator: true,
    hint: 'For an EHR inside a private network: networks such as 10.20.0.0/16, separated by commas. Otherwise leave it empty: each entry opens a way from our servers into that network.',
  }),
  chartStaleDays: number(NEW_REQUESTS, 'Flag values from the chart older than this many days', 1, 3_650, {
    default: 90,
    hint: 'From 1 to 3650. Recommended: 90. The form marks older values, and does not choose old measurements by itself.',
  }),
  services: text(NEW_REQUESTS, 'Services that can be requested', catalogueText, {
    kind: 'text',
    ownPage: true,
    default: DEFAULT_SERVICES,
    defaultText: 'transport, home care, equipment, infusion and referral',
    hint: 'CSV with a header. A row without field is a service; sections are of where, clinical, contact, insurance. A row with field is a question of that service: kind text, long text, choice (choices separated by |), choice or text (another answer can be typed), number, whole number, date, date-time or yes/no; required is empty, always, or field=value; shown is empty, or field=value, field (answered), !field (not answered), joined by | for “or” and by " & " for “and”. If empty, the default services are used.',
  }),
  receivers: text(NEW_REQUESTS, 'Receivers of requests', receiversText, {
    kind: 'text',
    ownPage: true,
    default: '',
    hint: 'CSV with the header name,kind,telephone,services,reference. Services are separated by spaces; if there are none, the receiver is offered for all services. The reference is Type/id in the EHR, such as Organization/123, or empty.',
  }),
} as const;
