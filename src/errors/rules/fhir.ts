/** Rules of the FHIR server: the patient, the list of requests, a create, and what it says of itself. */
import { LASTING, type RuleRow } from './row.ts';

export const fhirRules = {
  'fhir.token-refused-at-once': {
    cause:
      'The FHIR server refuses the access token that the EHR gave out a moment before (401): it does not take tokens of this authorization server, or a proxy before it removes the Authorization header',
    owner: 'EHR team',
    remedy:
      'Look into the FHIR server’s log whether the token arrived; then let it accept the tokens of this authorization server for the aud {aud}.',
  },
  'fhir.token-over': {
    cause: 'The FHIR server no longer accepts the access token, and there is no newer one: the EHR session is over',
    owner: 'The user',
    remedy: 'Open the app again from the patient’s chart.',
  },
  'fhir.patient-refused': {
    cause: 'The FHIR server does not let this user and app read the patient (403)',
    owner: 'EHR team',
    remedy:
      'Check the user’s access to this chart (it may be restricted) and the permission patient/Patient.read at the FHIR server.',
  },
  'fhir.patient-not-found': {
    cause: 'The FHIR server does not have, or hides, the patient that the EHR says is open (404)',
    owner: 'EHR team',
    remedy:
      'Check that the patient in the launch context is one of this FHIR server, and that the user may see this chart.',
    help: 'The EHR does not find this patient for the app. Give the support code to {help desk}.',
  },
  'fhir.patient-gone': {
    cause: 'The FHIR server says that the record of the patient was deleted, or merged into another one (410)',
    owner: 'EHR team',
    remedy: 'Look up what became of this record, and launch the app with the one that is current.',
    help: 'The EHR no longer has this record. Open the app from the patient’s current record.',
  },
  'fhir.no-json': {
    cause:
      'The FHIR server does not speak JSON with us: it sends XML or another content type, or refuses ours (406, 415)',
    owner: 'EHR team',
    remedy: 'Let the FHIR server take and answer application/fhir+json, and the gateway before it let that pass.',
    help: LASTING,
  },
  'fhir.too-large': {
    cause: 'An answer of the FHIR server is larger than the app reads',
    owner: 'EHR team',
    remedy: 'Send search results in pages, as _count asks for.',
  },
  'fhir.search-token-refused': {
    cause: 'The FHIR server took the access token for the patient, and refuses it for the search of requests (401)',
    owner: 'EHR team',
    remedy: 'Check patient/ServiceRequest.read at the FHIR server: a missing permission is answered with 403.',
  },
  'fhir.statement-sign-in': {
    cause: 'The server wants a sign-in for the CapabilityStatement, which is a public document',
    owner: 'EHR team',
    remedy: 'Let {FHIR URL}/metadata be read without signing in.',
  },
  'fhir.other-patient': {
    cause: 'The FHIR server answers the read of one patient with another',
    owner: 'EHR team',
    remedy: 'Inform the EHR’s vendor at once: a read of one patient returned another patient.',
  },
  'fhir.no-patient': {
    cause:
      'The FHIR server answers the read of the patient with status 200 and something that is not a Patient, such as an OperationOutcome',
    owner: 'EHR team',
    remedy:
      'Look into the FHIR server’s log for this read, and at the gateway before it: an error must not have status 200.',
  },
  'fhir.web-page': {
    cause: 'The FHIR server answers a read with a web page (HTML)',
    owner: 'EHR team',
    remedy:
      'Let FHIR requests with a token through to the FHIR server: a portal, sign-in page or gateway answers in its place.',
  },
  'fhir.unreadable': {
    cause:
      'The FHIR server answers a read with nothing, with a part of an answer, or with JSON that is no FHIR resource',
    owner: 'EHR team',
    remedy:
      'Look into the log of the FHIR server, and of the gateway before it, for this read: the answer must be one complete resource.',
  },
  'fhir.other-status': {
    cause: 'The FHIR server refuses a read with an unusual status',
    owner: 'EHR team',
    remedy: 'Look into the FHIR server’s log for this read: the step shows status and issue codes.',
  },
  'fhir.redirect': {
    cause: 'The FHIR server redirects a request to another address; the token is never sent on',
    owner: 'EHR team',
    remedy: 'Answer FHIR requests below the FHIR URL itself, without a redirect, also to a sign-in page.',
    help: LASTING,
  },
  'fhir.firewall': {
    cause:
      'A web page (HTML) refuses the request in place of the FHIR server: a firewall or gateway before it blocks this path, query or length, or wants a certificate of the caller',
    owner: 'EHR team',
    remedy:
      'Let the firewall or gateway pass FHIR requests with their query and headers for our egress addresses; its own log names the rule that blocked.',
    help: LASTING,
  },
  'fhir.failing': {
    cause: 'The FHIR server fails when it is read (5xx)',
    owner: 'EHR team',
    remedy: 'Look into the FHIR server’s log for this read.',
    help: 'Try again. If it fails again, give the support code to {help desk}.',
  },
  'fhir.throttled': {
    cause: 'The FHIR server asks the app to slow down (429)',
    owner: 'EHR team',
    remedy: 'Raise the FHIR server’s limit of requests for this app.',
  },
  'fhir.no-statement': {
    cause: 'In place of the CapabilityStatement the FHIR server answers with something else',
    owner: 'EHR team',
    remedy: 'Serve the CapabilityStatement at {FHIR URL}/metadata as JSON with status 200.',
  },
  'fhir.no-patients': {
    cause: 'The CapabilityStatement does not offer reading Patient',
    owner: 'EHR team',
    remedy: 'Give the app access to Patient on this FHIR server.',
  },
  'fhir.version': {
    cause: 'The FHIR URL leads to another version of FHIR than R4 (4.0)',
    owner: 'Your administrator',
    remedy: 'Enter the R4 FHIR URL of this server: it usually ends in R4.',
  },
  'fhir.search-not-granted': {
    cause: 'The launch arrived, and the EHR did not grant searching requests, so the list is empty',
    owner: 'EHR team',
    remedy: 'Register patient/ServiceRequest.read for this client, or patient/*.read where the EHR takes it.',
  },
  'fhir.search-not-asked': {
    cause: 'The scopes in Settings do not ask for requests, so the EHR could not grant them and the list is empty',
    owner: 'Your administrator',
    remedy: 'Add patient/ServiceRequest.read to “Scopes” in Advanced settings, as it is registered in the EHR.',
  },
  'fhir.search-refused': {
    cause: 'The FHIR server refused the search for requests (403), although it was granted',
    owner: 'EHR team',
    remedy: 'Check patient/ServiceRequest.read and the user’s access to orders at the FHIR server.',
  },
  'fhir.search-absent': {
    cause:
      'The FHIR server does not offer ServiceRequest: the search answers 404, 405 or 501, or its CapabilityStatement has no such resource',
    owner: 'EHR team',
    remedy:
      'Offer read and search of ServiceRequest to this app. If this EHR has none, an administrator can switch “Show orders of the EHR in the request list” off.',
  },
  'fhir.search-parameter': {
    cause: 'ServiceRequest cannot be searched by patient',
    owner: 'EHR team',
    remedy: 'Support the search parameter patient of ServiceRequest.',
  },
  'fhir.search-invalid': {
    cause: 'The FHIR server considers the search for requests invalid',
    owner: 'EHR team',
    remedy:
      'Look into the FHIR server’s log for ServiceRequest?patient=…: it says what it does not take. If no query stands there, a gateway before the server drops it.',
  },
  'fhir.search-setting': {
    cause:
      'The FHIR server considers the search for requests invalid, and Settings add parameters to it: {parameters of our own}',
    owner: 'Your administrator',
    remedy:
      'Compare “Extra parameters of FHIR searches” in Advanced settings with what the EHR team asked for, or empty it.',
  },
  'fhir.search-no-bundle': {
    cause: 'The search for requests answers with something that is no searchset Bundle',
    owner: 'EHR team',
    remedy: 'Answer searches with a Bundle of type searchset.',
  },
  'fhir.search-outcome': {
    cause: 'The search for requests answers with status 200 and an OperationOutcome in place of a Bundle',
    owner: 'EHR team',
    remedy: 'Look into the FHIR server’s log for this search: an error must not have status 200.',
  },
  'fhir.endless-paging': {
    cause: 'The pages of the search for requests never end: a next link leads to a page that was read already',
    owner: 'EHR team',
    remedy: 'Correct the next links of search results: the last page has none.',
  },
  'fhir.page-gone': {
    cause: 'The FHIR server no longer knows the next page of its own search result',
    owner: 'EHR team',
    remedy: 'Keep the pages of a search for some minutes, on every node.',
  },
  'fhir.page-elsewhere': {
    cause: 'A next link of the search leads to another server or outside the FHIR base; it is not followed',
    owner: 'EHR team',
    remedy: 'Write next links below the FHIR base that the app was launched with.',
  },
  'fhir.others-in-search': {
    cause: 'The search for this patient’s requests returned requests of another patient; they are not shown',
    owner: 'EHR team',
    remedy: 'Inform the EHR’s vendor at once: a search by patient returned another patient’s requests.',
  },
  'fhir.create-refused': {
    cause:
      'The FHIR server does not accept what the request contains: it wants another element, a code of its own or a profile; the step shows status and issue codes',
    owner: 'EHR team',
    remedy:
      'Look into the FHIR server’s log for this create: it names the element. Then accept requests without it, or tell the operator of this app what is wanted.',
  },
  'fhir.create-token-refused': {
    cause: 'The FHIR server took the access token for the patient, and refuses it for writing a request (401)',
    owner: 'EHR team',
    remedy: 'Check patient/ServiceRequest.write at the FHIR server: a missing permission is answered with 403.',
  },
  'fhir.create-forbidden': {
    cause: 'The FHIR server does not let this app, or this user, write requests (403), although the EHR granted it',
    owner: 'EHR team',
    remedy:
      'Allow writing ServiceRequest for this client at the FHIR server, and check that the user’s role may order.',
  },
  'fhir.create-not-offered': {
    cause: 'The FHIR server does not offer writing ServiceRequest: it answers 404, 405 or not-supported',
    owner: 'EHR team',
    remedy:
      'Offer create and update of ServiceRequest to this app. If this EHR has none, an administrator can switch “Let clinicians create requests” off.',
  },
  'fhir.create-conflict': {
    cause:
      'The FHIR server says that it has this request already (409, 412 or duplicate), and a search does not find it there',
    owner: 'EHR team',
    remedy:
      'Look for the request in the FHIR server’s log, by time and user: a proxy may send creates twice, or a search may miss new requests.',
  },
  'fhir.create-unclear': {
    cause:
      'The FHIR server, or a gateway before it, did not confirm what was written, and the request could not be read to see what became of it',
    owner: 'EHR team',
    remedy: 'Look for this call in the FHIR server’s log, by time and user.',
  },
  'fhir.create-absent': {
    cause:
      'A create was answered and the request is not there: a gateway answered in the FHIR server’s place, or orders are queued',
    owner: 'EHR team',
    remedy: 'Look for this call in the FHIR server’s log, by time and user.',
  },
} satisfies Record<string, RuleRow>;
