/** Rules of the launch URL: its parameters, the organization and the EHR. */
import { LASTING, type RuleRow } from './row.ts';

export const launchRules = {
  'launch.parameter-missing': {
    cause:
      'The launch URL was opened without iss or launch: from a bookmark or link, or by an EHR that does not add them',
    owner: 'EHR team',
    remedy: 'Let the EHR open the launch URL as a SMART app, so that it adds iss and launch itself.',
  },
  'launch.parameter-repeated': {
    cause: 'iss or launch comes twice: it is also typed into the launch URL that is registered in the EHR',
    owner: 'EHR team',
    remedy: 'Take iss and launch out of the registered launch URL: the EHR adds them itself.',
  },
  'launch.placeholder': {
    cause:
      'The EHR put a placeholder in place of {parameter}, such as %LAUNCH%: its record of the app names a variable that it does not fill in',
    owner: 'EHR team',
    remedy:
      'Correct the variable in the EHR’s record of the app, or leave iss and launch out of the launch URL where the EHR adds them itself.',
    help: LASTING,
  },
  'launch.parameter-malformed': {
    cause:
      'The iss or launch that the EHR added is not one: too long, or no absolute https URL, without query, white space and quotation marks',
    owner: 'EHR team',
    remedy: 'Correct the FHIR base that the EHR sends as iss: an absolute https URL without query and fragment.',
  },
  'launch.encoded-twice': {
    cause: 'The EHR encoded iss twice, so that it still begins with https%3A after it was decoded once',
    owner: 'EHR team',
    remedy: 'Encode iss and launch once when they are added to the launch URL, also in a redirect or proxy before it.',
    help: LASTING,
  },
  'launch.opened-as-redirect-uri': {
    cause:
      'The authorization server sent the browser back to the launch URL: the launch URL is registered as the redirect URI, or is the only one registered',
    owner: 'EHR team',
    remedy:
      'Register both addresses of the registration sheet: …/smart/launch as launch URL, and …/smart/callback as redirect URI.',
    help: LASTING,
  },
  'launch.standalone-url-registered': {
    cause: 'The EHR opened the standalone URL from a chart, with iss and launch: it is registered as the launch URL',
    owner: 'EHR team',
    remedy:
      'Register the launch URL of the registration sheet, …/smart/launch with the Org ID, and not the standalone URL.',
    help: LASTING,
  },
  'launch.no-such-address': {
    cause:
      'The EHR opened an address of this app that is neither its launch URL nor its redirect URI: what is registered is misspelled',
    owner: 'EHR team',
    remedy: 'Register the launch URL and the redirect URI of the registration sheet, letter for letter.',
    help: LASTING,
  },
  'launch.posted': {
    cause: 'The EHR opened the launch URL by POST, where a launch is a GET with iss and launch in the query',
    owner: 'EHR team',
    remedy: 'Let the EHR open the launch URL by GET (SMART App Launch, “Launch App: EHR Launch”).',
    help: LASTING,
  },
  'launch.org-id-missing': {
    cause: 'The launch URL in the EHR has no orgId, or has it twice',
    owner: 'EHR team',
    remedy: 'Register the launch URL of the registration sheet, with its Org ID once.',
  },
  'launch.parameters-in-org-id': {
    cause:
      'The EHR added ?iss=… to a launch URL that has a question mark already, so that iss and launch became part of the Org ID',
    owner: 'EHR team',
    remedy:
      'Register the path form of the launch URL, …/smart/launch/ and then the Org ID: the registration sheet has it.',
    help: LASTING,
  },
  'launch.org-id-unknown': {
    cause:
      'No organization here has the Org ID of the launch URL: it is misspelled, or belongs to the other environment (production or non-production)',
    owner: 'EHR team',
    remedy: 'Register the launch URL of this environment’s registration sheet, letter for letter.',
  },
  'launch.no-fhir-url': {
    cause: 'The organization has no FHIR URL yet',
    owner: 'Your administrator',
    remedy: 'Complete the connection in Settings > Integrations > SMART on FHIR: enter the FHIR URL and click Save.',
    help: 'This organization is not connected to its EHR yet. Give the support code to {help desk}.',
  },
  'launch.no-client-id': {
    cause: 'The organization has no Client ID yet, so the EHR would not know which app asks',
    owner: 'VectorCare',
    remedy: 'Enter the Client ID that the EHR team gave out for this environment in Settings > Organizations.',
    help: 'This organization is not connected to its EHR yet. Give the support code to {help desk}.',
  },
  'launch.iss-written-differently': {
    cause:
      'The EHR writes its FHIR base differently from Settings, in letter case, slashes, scheme or port: {iss} came, {FHIR URL in Settings} is set',
    owner: 'Your administrator',
    remedy:
      'Enter the FHIR URL letter for letter as the EHR sends it, {iss}, and click Save: it is checked before it is used.',
    help: 'The address of your EHR is entered here in another way than the EHR writes it. Give the support code to {help desk}.',
  },
  'launch.iss-not-enterable': {
    cause:
      'The EHR sends {iss} as iss, with plain http, a default port, capital letters in the host or extra slashes, where its FHIR base is {FHIR URL in Settings}',
    owner: 'EHR team',
    remedy:
      'Send {FHIR URL in Settings} as iss, letter for letter. Behind a proxy, set it as the external base URL of the FHIR server.',
    help: 'The EHR opened the app with a wrong address of its own. Give the support code to {help desk}.',
  },
  'launch.other-environment': {
    cause:
      'The launch came from another EHR environment, tenant or FHIR version than the organization’s: from {iss}, and {FHIR URL in Settings} works here',
    owner: 'EHR team',
    remedy:
      'Open the app from the environment of {FHIR URL in Settings}, or give {iss} a launch URL with the Org ID that belongs to it. If it is the same server under another name, let it send {FHIR URL in Settings}. Leave the FHIR URL in Settings as it is: launches from there depend on it.',
    help: 'The app was opened from another EHR environment than the one it is connected to here. Give the support code to {help desk}.',
  },
  'launch.iss-not-the-base': {
    cause:
      'The EHR sends {iss} as iss, which is another address of the same server and not its FHIR base, {FHIR URL in Settings}',
    owner: 'EHR team',
    remedy:
      'Send {FHIR URL in Settings} as iss, letter for letter: the FHIR base, not a document below it and not the issuer.',
    help: 'The EHR opened the app with a wrong address of its own. Give the support code to {help desk}.',
  },
  'launch.fhir-url-unproven': {
    cause: 'The launch came from {iss}, and the FHIR URL in Settings, {FHIR URL in Settings}, has never answered',
    owner: 'Your administrator',
    remedy:
      'Ask the EHR team which of the two is the FHIR base of this environment. If it is {iss}, save it as FHIR URL: it is checked before it is used.',
    help: 'The app was opened from another EHR address than the one that is entered here. Give the support code to {help desk}.',
  },
  'launch.other-frame': {
    cause:
      'The page {framed by} shows the app in a frame, and is not among the EHR pages that may: the browser leaves the frame empty',
    owner: 'Your administrator',
    remedy:
      'If {framed by} is your EHR, add it at “EHR pages that may show the app in a frame” in Settings > Integrations > SMART on FHIR, step 2.',
  },
  'launch.organization-disabled': {
    cause: 'The organization is switched off here, so every launch is refused',
    owner: 'VectorCare',
    remedy: 'Switch the organization on at Settings > Organizations.',
  },
} satisfies Record<string, RuleRow>;
