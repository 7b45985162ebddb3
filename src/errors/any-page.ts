/** Errors of any request: malformed ones, limits, and failures of this service itself. */
import type { ErrorRow } from './error-row.ts';

export const requestErrors = {
  'request.bad': {
    status: 400,
    title: 'This page could not be opened',
    help: '{Again}.',
    causes: ['The browser or a proxy sent a malformed request', 'An address was copied incompletely'],
  },
  'request.not-found': {
    status: 404,
    title: 'Page not found',
    help: 'Go back, or {again}.',
    settings: { help: 'Check the address, or open Settings and choose the page there.' },
    causes: ['The address is misspelled, or belongs to a page that no longer exists'],
  },
  'request.replaced': {
    status: 409,
    title: 'This request has been replaced already',
    help: 'Nothing was changed. Refresh the list of requests, open the newer request there and correct that one.',
    canStartAgain: false,
    causes: ['Another user, or the same user in another window, has corrected the request since its page was opened'],
  },
  'request.method': {
    status: 405,
    title: 'This page cannot be opened in this way',
    help: '{Again}.',
    causes: ['The address of a form was opened as a page, or a tool used another HTTP method'],
  },
  'request.too-large': {
    status: 413,
    title: 'This form is too large',
    help: 'Go back, shorten what was typed and send it again.',
    causes: ['A form holds more than it may'],
  },
  'request.field-too-long': {
    status: 400,
    title: 'One of the fields is too long',
    help: 'Go back, shorten what was typed and send it again.',
    causes: ['A field of a form or of an address is longer than it may be'],
  },
  'request.too-many-forms': {
    status: 429,
    title: 'Too many forms in a short time',
    help: 'Nothing was sent now. Look at the list of requests, wait ten minutes, then send it again.',
    owner: 'VectorCare',
    causes: [
      'A script or a test posts the New request form again and again',
      'Very many versions of one form were sent and not confirmed',
    ],
    remedy: 'Look for a script that posts the form. A user can send again after ten minutes.',
  },
  'request.no-room': {
    status: 429,
    title: 'No room for another unsent request today',
    help: 'This form is not kept. Look at the list of requests, discard what is not needed, then go back and send it again.',
    owner: 'VectorCare',
    causes: ['The unsent requests of a user, or of an organization, take all the room of a day (docs/operations.md)'],
    remedy: 'Discard unsent requests of today, or wait until midnight UTC. Look for a script that posts the form.',
  },
  'request.too-many': {
    status: 429,
    title: 'Too many people are opening this app at once',
    help: 'Wait a minute, then {again}.',
    owner: 'VectorCare',
    causes: ['Very many launches were begun and not finished, often by a monitoring script that opens the launch URL'],
    remedy: 'Wait a minute. If nothing explains so many launches, inform the operator of this service.',
  },
  'request.forged': {
    status: 403,
    title: 'This action was not accepted',
    help: 'Nothing was changed. Go back to the page, reload it and try again.',
    canStartAgain: false,
    causes: ['The page was open for longer than its sign-in', 'A form on another site was posted to this app'],
  },
  'store.unavailable': {
    status: 503,
    title: 'This service is not available at the moment',
    help: 'Try again in a moment. Your EHR is not affected.',
    canReload: true,
    owner: 'VectorCare',
    causes: [
      'Redis or the database of this service does not answer or does not write. It is full, or a read-only replica',
    ],
    remedy: 'The operator looks at Redis and PostgreSQL. The command doctor says which of the two is wrong, and why.',
  },
  'server.unexpected': {
    status: 500,
    title: 'Something went wrong on our side',
    help: 'Try again in a moment. If it happens again, give the support code to {help desk}.',
    settings: {
      help: 'Try again in a moment. If it happens again, give the support code to the operator of this service.',
    },
    owner: 'VectorCare',
    causes: ['A defect of this app'],
    remedy: 'Send the support code to the operator of this service. The log line has the details.',
  },
} satisfies Record<string, ErrorRow>;
