/** Rules of the granted scopes, the open patient and the user. */
import type { RuleRow } from './row.ts';

export const userRules = {
  'scope.patient-missing': {
    cause: 'The EHR did not grant reading the patient',
    owner: 'EHR team',
    remedy: 'Grant patient/Patient.read (or patient/*.read) to this client and to this user’s role.',
  },
  'scope.patient-not-asked': {
    cause: 'The scopes in Settings do not ask for reading the patient, so the EHR could not grant it',
    owner: 'Your administrator',
    remedy: 'Add patient/Patient.read to “Scopes” in Advanced settings, as it is registered in the EHR.',
  },
  'scope.openid-missing': {
    cause: 'The EHR did not grant openid, so nothing says who the user is',
    owner: 'EHR team',
    remedy: 'Register the scopes openid and fhirUser for this client.',
  },
  'scope.nothing': {
    cause:
      'The EHR granted the app nothing to read, without refusing: it drops wildcards or a scope syntax that it does not know, writes scopes in a form of its own (with commas, or as URLs), or nothing is registered',
    owner: 'EHR team',
    remedy:
      'Register scopes that the server can grant, one for each resource, and return them as SMART writes them, with spaces between; what was asked for and granted is below.',
    step: 'scopes',
  },
  'scope.write-missing': {
    cause: 'The EHR did not grant creating requests',
    owner: 'EHR team',
    remedy: 'Grant patient/ServiceRequest.write to this client, or switch creating requests off here.',
  },
  'context.patient-missing': {
    cause:
      'The EHR did not say which patient is open: the app was opened from a place without a patient, or launch/patient is not registered',
    owner: 'EHR team',
    remedy:
      'Place the app in a patient’s chart, and send patient with the token to a client that has launch or launch/patient.',
  },
  'context.no-patient-picked': {
    cause: 'No patient was picked, or the EHR has no patient picker for this app',
    owner: 'EHR team',
    remedy: 'Register launch/patient for this client, so that the EHR lets the user pick a patient.',
  },
  'context.id-malformed': {
    cause:
      'The patient or encounter that the EHR sends with the token is not a FHIR id; a bare id is needed, not a reference such as Patient/1',
    owner: 'EHR team',
    remedy: 'Send the bare FHIR id as patient and encounter.',
  },
  'user.no-fhir-user': {
    cause: 'The id_token has no fhirUser, so nothing says that the user is a practitioner',
    owner: 'EHR team',
    remedy: 'Register the scope fhirUser for this client, and put the claim fhirUser into the id_token.',
    help: 'The EHR did not say which practitioner you are. Give the support code to {help desk}.',
  },
  'user.fhir-user-elsewhere': {
    cause:
      'The fhirUser of the id_token is not a user of this FHIR server: it is on another server or no user resource',
    owner: 'EHR team',
    remedy: 'Put the user’s Practitioner on this FHIR server into the claim fhirUser.',
    help: 'The EHR did not say which practitioner you are. Give the support code to {help desk}.',
  },
  'user.not-read': {
    cause:
      'The user’s own resource, which fhirUser names, could not be read ({user answer}): the page shows the name in the id_token, and no role',
    owner: 'EHR team',
    remedy:
      'Let this client read that resource, as the scope fhirUser permits; it has to be there. Nothing else of the launch needs it.',
  },
  'user.other-kind': {
    cause: 'The user is not a practitioner in the EHR, and the organization accepts practitioners only',
    owner: 'Your administrator',
    remedy: 'To admit such users, change “Kinds of EHR users” in Advanced settings; otherwise do nothing.',
  },
  'user.most': {
    cause: 'The organization has as many EHR users as it may have',
    owner: 'VectorCare',
    remedy: 'Look at Settings > Clinicians for users that a test or a script has made.',
  },
  'user.waits': {
    cause: 'The user launches for the first time and is not associated with a clinician of the organization yet',
    owner: 'Your administrator',
    remedy: 'Open Settings > Clinicians: issue a one-time code, or confirm the waiting user with this reference.',
  },
  'user.cookie-lost': {
    cause:
      'The launch was stored, and its page was never opened: the browser did not keep the cookie, or the window was closed',
    owner: 'Workstation team',
    remedy: 'Allow cookies for this site in frames of the EHR.',
  },
} satisfies Record<string, RuleRow>;
