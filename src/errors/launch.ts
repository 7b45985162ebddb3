/** Errors of the beginning of a launch: its URL, the browser's cookies and frame, and the EHR's discovery document. */
import type { ErrorRow } from './error-row.ts';

export const launchErrors = {
  'launch.invalid': {
    status: 400,
    title: 'The EHR did not start the app correctly',
    help: '{Again}. If it happens again, give the support code to {help desk}.',
    rules: ['launch.parameter-missing', 'launch.parameter-repeated'],
  },
  'launch.unknown-organization': {
    status: 400,
    title: 'This organization is not set up',
    help: 'The address that opened the app is not known here. Give the support code to {help desk}.',
    rules: ['launch.org-id-unknown', 'launch.org-id-missing'],
  },
  'launch.unknown-issuer': {
    status: 400,
    title: 'The app was opened from an EHR that is not connected here',
    help: 'Give the support code to {help desk}. The code shows them from which EHR the app was opened.',
    owner: 'Your administrator',
    causes: [
      'The EHR launches from another environment than the one whose FHIR URL is in Settings',
      'The FHIR URL in Settings differs in case, path or version segment from the one the EHR uses',
    ],
    remedy: 'Open the launch in Settings > Launches. It shows both addresses and says which one to correct.',
  },
  'launch.not-connected': {
    status: 400,
    title: 'This organization is not connected to its EHR yet',
    help: 'The connection has to be completed first. Give the support code to {help desk}.',
    rules: ['launch.no-fhir-url', 'launch.no-client-id'],
  },
  'launch.organization-disabled': {
    status: 403,
    title: 'This app is switched off for your organization',
    help: 'Ask {help desk} to switch it on again.',
    canStartAgain: false,
    rules: ['launch.organization-disabled'],
  },
  'launch.standalone-off': {
    status: 400,
    title: 'This app is opened from the chart here',
    help: "Open the app from the patient's chart. If you need it outside the EHR, ask {help desk}.",
    owner: 'Your administrator',
    causes: ['The standalone address was opened for an organization that uses the app from the chart only'],
    remedy:
      'To allow launches outside the EHR, switch on “Standalone launch” in Settings > Integrations > SMART on FHIR, Advanced settings.',
  },
  'launch.standalone-parameters': {
    status: 400,
    title: 'Something was added to this address',
    help: "Open the app from the patient's chart, or use your link with nothing added to it. If it happens again, give the support code to {help desk}.",
    owner: 'EHR team',
    causes: [
      'The EHR uses the standalone URL as launch URL and adds iss and launch',
      'A link to the standalone URL was made with parameters of its own',
    ],
    remedy:
      'For launches from a chart, register the launch URL of the registration sheet. Link to the standalone URL without any parameter.',
  },
  'launch.frame-not-allowed': {
    status: 403,
    title: 'This app may not be shown inside this page yet',
    help: 'Ask {help desk} to allow it, and give them the support code. Then {again}.',
    owner: 'Your administrator',
    causes: [
      'The EHR shows the app in a frame, but the organization allows no EHR page to do so. The app stopped the launch before its code was spent',
    ],
    remedy:
      'Enter the origins of the EHR at “EHR pages that may show the app in a frame” in Settings > Integrations > SMART on FHIR, step 2.',
  },
  'launch.cookies-blocked': {
    status: 400,
    title: 'Your browser blocks cookies here',
    help: 'Inside the chart, open the app in a new window. If that does not help, allow cookies for this site, or ask {help desk} to do it.',
    owner: 'Workstation team',
    causes: [
      'The browser or a policy blocks third-party cookies in the EHR’s frame, partitioned ones included',
      'The embedded browser of the EHR client is old and keeps no cookie with SameSite=None or Partitioned',
    ],
    remedy: 'Allow cookies for this site in frames of the EHR, or open the app in a new window.',
  },
  'launch.too-many-open': {
    status: 503,
    title: 'Too many charts are open',
    help: 'Close charts you no longer need, wait a minute, then {again}.',
    owner: 'VectorCare',
    causes: [
      'A script or a test kit completes launches and never signs out',
      'The EHR opens the app in every chart at once, used or not',
    ],
    remedy: 'Look at Settings > Live launches, and end the launches that are not used.',
  },
  'discovery.unavailable': {
    status: 503,
    title: 'The EHR is not available',
    help: '{Again}. If it fails the same way, give the support code to {help desk}.',
    rules: ['network.refused', 'discovery.server-error', 'network.no-connection'],
  },
  'discovery.timeout': {
    status: 504,
    title: 'The EHR took too long to answer',
    help: '{Again}. If it fails the same way, give the support code to {help desk}.',
    rules: ['network.late', 'network.no-connection'],
  },
  'discovery.invalid': {
    status: 502,
    title: 'The app and the EHR could not be connected',
    help: 'What the EHR says about its sign-in is missing or wrong. Give the support code to {help desk}.',
    rules: ['discovery.html', 'discovery.endpoint-missing', 'discovery.redirect'],
    remedy:
      'Check again in Settings > Integrations > SMART on FHIR. The checks name the field that is missing or wrong.',
  },
  'discovery.endpoint-refused': {
    status: 502,
    title: 'The EHR has an address that this app does not trust',
    help: 'To protect the patient, the app does not go there. Give the support code to {help desk}.',
    rules: ['discovery.endpoint-other-host', 'discovery.endpoint-not-https'],
  },
  'discovery.no-client-authentication': {
    status: 502,
    title: 'The EHR does not accept this app’s way of signing in',
    help: 'Something must be switched on in the EHR. Give the support code to {help desk}.',
    rules: ['discovery.no-private-key-jwt'],
  },
  'connection.untrusted': {
    status: 502,
    title: 'The connection to the EHR cannot be trusted',
    help: 'To protect the patient, nothing was sent. Give the support code to {help desk}.',
    rules: ['tls.expired', 'tls.incomplete-chain', 'tls.wrong-name', 'tls.unknown-authority'],
    remedy: 'Renew or complete the certificate chain of the server that is named.',
  },
} satisfies Record<string, ErrorRow>;
