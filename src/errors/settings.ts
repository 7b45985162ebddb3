/** Errors of Settings: its pages, and the sign-in of administrators. No launch ends in one. */
import type { ErrorRow } from './error-row.ts';

export const settingsErrors = {
  'settings.too-many-tries': {
    status: 429,
    title: 'Too many tries in a short time',
    help: 'Changes and checks are limited, to protect EHRs and the audit trail. Wait ten minutes, then try again.',
    causes: ['More was changed, checked or exported than is allowed in ten minutes, often by a script'],
  },
  'settings.export-running': {
    status: 429,
    title: 'Your last export is still running',
    help: 'Wait until its download has finished or cancel it, then start the next one.',
    causes: ['A second export was started before the first had ended'],
  },
  'settings.no-organization': {
    status: 404,
    title: 'There is no such organization',
    help: 'Choose one at Settings > Organizations.',
    causes: ['The address or the form names an organization that does not exist'],
  },
  'settings.launch-not-found': {
    status: 404,
    title: 'This launch is not here',
    help: 'Launches are deleted after some weeks. Look for it in Settings > Launches by its support code.',
    causes: ['The launch was deleted at the end of its retention', 'It belongs to another organization'],
  },
  'settings.report-gone': {
    status: 404,
    title: 'This report does not exist',
    help: 'Its link has expired or is incomplete. Ask the person who sent it for a new one.',
    causes: ['The link of the report has expired', 'The link was copied incompletely'],
  },
  'settings.reason-needed': {
    status: 400,
    title: 'Please say why',
    help: 'Go back and write down the reason. It becomes part of the audit trail.',
    causes: ['The reason for looking at patient access was left empty or is too short'],
  },
  'admin.sign-in-needed': {
    status: 401,
    title: 'Please sign in',
    help: 'Your session has ended. Sign in again.',
    causes: ['The session in Settings has ended'],
  },
  'admin.password-change-needed': {
    status: 403,
    title: 'Please choose your own password first',
    help: 'Open your account page and replace the one-time password.',
    causes: ['The account still has its one-time password'],
  },
  'admin.forbidden': {
    status: 403,
    title: 'This page is for operators',
    help: 'Your account does not have access to it. Ask the operator of this service.',
    causes: ['The page is for operators, or belongs to another organization'],
  },
  'admin.too-many-attempts': {
    status: 429,
    title: 'Too many sign-in attempts',
    help: 'Wait a quarter of an hour, then try again. If you have forgotten your password, ask the operator of this service for a new one.',
    causes: ['Wrong passwords were typed again and again, for this account or from this network'],
  },
  'admin.busy': {
    status: 503,
    title: 'Too many people are signing in at this moment',
    help: 'Wait a few seconds, then try again.',
    causes: ['More passwords are being checked than this service has processors for'],
  },
  'admin.password-sign-in-off': {
    status: 403,
    title: 'Passwords are not accepted here',
    help: 'Go back to the sign-in page and use single sign-on.',
    causes: ['PASSWORD_SIGN_IN is off'],
  },
  'admin.sso-failed': {
    status: 502,
    title: 'Single sign-on did not work',
    help: 'Start again from the sign-in page. If it happens again, give the support code to the operator of this service.',
    owner: 'VectorCare',
    causes: [
      'The identity provider is unavailable or answered with an error',
      'The sign-in began in another browser, or too long ago',
      'Client ID, client secret or redirect URI differ from those at the identity provider',
    ],
    remedy: 'Look at the log line of the support code, and at the identity provider.',
  },
  'admin.sso-refused': {
    status: 403,
    title: 'Your account has no access to these settings',
    help: 'Ask the operator of this service to add you, then sign in again.',
    owner: 'VectorCare',
    causes: ['The account or its groups are not allowed here, or the e-mail address is not verified'],
    remedy: 'Add the account in Settings > Users, or its group at the identity provider.',
  },
} satisfies Record<string, ErrorRow>;
