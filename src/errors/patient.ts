/** Errors of reading the patient, which every page of a launch does first. */
import type { ErrorRow } from './row.ts';

export const patientErrors = {
  'patient.mismatch': {
    status: 502,
    title: 'The EHR returned a different patient',
    help: 'Nothing is shown, to keep patients safe. {Again} and give the support code to {help desk}.',
    canReload: false,
    owner: 'EHR team',
    causes: ['The FHIR server answers Patient reads with another patient, or with a merged record under another id'],
    remedy: 'Inform the EHR’s vendor at once: a read of one patient returned another patient.',
  },
  'patient.not-returned': {
    status: 502,
    title: 'The EHR did not return the patient',
    help: 'Its answer was not a patient record. Reload this page. If it happens again, give the support code to {help desk}.',
    owner: 'EHR team',
    causes: [
      'The FHIR server answers a Patient read with status 200 and an OperationOutcome, a Bundle or another resource',
      'A gateway between us and the FHIR server answers in its place',
    ],
    remedy: 'Read Patient/{id} with this user’s token and look at the answer.',
  },
  'patient.refused': {
    status: 403,
    title: 'The EHR did not let this app read the patient',
    help: 'Give the support code to {help desk}, and ask them to check your access to this chart.',
    owner: 'EHR team',
    causes: [
      'The FHIR server enforces a permission that was not granted',
      'The chart is restricted (break the glass) or outside the user’s access',
    ],
    remedy: 'Check the permission patient/Patient.read and the user’s access to this chart.',
  },
  'patient.replaced': {
    status: 403,
    title: 'This patient’s record was merged into another one',
    help: 'Nothing was sent. Open the patient’s current record in the EHR and start the app from there.',
    causes: ['The EHR launched the app for a record that its Patient.link calls replaced'],
    remedy: 'Open the patient’s current record in the EHR; requests are not written to a record that was merged.',
  },
  'patient.unavailable': {
    status: 503,
    title: 'The EHR cannot show the patient at the moment',
    help: 'Try again in a minute. If it stays like this, give the support code to {help desk}.',
    owner: 'EHR team',
    causes: ['The FHIR server is failing or asks to slow down'],
    remedy: 'Reload the page, and look at the FHIR server’s state.',
  },
  'patient.timeout': {
    status: 504,
    title: 'The EHR took too long to show the patient',
    help: 'Try again in a minute. If it stays like this, give the support code to {help desk}.',
    owner: 'EHR team',
    causes: ['The FHIR server is overloaded'],
    remedy: 'Reload the page, and look at the FHIR server’s load.',
  },
  'patient.unexpected': {
    status: 502,
    title: 'The EHR returned an unexpected answer',
    help: 'Try again. If it happens again, give the support code to {help desk}.',
    owner: 'EHR team',
    causes: ['The FHIR server answered with something that is not FHIR, such as a portal page or a redirect'],
    remedy: 'Compare the FHIR URL in Settings > Integrations > SMART on FHIR with the server’s real base.',
  },
} satisfies Record<string, ErrorRow>;
