/** Rules of the FHIR server: the patient, any read, and what the server says of itself. */
import { ehrTeam, lastingAtEhr, lastingInSettings, ownedBy, type RuleRow, user } from './rule-row.ts';

const neverAgain = ownedBy('EHR team', { again: 'never' });

export const fhirRules = {
  'fhir.token-refused-at-once': ehrTeam`The FHIR server refuses the access token that the EHR gave out a moment before (401). It does not accept tokens of this authorization server, tenant or app, or a gateway before it removes the Authorization header or wants its own key
    Find out in the FHIR server’s log whether the token arrived. If it did, accept the tokens that this authorization server gives {client id} for the aud {aud}. If it did not, let the gateway pass on requests with their Authorization header, without its own key.`,
  'fhir.token-not-accepted': lastingAtEhr`The FHIR server got the access token that the EHR gave out a moment before, but does not accept its issuer, audience or signature (401). It accepts tokens of another authorization server, environment, tenant or audience
    Let the FHIR server at {aud} accept the issuer and audience of the tokens that {client id} gets, or name the authorization server of its own environment in its smart-configuration.`,
  'fhir.token-not-there': lastingAtEhr`The FHIR server says that no access token came with the call. A gateway before it removes the Authorization header
    Let the gateway pass on requests below the FHIR base with their Authorization header.`,
  'fhir.token-over-at-once': lastingAtEhr`The FHIR server says that the access token is expired or not yet valid, although the EHR gave it out a moment before. The clocks of the FHIR server and the authorization server differ
    Synchronize the clocks of the FHIR server, of the gateway before it and of the authorization server with a time server (NTP).`,
  'fhir.headers-too-long': lastingAtEhr`The server before FHIR accepts no headers of this length. The access token that the EHR gave out is too long for it, such as one with many roles or groups
    Raise the limit for the headers of a request on the server before FHIR, or give {client id} shorter access tokens.`,
  'fhir.token-over': user`The FHIR server no longer accepts the access token, and there is no newer one. The EHR session is over
    Open the app again from the patient’s chart.`,
  'fhir.patient-refused': ehrTeam`The FHIR server does not let this user and app read the patient (403)
    Check the user’s access to this chart (it may be restricted) and the permission patient/Patient.read at the FHIR server.`,
  'fhir.insufficient-scope': lastingAtEhr`The FHIR server says that the access token has no scope for this call (403, insufficient_scope), although the EHR granted one
    Add this resource to what {client id} may use: some EHRs list an API for each one. Let the FHIR server accept the granted scopes, which are shown below. It may know only the v1 form (.read) or only the v2 form (.rs).`,
  'fhir.user-right': ehrTeam`The FHIR server says that the user may not read this (403). It does not name the app or its scopes
    Check this user’s security class or role in the EHR, and their access to this chart: both must allow this read. The server does not refuse the scopes of {client id}.
    The EHR says that you may not see this. Give the support code to {help desk}, and ask them to check your access.`,
  'fhir.app-not-enabled': lastingAtEhr`The FHIR server does not let this app in. The app is switched off or not approved there, or its token is not for the tenant, practice or organization of the FHIR base {aud}
    Enable {client id} for this tenant at the FHIR server, and compare the tenant in {aud} with the one that the authorization server signs in for.`,
  'fhir.consent': ehrTeam`The EHR says that the patient has not consented to this access, or has objected to it
    Look up the patient’s consent in the EHR and respect it. Only if it allows this access, correct what the FHIR server checks.
    The patient’s consent in the EHR does not allow this app. Give the support code to {help desk}.`,
  'fhir.restricted': user`The EHR restricts this chart (break-the-glass). It opens only after the user states a reason in the EHR itself
    Open the chart in the EHR and state the reason there. Then open the app again.
    The EHR restricts this chart. Open the chart in the EHR itself first, then open the app again.`,
  'fhir.patient-not-found': ehrTeam`The FHIR server does not have, or hides, the patient that the EHR says is open (404)
    Check that the patient in the launch context is one of this FHIR server, and that the user may see this chart.
    The EHR does not find this patient for the app. Give the support code to {help desk}.`,
  'fhir.not-in-fhir': lastingAtEhr`A read was answered with 403 or 404, and with a page, JSON or text that is not FHIR. A FHIR server sends an OperationOutcome, so most often a gateway before it answered. The gateway has no route for this path, or blocks it
    Let the gateway pass on all requests below the FHIR base to the FHIR server, with the Authorization header. If the FHIR server answered itself, check that it has this patient, and that the user and the app may read the chart.`,
  'fhir.patient-gone': ehrTeam`The record of the patient was deleted, or merged into another one. The FHIR server answers 410, or with a Patient that replaces it
    Find out what became of this record, and launch the app with the current one.
    The EHR no longer has this record. Open the app from the patient’s current record.`,
  'fhir.no-json': lastingAtEhr`The FHIR server does not speak JSON with us. It sends XML or another content type, or refuses ours (406, 415)
    Let the FHIR server accept and send application/fhir+json, and let the gateway before it pass that.`,
  'fhir.too-large': ehrTeam`An answer of the FHIR server is larger than the app reads
    Send search results in pages, as _count asks for.`,
  'fhir.statement-sign-in': ehrTeam`The server wants a sign-in for the CapabilityStatement, although it is a public document
    Open {FHIR URL}/metadata to callers who are not signed in.`,
  'fhir.other-patient': ehrTeam`The FHIR server answers the read of one patient with another
    Tell the EHR’s vendor at once that a read of one patient returned another patient.`,
  'fhir.no-patient': ehrTeam`The FHIR server answers the read of the patient with status 200 and something that is not a Patient, such as an OperationOutcome
    Look for this read in the FHIR server’s log, and look at the gateway before it. An error must not have status 200.`,
  'fhir.web-page': ehrTeam`The FHIR server answers a read with a web page (HTML)
    Let FHIR requests with a token through to the FHIR server. A portal, sign-in page or gateway answers in its place now.`,
  'fhir.unreadable': ehrTeam`The FHIR server answers a read with nothing, with a part of an answer, or with JSON that is no FHIR resource
    Look for this read in the logs of the FHIR server and of the gateway before it. The answer must be one complete resource.`,
  'fhir.other-status': neverAgain`The FHIR server refuses a read with an unusual status
    Look for this read in the FHIR server’s log. The step shows its status and issue codes.
    Give the support code to {help desk}.`,
  'fhir.redirect': lastingAtEhr`The FHIR server redirects a request to another address. The app never sends the token there
    Answer FHIR requests below the FHIR URL itself, without a redirect to another address or to a sign-in page.`,
  'fhir.firewall': lastingAtEhr`A page or a text that is not FHIR refuses the request. A firewall or gateway before the FHIR server blocks this path, query or length, or wants a client certificate
    Let the firewall or gateway pass FHIR requests of our egress addresses, with query and headers. Its own log names the rule that blocked this one.`,
  'fhir.failing': ehrTeam`The FHIR server fails when it is read (5xx), is overloaded or in maintenance (503), or a gateway before it reaches no server (502, 503, 504)
    Look for this read in the logs of the FHIR server and of the gateway before it. The step shows the status.
    Try again. If it fails again, give the support code to {help desk}.`,
  'fhir.throttled': ehrTeam`The FHIR server asks the app to slow down (429)
    Raise the FHIR server’s limit of requests for this app.`,
  'fhir.no-statement': ehrTeam`The FHIR server answers with something else in place of the CapabilityStatement
    Serve the CapabilityStatement at {FHIR URL}/metadata as JSON with status 200.`,
  'fhir.no-patients': ehrTeam`The CapabilityStatement does not offer reading Patient
    Give the app access to Patient on this FHIR server.`,
  'fhir.version': lastingInSettings`The FHIR URL leads to another version of FHIR than R4 (4.0)
    Enter the R4 FHIR URL of this server, which usually ends in R4. Ask the EHR team to register the app for R4 too, so that the EHR launches it with that URL.`,
} satisfies Record<string, RuleRow>;
