/** Rules of the FHIR server: the search for requests, and writing one. */
import { administrator, ehrTeam, type RuleRow } from './rule-row.ts';

export const requestRules = {
  'fhir.search-token-refused': ehrTeam`The FHIR server accepted the access token for the patient. It, or a gateway before it, refuses the token for the search of requests (401)
    Let {client id} use ServiceRequest at the FHIR server and at the gateway before it, which may list an API for each resource or want its own key. For a missing permission the answer has to be 403.`,
  'fhir.search-not-granted': ehrTeam`The launch arrived, but the EHR did not grant searching requests, so the list is empty
    Register patient/ServiceRequest.read for this client, or patient/*.read where the EHR takes it.`,
  'fhir.search-not-asked': administrator`The scopes in Settings do not ask for requests, so the EHR could not grant them and the list is empty
    Add patient/ServiceRequest.read to “Scopes” in Advanced settings, as it is registered in the EHR.`,
  'fhir.search-refused': ehrTeam`The FHIR server refused the search for requests (403), although it was granted
    Check patient/ServiceRequest.read and the user’s access to orders at the FHIR server.`,
  'fhir.search-absent': ehrTeam`The FHIR server does not offer ServiceRequest. The search answers 404, 405 or 501, or its CapabilityStatement has no such resource
    Offer read and search of ServiceRequest to this app. If this EHR has none, an administrator can switch off “Show orders of the EHR in the request list”.`,
  'fhir.search-parameter': ehrTeam`ServiceRequest cannot be searched by patient
    Support the search parameter patient of ServiceRequest.`,
  'fhir.search-invalid': ehrTeam`The FHIR server considers the search for requests invalid
    Look for ServiceRequest?patient=… in the FHIR server’s log, which says what the server does not accept. If the log has no query, a gateway before the server drops it.`,
  'fhir.search-wants-parameter': administrator`In the search for requests, the FHIR server wants a parameter that the app does not send, such as that of the practice
    Ask the EHR team which parameter its searches need, and with which value. Add it to “Extra parameters of FHIR searches” in Advanced settings.`,
  'fhir.search-setting': administrator`The FHIR server considers the search for requests invalid. Settings add these parameters to it: {parameters of our own}
    Compare “Extra parameters of FHIR searches” in Advanced settings with what the EHR team asked for, or empty it.`,
  'fhir.search-no-bundle': ehrTeam`The answer to the search for requests is not a searchset Bundle
    Answer searches with a Bundle of type searchset.`,
  'fhir.search-outcome': ehrTeam`The answer to the search for requests has status 200 and an OperationOutcome in place of a Bundle
    Look for this search in the FHIR server’s log. An error must not have status 200. If the step shows the issue code forbidden or security, let {client id} search ServiceRequest.`,
  'fhir.endless-paging': ehrTeam`The pages of the search for requests never end. A next link leads to a page that was read already
    Correct the next links of search results: the last page has none.`,
  'fhir.page-gone': ehrTeam`The FHIR server no longer knows the next page of its own search result
    Keep the pages of a search for some minutes, on every node.`,
  'fhir.page-elsewhere': ehrTeam`A next link of the search leads to another server or outside the FHIR base. The app does not follow it
    Write next links below the FHIR base that the app was launched with.`,
  'fhir.others-in-search': ehrTeam`The search for this patient’s requests returned requests of another patient. The app does not show them
    Tell the EHR’s vendor at once that a search by patient returned another patient’s requests.`,
  'fhir.subject-elsewhere': ehrTeam`The search for this patient’s requests returned requests whose subject is not on this FHIR base, or is in a form that cannot be read. The app does not show them
    Write the subject of requests as Patient/ and the id, or below the FHIR base that the app was launched with. Behind a proxy, set that as the external base URL of the FHIR server.`,
  'fhir.entries-unreadable': ehrTeam`The search for requests returned entries without a resource, or with one that the app cannot read as a request. The app does not show them
    Return a complete ServiceRequest in each entry of the search result, with search.mode match. A gateway may have cut them.`,
  'fhir.search-limited': ehrTeam`The FHIR server says that it searched by more than the app asked for, so requests may be missing from the list
    Search only by the parameters that were sent, or tell the operator of this app what the server adds and why.`,
  'fhir.fewer-than-counted': ehrTeam`The FHIR server counts more requests for this patient than it returned, and names no next page
    Return all pages of a search, each with a next link to the one after it, or a total of what the user may see.`,
  'fhir.create-refused': ehrTeam`The FHIR server does not accept what the request contains. It wants another element, a code of its own or a profile. The step shows status and issue codes
    Look for this create in the FHIR server’s log, which names the element. Accept requests without it, or tell the operator of this app what the server wants.`,
  'fhir.create-token-refused': ehrTeam`The FHIR server accepted the access token for the patient, but refuses it for writing a request (401)
    Check patient/ServiceRequest.write at the FHIR server. For a missing permission the answer has to be 403.`,
  'fhir.create-forbidden': ehrTeam`The FHIR server does not let this app, or this user, write requests (403), although the EHR granted it
    Allow writing ServiceRequest for this client at the FHIR server, and check that the user’s role may order.`,
  'fhir.create-not-offered': ehrTeam`The FHIR server does not offer writing ServiceRequest. It answers 404, 405 or not-supported
    Offer create and update of ServiceRequest to this app. If this EHR has none, an administrator can switch off “Let clinicians create requests”.`,
  'fhir.create-conflict': ehrTeam`The FHIR server says that it has this request already (409, 412 or duplicate), but a search does not find it there
    Look for the request in the FHIR server’s log, by time and user. A proxy may send creates twice, or a search may miss new requests.`,
  'fhir.create-unclear': ehrTeam`The FHIR server, or a gateway before it, did not confirm what was written, and the app could not read the request to find out
    Look for this call in the FHIR server’s log, by time and user.`,
  'fhir.create-other-patient': ehrTeam`A create was answered with the request of another patient, or of another number of this patient after a merge
    Find out in the FHIR server’s log, by time and user, for which patient the request was saved, and correct it there. The app sent it for the patient of the launch.`,
  'fhir.create-absent': ehrTeam`A create was answered, but the request is not there. A gateway answered in the FHIR server’s place, or orders are queued
    Look for this call in the FHIR server’s log, by time and user.`,
} satisfies Record<string, RuleRow>;
