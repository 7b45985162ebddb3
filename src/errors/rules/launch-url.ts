/** Rules of the launch URL: its parameters, the organization and the EHR. */
import { administrator, ehrTeam, lastingAtEhr, operator, type RuleRow } from './rule-row.ts';

export const launchUrlRules = {
  'launch.parameter-missing': ehrTeam`The launch URL was opened without iss or launch. It was opened from a bookmark or link, or by an EHR that does not add them
    Let the EHR open the launch URL as a SMART app, so that it adds iss and launch itself.`,
  'launch.parameter-name': lastingAtEhr`The EHR opened the launch URL with {written as} in place of iss and launch. It writes their names in another letter case, or & as &amp;
    Correct the launch URL in the EHR’s record of the app. The names are iss and launch in small letters, with a bare & between them.`,
  'launch.parameter-repeated': lastingAtEhr`iss or launch comes twice, because it is also part of the launch URL that is registered in the EHR
    Take iss and launch out of the registered launch URL. The EHR adds them itself.`,
  'launch.placeholder': lastingAtEhr`The EHR put a placeholder in place of {parameter}, such as %LAUNCH%. Its record of the app names a variable that it does not fill in
    Correct the variable in the EHR’s record of the app, or leave iss and launch out of the launch URL where the EHR adds them itself.`,
  'launch.parameter-malformed': lastingAtEhr`The iss or launch that the EHR added is malformed. It is too long, or the iss is not an absolute https URL without query, white space and quotation marks
    Correct what the EHR sends: iss is the FHIR base, an absolute https URL without query and fragment, and launch a value of at most 8,192 characters.`,
  'launch.encoded-twice': lastingAtEhr`The EHR encoded iss twice, so that it still begins with https%3A after it was decoded once
    Encode iss and launch once when they are added to the launch URL, also in a redirect or proxy before it.`,
  'launch.opened-as-redirect-uri': lastingAtEhr`The authorization server sent the browser back to the launch URL. The launch URL is registered as the redirect URI, or no other URL is registered
    Register both addresses of the registration sheet: …/smart/launch as launch URL, and …/smart/callback as redirect URI.`,
  'launch.standalone-url-registered': lastingAtEhr`The EHR opened the standalone URL from a chart, with iss and launch. It is registered as the launch URL
    Register the launch URL of the registration sheet, …/smart/launch with the Org ID, and not the standalone URL.`,
  'launch.no-such-address': lastingAtEhr`The EHR opened an address of this app that is neither its launch URL nor its redirect URI. The registered address is misspelled
    Register the launch URL and the redirect URI of the registration sheet, letter for letter.`,
  'launch.posted': lastingAtEhr`The EHR opened the launch URL by POST, but a launch is a GET with iss and launch in the query
    Let the EHR open the launch URL by GET (SMART App Launch, “Launch App: EHR Launch”).`,
  'launch.org-id-missing': ehrTeam`The launch URL in the EHR has no orgId, or has it twice
    Register the launch URL of the registration sheet, with its Org ID once.`,
  'launch.parameters-in-org-id': lastingAtEhr`The EHR added ?iss=… to a launch URL that has a question mark already, so that iss and launch became part of the Org ID
    Register the path form of the launch URL, …/smart/launch/ and then the Org ID. The registration sheet has it.`,
  'launch.org-id-unknown': ehrTeam`No organization here has the Org ID of the launch URL. It is misspelled, or belongs to the other environment (production or non-production)
    Register the launch URL of this environment’s registration sheet, letter for letter.`,
  'launch.no-fhir-url': administrator`The organization has no FHIR URL yet
    Complete the connection in Settings > Integrations > SMART on FHIR: enter the FHIR URL and click Save.`,
  'launch.no-client-id': operator`The organization has no Client ID yet, so the EHR would not know which app asks
    Enter the Client ID that the EHR team gave out for this environment in Settings > Organizations.`,
  'launch.iss-written-differently': administrator`The EHR and Settings write the FHIR base differently, in letter case, slashes, scheme or port. The EHR sent {iss}, and Settings have {FHIR URL in Settings}
    Enter the FHIR URL letter for letter as the EHR sends it, {iss}, and click Save. The service checks it before using it.
    The EHR’s address is entered here in another form. Give the support code to {help desk}.`,
  'launch.iss-not-enterable': ehrTeam`The EHR sends {iss} as iss, with plain http, a default port, capital letters in the host or extra slashes. Its FHIR base is {FHIR URL in Settings}
    Send {FHIR URL in Settings} as iss, letter for letter. Behind a proxy, set it as the external base URL of the FHIR server.
    The EHR opened the app with a wrong address of its own. Give the support code to {help desk}.`,
  'launch.other-environment': ehrTeam`The launch came from another EHR environment, tenant or FHIR version than the organization’s. It came from {iss}, and {FHIR URL in Settings} works here
    Open the app from the environment of {FHIR URL in Settings}, or give {iss} a launch URL with the Org ID that belongs to it. If it is the same server under another name, let it send {FHIR URL in Settings}. Leave the FHIR URL in Settings as it is, because launches from there depend on it.
    The app was opened from another environment of the EHR. Give the support code to {help desk}.`,
  'launch.iss-not-the-base': ehrTeam`The EHR sends {iss} as iss, which is another address of the same server and not its FHIR base, {FHIR URL in Settings}
    Send {FHIR URL in Settings} as iss, letter for letter. That is the FHIR base, not a document below it and not the issuer.
    The EHR opened the app with a wrong address of its own. Give the support code to {help desk}.`,
  'launch.iss-inside': ehrTeam`The EHR sends {iss} as iss. That is a name of its own network, which leads nowhere from outside
    Set the public address of the EHR as its external base URL. It then sends its FHIR base with that address. Leave the FHIR URL in Settings, {FHIR URL in Settings}, as it is.
    The EHR opened the app with a wrong address of its own. Give the support code to {help desk}.`,
  'launch.other-version': ehrTeam`The EHR sends {iss} as iss, its FHIR base of another FHIR version. This app reads R4, at {FHIR URL in Settings}
    Register the app for FHIR R4, so that launches name {FHIR URL in Settings} as iss. Leave the FHIR URL in Settings as it is.
    The EHR opened the app with a wrong address of its own. Give the support code to {help desk}.`,
  'launch.settings-other-version': administrator`The FHIR URL in Settings, {FHIR URL in Settings}, is of another FHIR version. The EHR launches with its R4 one, {iss}
    Enter {iss} as FHIR URL in Settings > Integrations > SMART on FHIR, and click Save. The service checks it before using it.
    The EHR’s address is entered here in another version. Give the support code to {help desk}.`,
  'launch.other-organization': ehrTeam`The launch came from {iss}, the FHIR URL of another organization here, and the launch URL has the Org ID of this one
    Give the EHR at {iss} the launch URL of its own organization. Leave the FHIR URLs in Settings as they are.`,
  'launch.fhir-url-unproven': administrator`The launch came from {iss}, and the FHIR URL in Settings, {FHIR URL in Settings}, has never answered
    Ask the EHR team which of the two is the FHIR base of this environment. If it is {iss}, save it as FHIR URL. The service checks it before using it. If it is {FHIR URL in Settings}, leave it: then the launch URL has the Org ID of another organization or environment.
    The app was opened from an EHR address that is not entered here. Give the support code to {help desk}.`,
  'launch.other-frame': administrator`The page {framed by} shows the app in a frame, but is not among the EHR pages that may. The browser leaves the frame empty
    If {framed by} is your EHR, add it at “EHR pages that may show the app in a frame” in Settings > Integrations > SMART on FHIR, step 2.`,
  'launch.organization-disabled': operator`The organization is switched off here, so every launch is refused
    Switch the organization on at Settings > Organizations.`,
} satisfies Record<string, RuleRow>;
