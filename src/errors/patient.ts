/** Errors of finding out which patient is open, and of reading that patient, which every page of a launch does first. */
import type { ErrorRow } from './error-row.ts';

export const patientErrors = {
  'context.invalid': {
    status: 502,
    title: 'The EHR did not say which patient is open',
    help: "Open the app from a patient's chart. If you did, give the support code to {help desk}.",
    standalone: {
      title: 'The EHR did not say which patient was picked',
      help: 'No patient was picked, or the EHR did not name one. Start again and pick a patient. If you did, give the support code to {help desk}.',
    },
    rules: ['context.patient-missing', 'context.no-patient-picked', 'context.id-malformed'],
  },
  'patient.mismatch': {
    status: 502,
    title: 'The EHR returned a different patient',
    help: 'Nothing is shown, to keep patients safe. {Again} and give the support code to {help desk}.',
    canReload: false,
    rules: ['fhir.other-patient'],
  },
  'patient.not-returned': {
    status: 502,
    title: 'The EHR did not return the patient',
    help: 'Its answer was not a patient record. Reload this page. If it happens again, give the support code to {help desk}.',
    rules: ['fhir.no-patient'],
  },
  'patient.refused': {
    status: 403,
    title: 'The EHR did not let this app read the patient',
    help: 'Give the support code to {help desk}, and ask them to check your access to this chart.',
    rules: ['fhir.patient-refused', 'fhir.restricted', 'fhir.patient-not-found'],
  },
  'patient.replaced': {
    status: 403,
    title: 'This patient’s record was merged into another one',
    help: 'Nothing was sent. Open the patient’s current record in the EHR and start the app from there.',
    causes: ['The EHR launched the app for a record that its Patient.link calls replaced'],
    remedy: 'Open the patient’s current record in the EHR. The app writes no requests to a record that was merged.',
  },
  'patient.unavailable': {
    status: 503,
    title: 'The EHR cannot show the patient at the moment',
    help: 'Try again in a minute. If it stays like this, give the support code to {help desk}.',
    rules: ['fhir.failing', 'fhir.throttled'],
  },
  'patient.timeout': {
    status: 504,
    title: 'The EHR took too long to show the patient',
    help: 'Try again in a minute. If it stays like this, give the support code to {help desk}.',
    rules: ['network.late'],
  },
  'patient.unexpected': {
    status: 502,
    title: 'The EHR returned an unexpected answer',
    help: 'Try again. If it happens again, give the support code to {help desk}.',
    rules: ['fhir.web-page', 'fhir.redirect', 'fhir.unreadable'],
  },
} satisfies Record<string, ErrorRow>;
