/** Ends of a launch after it was completed: limits, sign-out, an administrator, and access that could not be renewed. */
import type { ErrorRow } from './error-row.ts';

export const sessionErrors = {
  'session.missing': {
    status: 401,
    title: 'Please open the app again',
    help: 'This page has ended or belongs to another window. {Again}.',
    standalone: { title: 'Please start again' },
    causes: [
      'The page has ended, or belongs to another window or browser',
      'The browser did not keep the cookie of this launch',
    ],
  },
  'session.expired': {
    status: 401,
    title: 'Your EHR session for this app has ended',
    help: '{Again}.',
    rules: ['refresh.session-over', 'refresh.none'],
  },
  'session.never-accepted': {
    status: 401,
    title: 'The EHR does not accept this app’s access',
    help: '{Again}. If it happens again, give the support code to {help desk}.',
    rules: ['fhir.token-refused-at-once'],
  },
  'session.idle': {
    status: 401,
    title: 'This page has closed',
    help: 'Most likely it was not used for an hour. It then closes by itself, to protect the patient. {Again}.',
    causes: ['The page was not used for an hour'],
  },
  'session.limit': {
    status: 401,
    title: 'This page was open for twelve hours',
    help: 'That is the longest it stays open. {Again}.',
    causes: ['The page was open for twelve hours'],
  },
  'session.signed-out': {
    status: 401,
    title: 'You are signed out',
    help: 'You signed out of this page, here or in another tab or window. {Again} when you need it.',
    causes: ['The same launch was signed out of in another tab or window'],
  },
  'session.ended': {
    status: 401,
    title: 'An administrator has closed this page',
    help: '{Again}, or ask {help desk} for the reason.',
    causes: ['An administrator ended the launch at Settings > Live launches'],
  },
  'session.clinician-changed': {
    status: 401,
    title: 'Your access to this app was changed',
    help: '{Again}. If that does not work, ask {help desk}.',
    causes: [
      'An administrator undid the association of this EHR user, or linked the user to another clinician',
      'APP_SECRETS were rotated while some instances did not know the new secret yet, so one user has two rows',
    ],
  },
  'session.organization': {
    status: 401,
    title: "Your organization's connection to this app was changed or switched off",
    help: '{Again}. If that does not work, ask {help desk}.',
    causes: ['The organization was disabled, or its FHIR URL, Client ID, issuer or hosts were changed'],
  },
  'session.replaced': {
    status: 401,
    title: 'The app was opened again and closed this page',
    help: 'Since then the app was opened in this browser with another account, or too many charts were open. {Again}.',
    causes: [
      'The app was launched in the same browser with another account',
      'The same user launched it there for another organization',
      'More launches were open in one browser than it may have',
    ],
  },
  'refresh.identity-refused': {
    status: 401,
    title: 'Your access could not be renewed',
    help: '{Again}. If this happens repeatedly, give the support code to {help desk}.',
    rules: ['refresh.audience-missing', 'refresh.other-user'],
    remedy: 'The detail names the rule that failed: correct the id_token of the EHR’s refresh responses.',
  },
  'refresh.refused': {
    status: 503,
    title: 'The EHR does not renew your access',
    help: 'Trying again does not help. Give the support code to {help desk}.',
    canReload: false,
    rules: ['client.key-unknown', 'client.off', 'refresh.put-off'],
  },
  'refresh.unavailable': {
    status: 503,
    title: 'The EHR cannot renew your access at the moment',
    help: 'Your page is kept. Try again in a minute. If it fails again, {again} and give the support code to {help desk}.',
    rules: ['refresh.put-off'],
  },
} satisfies Record<string, ErrorRow>;
