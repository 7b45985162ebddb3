/** Rules of the FHIR server: the patient, any read, and what the server says of itself. */
import { ehrTeam, lastingAtEhr, lastingInSettings, type RuleRow, user } from './rule-row.ts';

export const fhirRules = {
  'fhir.token-refused-at-once': ehrTeam(
    'The FHIR server refuses the access token that the EHR gave out a moment before (401): it does not take tokens of this authorization server, tenant or app, or a gateway before it removes the Authorization header or wants a key of its own',
    'Look into the FHIR server’s log whether the token arrived. If it did, accept the tokens that this authorization server gives {client id} for the aud {aud}. If not, let the gateway pass requests on with their Authorization header, without a key of its own.',
  ),
  'fhir.token-not-accepted': lastingAtEhr(
    'The FHIR server got the access token that the EHR gave out a moment before, and does not accept its issuer, audience or signature (401): it takes tokens of another authorization server, environment, tenant or audience',
    'Let the FHIR server at {aud} accept the issuer and audience of the tokens that {client id} gets, or name in its smart-configuration the authorization server of its own environment.',
  ),
  'fhir.token-not-there': lastingAtEhr(
    'The FHIR server says that no access token came with the call: a gateway before it removes the Authorization header',
    'Let the gateway pass requests below the FHIR base on with their Authorization header.',
  ),
  'fhir.token-over-at-once': lastingAtEhr(
    'The FHIR server says that the access token is expired or not yet valid, although the EHR gave it out a moment before: the clocks of the FHIR server and the authorization server differ',
    'Synchronize the clocks of the FHIR server, of the gateway before it and of the authorization server with a time server (NTP).',
  ),
  'fhir.headers-too-long': lastingAtEhr(
    'The server before FHIR takes no headers of this length: the access token that the EHR gave out is too long for it, as with many roles or groups in it',
    'Raise the limit for the headers of a request on the server before FHIR, or give {client id} shorter access tokens.',
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
    'Add this resource to what {client id} may use (some EHRs list an API for each one), and let the FHIR server accept the granted scopes, which are below: it may know only the v1 form (.read) or only the v2 form (.rs).',
  ),
  'fhir.user-right': ehrTeam(
    'The FHIR server says that the user may not do this read (403); it does not name the app or its scopes',
    'Check this user’s security class or role in the EHR, and their access to this chart: it must allow this read. The scopes of {client id} are not what it refuses.',
    {
      help: 'The EHR says that you may not see this. Give the support code to {help desk}, and ask them to check your access.',
    },
  ),
  'fhir.app-not-enabled': lastingAtEhr(
    'The FHIR server says that it does not let this app in: it is switched off or not approved there, or its token is not for the tenant, practice or organization of the FHIR base {aud}',
    'Enable {client id} for this tenant at the FHIR server, and compare the tenant in {aud} with the one that the authorization server signs in for.',
  ),
  'fhir.consent': ehrTeam(
    'The EHR says that the patient has not consented to this access, or has objected to it',
    'Look up the patient’s consent in the EHR and respect it. Only if it allows this access, correct what the FHIR server checks.',
    { help: 'The patient’s consent in the EHR does not allow this app. Give the support code to {help desk}.' },
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
    'A read was answered with 403 or 404, and with a page, JSON or text that is not FHIR. A FHIR server sends an OperationOutcome, so most often a gateway before it answered: it has no route for this path, or blocks it',
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
    { help: 'Give the support code to {help desk}.', again: 'never' },
  ),
  'fhir.redirect': lastingAtEhr(
    'The FHIR server redirects a request to another address; the token is never sent on',
    'Answer FHIR requests below the FHIR URL itself, without a redirect, also to a sign-in page.',
  ),
  'fhir.firewall': lastingAtEhr(
    'A page or a text that is not FHIR refuses the request: a firewall or gateway before the FHIR server blocks this path, query or length, or wants a certificate of the caller',
    'Let the firewall or gateway pass FHIR requests with their query and headers for our egress addresses; its own log names the rule that blocked.',
  ),
  'fhir.failing': ehrTeam(
    'The FHIR server fails when it is read (5xx), is overloaded or in maintenance (503), or a gateway before it reaches no server (502, 503, 504)',
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
  'fhir.version': lastingInSettings(
    'The FHIR URL leads to another version of FHIR than R4 (4.0)',
    'Enter the R4 FHIR URL of this server: it usually ends in R4. Ask the EHR team to register the app for R4 too, so that the EHR launches it with that URL.',
  ),
} satisfies Record<string, RuleRow>;
