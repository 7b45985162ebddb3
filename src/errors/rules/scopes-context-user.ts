/** Rules of the granted scopes, the open patient and the user. */
import { administrator, ehrTeam, LASTING, operator, ownedBy, type RuleRow, workstationTeam } from './rule-row.ts';

const atScopes = ownedBy('EHR team', { step: 'scopes', ...LASTING });

export const userRules = {
  'scope.patient-missing': ehrTeam`The EHR did not grant reading the patient
    Grant patient/Patient.read (or patient/*.read) to this client and to this user’s role.`,
  'scope.patient-not-asked': administrator`The scopes in Settings do not ask for reading the patient, so the EHR could not grant it
    Add patient/Patient.read to “Scopes” in Advanced settings, as it is registered in the EHR.`,
  'scope.openid-missing': ehrTeam`The EHR did not grant openid, so nothing says who the user is
    Register the scopes openid and fhirUser for this client.`,
  'scope.nothing': atScopes`The EHR granted the app nothing to read, but did not refuse either. Nothing is registered, or the EHR drops wildcards or a scope syntax that it does not know. Or it writes scopes in its own form (with commas, or as URLs)
    Register scopes that the server can grant, one for each resource, and return them as SMART writes them, separated by spaces. What was asked for and granted is below.`,
  'scope.write-missing': ehrTeam`The EHR did not grant creating requests
    Grant patient/ServiceRequest.write to this client, or switch creating requests off here.`,
  'context.patient-missing': ehrTeam`The EHR did not say which patient is open. The app was opened from a place without a patient, or launch/patient is not registered
    Place the app in a patient’s chart, and send patient with the token to a client that has launch or launch/patient.`,
  'context.no-patient-picked': ehrTeam`No patient was picked, or the EHR has no patient picker for this app
    Register launch/patient for this client, so that the EHR lets the user pick a patient.`,
  'context.id-malformed': ehrTeam`The patient or encounter that the EHR sends with the token is not a FHIR id. The app needs a bare id, not a reference such as Patient/1
    Send the bare FHIR id as patient and encounter.`,
  'user.no-fhir-user': ehrTeam`The id_token has no fhirUser, so nothing says that the user is a practitioner
    Register the scope fhirUser for this client, and put the claim fhirUser into the id_token.
    The EHR did not say which practitioner you are. Give the support code to {help desk}.`,
  'user.fhir-user-elsewhere': ehrTeam`The fhirUser of the id_token is not a user of this FHIR server. It is on another server, or is not a user resource
    In the claim fhirUser, name the user’s Practitioner below the FHIR base of the launch. Behind a proxy, set that base as the external base URL of the FHIR server.
    The EHR did not say which practitioner you are. Give the support code to {help desk}.`,
  'user.not-clinician': ehrTeam`The EHR signed this user in as a {user type} and not as a Practitioner. The user has a portal account, or the EHR gives its clinicians a wrong fhirUser
    Let the fhirUser of clinicians name their Practitioner. If patients use the app here on purpose, there is nothing to do. If patients or relatives should not get in, an administrator can admit only practitioners at “Kinds of EHR users” in Advanced settings.`,
  'user.not-read': ehrTeam`The user’s own resource, which fhirUser names, could not be read ({user answer}). The page shows the name in the id_token, and no role
    Let this client read that resource, as the scope fhirUser permits. The resource has to exist. Nothing else of the launch needs it.`,
  'user.other-kind': administrator`The user is not a practitioner in the EHR, and the organization accepts practitioners only
    To admit such users, change “Kinds of EHR users” in Advanced settings. Otherwise do nothing.`,
  'user.most': operator`The organization has as many EHR users as it may have
    Look at Settings > Clinicians for users that a test or a script has made.`,
  'user.waits': administrator`The user launches for the first time and is not associated with a clinician of the organization yet
    Open Settings > Clinicians. Issue a one-time code, or confirm the waiting user with this reference.`,
  'user.cookie-lost': workstationTeam`The launch was stored, but its page was never opened. The browser did not keep the cookie, or the window was closed
    Allow cookies for this site in frames of the EHR.`,
} satisfies Record<string, RuleRow>;
