/** Rules of the FHIR server: the patient, the list of requests, a create, and what it says of itself. */
import { administrator, ehrTeam, lastingAtEhr, type RuleRow, user } from './rule-row.ts';

export const fhirRules = {
  'fhir.token-refused-at-once': ehrTeam(
    'The FHIR server refuses the access token that the EHR gave out a moment before (401): it does not take tokens of this authorization server, or a gateway before it removes the Authorization header or wants a key of its own',
    'Look into the FHIR server’s log whether the token arrived. If it did, accept the tokens of this authorization server for the aud {aud}. If not, let the gateway pass requests on with their Authorization header, without a key of its own.',
  ),
  'fhir.token-over': user(
    'The FHIR server no longer accepts the access token, and there is no newer one: the EHR session is over',
    'Open the app again from the patient’s chart.',
  ),
  'fhir.patient-refused': ehrTeam(
    'The FHIR server does not let this user and app read the patient (403)',
    'Check the user’s access to this chart (it may be restricted) and the permission patient/Patient.read at the FHIR server.',
  ),
  'fhir.insufficient-scope': lastingAtEhr(
    'The FHIR server says that the access token has no scope for this call (403, insufficient_scope), although the EHR granted one',
    'Let the FHIR server accept the granted scopes, which are below, for this resource: it may know only the v1 form (.read) or only the v2 form (.rs).',
  ),
  'fhir.restricted': user(
    'The EHR restricts this chart (break-the-glass): it opens only for a reason that the user states in the EHR itself',
    'Open the chart in the EHR and state the reason there; then open the app again.',
    { help: 'The EHR restricts this chart. Open the chart in the EHR itself first, then open the app again.' },
  ),
  'fhir.patient-not-found': ehrTeam(
    'The FHIR server does not have, or hides, the patient that the EHR says is open (404)',
    'Check that the patient in the launch context is one of this FHIR server, and that the user may see this chart.',
    { help: 'The EHR does not find this patient for the app. Give the support code to {help desk}.' },
  ),
  'fhir.not-in-fhir': lastingAtEhr(
    'The read of the patient was answered with 403 or 404, and with JSON that is not FHIR. A FHIR server sends an OperationOutcome, so most often a gateway before it answered: it has no route for this path, or blocks it',
    'Let the gateway pass what is below the FHIR base on to the FHIR server, with the Authorization header. If the FHIR server answered itself, check that it has this patient, and that the user and the app may read the chart.',
  ),
  'fhir.patient-gone': ehrTeam(
    'The record of the patient was deleted, or merged into another one: the FHIR server answers 410, or with a Patient that replaces it',
    'Look up what became of this record, and launch the app with the one that is current.',
    { help: 'The EHR no longer has this record. Open the app from the patient’s current record.' },
  ),
  'fhir.no-json': lastingAtEhr(
    'The FHIR server does not speak JSON with us: it sends XML or another content type, or refuses ours (406, 415)',
    'Let the FHIR server take and answer application/fhir+json, and the gateway before it let that pass.',
  ),
  'fhir.too-large': ehrTeam(
    'An answer of the FHIR server is larger than the app reads',
    'Send search results in pages, as _count asks for.',
  ),
  'fhir.search-token-refused': ehrTeam(
    'The FHIR server took the access token for the patient, and refuses it for the search of requests (401)',
    'Check patient/ServiceRequest.read at the FHIR server: a missing permission is answered with 403.',
  ),
  'fhir.statement-sign-in': ehrTeam(
    'The server wants a sign-in for the CapabilityStatement, which is a public document',
    'Let {FHIR URL}/metadata be read without signing in.',
  ),
  'fhir.other-patient': ehrTeam(
    'The FHIR server answers the read of one patient with another',
    'Inform the EHR’s vendor at once: a read of one patient returned another patient.',
  ),
  'fhir.no-patient': ehrTeam(
    'The FHIR server answers the read of the patient with status 200 and something that is not a Patient, such as an OperationOutcome',
    'Look into the FHIR server’s log for this read, and at the gateway before it: an error must not have status 200.',
  ),
  'fhir.web-page': ehrTeam(
    'The FHIR server answers a read with a web page (HTML)',
    'Let FHIR requests with a token through to the FHIR server: a portal, sign-in page or gateway answers in its place.',
  ),
  'fhir.unreadable': ehrTeam(
    'The FHIR server answers a read with nothing, with a part of an answer, or with JSON that is no FHIR resource',
    'Look into the log of the FHIR server, and of the gateway before it, for this read: the answer must be one complete resource.',
  ),
  'fhir.other-status': ehrTeam(
    'The FHIR server refuses a read with an unusual status',
    'Look into the FHIR server’s log for this read: the step shows status and issue codes.',
  ),
  'fhir.redirect': lastingAtEhr(
    'The FHIR server redirects a request to another address; the token is never sent on',
    'Answer FHIR requests below the FHIR URL itself, without a redirect, also to a sign-in page.',
  ),
  'fhir.firewall': lastingAtEhr(
    'A web page (HTML) refuses the request in place of the FHIR server: a firewall or gateway before it blocks this path, query or length, or wants a certificate of the caller',
    'Let the firewall or gateway pass FHIR requests with their query and headers for our egress addresses; its own log names the rule that blocked.',
  ),
  'fhir.failing': ehrTeam(
    'The FHIR server fails when it is read (5xx), is overloaded or in maintenance (503), or does not answer the gateway before it (502, 504)',
    'Look into the log of the FHIR server, and of the gateway before it, for this read: the step shows the status.',
    { help: 'Try again. If it fails again, give the support code to {help desk}.' },
  ),
  'fhir.throttled': ehrTeam(
    'The FHIR server asks the app to slow down (429)',
    'Raise the FHIR server’s limit of requests for this app.',
  ),
  'fhir.no-statement': ehrTeam(
    'In place of the CapabilityStatement the FHIR server answers with something else',
    'Serve the CapabilityStatement at {FHIR URL}/metadata as JSON with status 200.',
  ),
  'fhir.no-patients': ehrTeam(
    'The CapabilityStatement does not offer reading Patient',
    'Give the app access to Patient on this FHIR server.',
  ),
  'fhir.version': administrator(
    'The FHIR URL leads to another version of FHIR than R4 (4.0)',
    'Enter the R4 FHIR URL of this server: it usually ends in R4.',
  ),
  'fhir.search-not-granted': ehrTeam(
    'The launch arrived, and the EHR did not grant searching requests, so the list is empty',
    'Register patient/ServiceRequest.read for this client, or patient/*.read where the EHR takes it.',
  ),
  'fhir.search-not-asked': administrator(
    'The scopes in Settings do not ask for requests, so the EHR could not grant them and the list is empty',
    'Add patient/ServiceRequest.read to “Scopes” in Advanced settings, as it is registered in the EHR.',
  ),
  'fhir.search-refused': ehrTeam(
    'The FHIR server refused the search for requests (403), although it was granted',
    'Check patient/ServiceRequest.read and the user’s access to orders at the FHIR server.',
  ),
  'fhir.search-absent': ehrTeam(
    'The FHIR server does not offer ServiceRequest: the search answers 404, 405 or 501, or its CapabilityStatement has no such resource',
    'Offer read and search of ServiceRequest to this app. If this EHR has none, an administrator can switch “Show orders of the EHR in the request list” off.',
  ),
  'fhir.search-parameter': ehrTeam(
    'ServiceRequest cannot be searched by patient',
    'Support the search parameter patient of ServiceRequest.',
  ),
  'fhir.search-invalid': ehrTeam(
    'The FHIR server considers the search for requests invalid',
    'Look into the FHIR server’s log for ServiceRequest?patient=…: it says what it does not take. If no query stands there, a gateway before the server drops it.',
  ),
  'fhir.search-wants-parameter': administrator(
    'The FHIR server wants a parameter in the search for requests that the app does not send, such as that of the practice',
    'Ask the EHR team which parameter its searches need, with which value, and add it to “Extra parameters of FHIR searches” in Advanced settings.',
  ),
  'fhir.search-setting': administrator(
    'The FHIR server considers the search for requests invalid, and Settings add parameters to it: {parameters of our own}',
    'Compare “Extra parameters of FHIR searches” in Advanced settings with what the EHR team asked for, or empty it.',
  ),
  'fhir.search-no-bundle': ehrTeam(
    'The search for requests answers with something that is no searchset Bundle',
    'Answer searches with a Bundle of type searchset.',
  ),
  'fhir.search-outcome': ehrTeam(
    'The search for requests answers with status 200 and an OperationOutcome in place of a Bundle',
    'Look into the FHIR server’s log for this search: an error must not have status 200.',
  ),
  'fhir.endless-paging': ehrTeam(
    'The pages of the search for requests never end: a next link leads to a page that was read already',
    'Correct the next links of search results: the last page has none.',
  ),
  'fhir.page-gone': ehrTeam(
    'The FHIR server no longer knows the next page of its own search result',
    'Keep the pages of a search for some minutes, on every node.',
  ),
  'fhir.page-elsewhere': ehrTeam(
    'A next link of the search leads to another server or outside the FHIR base; it is not followed',
    'Write next links below the FHIR base that the app was launched with.',
  ),
  'fhir.others-in-search': ehrTeam(
    'The search for this patient’s requests returned requests of another patient; they are not shown',
    'Inform the EHR’s vendor at once: a search by patient returned another patient’s requests.',
  ),
  'fhir.subject-elsewhere': ehrTeam(
    'The search for this patient’s requests returned requests whose subject is not on this FHIR base, or is in a form that cannot be read; they are not shown',
    'Write the subject of requests as Patient/ and the id, or below the FHIR base that the app was launched with. Behind a proxy, set that as the external base URL of the FHIR server.',
  ),
  'fhir.entries-unreadable': ehrTeam(
    'The search for requests returned entries without a resource, or with one that is no request that can be read; they are not shown',
    'Return a complete ServiceRequest in each entry of the search result, with search.mode match; a gateway may have cut them.',
  ),
  'fhir.search-limited': ehrTeam(
    'The FHIR server says that it searched by more than the app asked for, so requests may be missing from the list',
    'Search by the parameters that were sent alone, or tell the operator of this app what is added and why.',
  ),
  'fhir.fewer-than-counted': ehrTeam(
    'The FHIR server counts more requests for this patient than it returned, and names no next page',
    'Return all pages of a search, each with a next link to the one after it, or a total of what the user may see.',
  ),
  'fhir.create-refused': ehrTeam(
    'The FHIR server does not accept what the request contains: it wants another element, a code of its own or a profile; the step shows status and issue codes',
    'Look into the FHIR server’s log for this create: it names the element. Then accept requests without it, or tell the operator of this app what is wanted.',
  ),
  'fhir.create-token-refused': ehrTeam(
    'The FHIR server took the access token for the patient, and refuses it for writing a request (401)',
    'Check patient/ServiceRequest.write at the FHIR server: a missing permission is answered with 403.',
  ),
  'fhir.create-forbidden': ehrTeam(
    'The FHIR server does not let this app, or this user, write requests (403), although the EHR granted it',
    'Allow writing ServiceRequest for this client at the FHIR server, and check that the user’s role may order.',
  ),
  'fhir.create-not-offered': ehrTeam(
    'The FHIR server does not offer writing ServiceRequest: it answers 404, 405 or not-supported',
    'Offer create and update of ServiceRequest to this app. If this EHR has none, an administrator can switch “Let clinicians create requests” off.',
  ),
  'fhir.create-conflict': ehrTeam(
    'The FHIR server says that it has this request already (409, 412 or duplicate), and a search does not find it there',
    'Look for the request in the FHIR server’s log, by time and user: a proxy may send creates twice, or a search may miss new requests.',
  ),
  'fhir.create-unclear': ehrTeam(
    'The FHIR server, or a gateway before it, did not confirm what was written, and the request could not be read to see what became of it',
    'Look for this call in the FHIR server’s log, by time and user.',
  ),
  'fhir.create-other-patient': ehrTeam(
    'A create was answered with the request of another patient, or of another number of this patient after a merge',
    'Find out in the FHIR server’s log, by time and user, for which patient the request was saved, and correct it there: it was sent for the patient of the launch.',
  ),
  'fhir.create-absent': ehrTeam(
    'A create was answered and the request is not there: a gateway answered in the FHIR server’s place, or orders are queued',
    'Look for this call in the FHIR server’s log, by time and user.',
  ),
} satisfies Record<string, RuleRow>;
