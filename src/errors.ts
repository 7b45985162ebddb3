/** Every way a journey can end badly: one catalogue from which the status, the page, the log line and the metric follow. */

/**
 * Add a row for a new failure; nothing else needs to know about it.
 *
 * `title` says what happened and `help` what to do next, both for the visitor: a nurse or a hospital IT person.
 */
const catalogue = {
  'request.bad': {
    status: 400,
    title: 'This request is not valid',
    help: "Open the app again from the patient's chart.",
  },
  'request.not-found': {
    status: 404,
    title: 'Page not found',
    help: "Open the app again from the patient's chart.",
  },
  'request.method': {
    status: 405,
    title: 'This address does not accept that kind of request',
    help: "Open the app again from the patient's chart.",
  },
  'request.too-large': {
    status: 413,
    title: 'This form is too large',
    help: 'Go back, shorten what was typed and send it again.',
  },
  'request.too-many-forms': {
    status: 429,
    title: 'Too many forms in a short time',
    help: 'Nothing was sent now. Look at the list of requests, wait ten minutes, then send it again.',
  },
  'request.field-too-long': {
    status: 400,
    title: 'One of the fields is too long',
    help: 'Go back, shorten what was typed and send it again.',
  },
  'request.too-long': {
    status: 414,
    title: 'This address is too long',
    help: "Open the app again from the patient's chart. If it happens again, ask your EHR team to check the launch URL.",
  },
  'request.too-many': {
    status: 429,
    title: 'Too many launches at once',
    help: 'Wait a minute, then open the app again from the chart.',
  },
  'launch.too-many-open': {
    status: 503,
    title: 'Too many charts are open',
    help: 'Close charts you no longer need, wait a minute, then open the app again from the chart.',
  },
  'request.forged': {
    status: 403,
    title: 'This action did not come from our page',
    help: 'Nothing was changed. Go back to the page and try again.',
  },
  'launch.invalid': {
    status: 400,
    title: 'The EHR did not start the app correctly',
    help: "Open the app again from the patient's chart. If it happens again, give the support code to your EHR team: the launch request is incomplete or malformed.",
  },
  'launch.unknown-organization': {
    status: 400,
    title: 'This organization is not set up',
    help: 'Ask your EHR team to compare the launch URL with the registration sheet: its orgId is not known here.',
  },
  'launch.unknown-issuer': {
    status: 400,
    title: 'This EHR is not set up',
    help: 'Ask your administrator to add its FHIR URL in Settings, then open the app again.',
  },
  'launch.organization-disabled': {
    status: 403,
    title: 'This organization is switched off',
    help: 'Ask your administrator or the operator of this service to switch it on again.',
  },
  'launch.standalone-off': {
    status: 400,
    title: 'This app is opened from the chart here',
    help: "Open the app from the patient's chart. To open it outside the EHR, ask your administrator to switch on standalone launch in Settings.",
  },
  'launch.standalone-parameters': {
    status: 400,
    title: 'Something was added to this address',
    help: 'This address takes nothing after the organization. An EHR that launches the app from a chart uses the launch URL of the registration sheet instead.',
  },
  'launch.frame-not-allowed': {
    status: 403,
    title: 'This app may not be shown inside this page yet',
    help: 'Your EHR shows the app in a frame, and no EHR page is allowed to do that here. Ask your administrator to enter the address of your EHR at “EHR pages that may show the app in a frame” in Settings, then open the app again.',
  },
  'launch.cookies-blocked': {
    status: 400,
    title: 'Your browser blocks cookies here',
    help: 'Inside the chart, open the app in a new window. Where that does not help, allow cookies for this site, or ask your IT team to.',
  },
  'discovery.unavailable': {
    status: 503,
    title: 'The EHR is not available',
    help: 'Wait a moment, then open the app again from the chart.',
  },
  'discovery.timeout': {
    status: 504,
    title: 'The EHR took too long to answer',
    help: 'Wait a moment, then open the app again from the chart.',
  },
  'discovery.invalid': {
    status: 502,
    title: 'The EHR does not describe its sign-in correctly',
    help: 'Give the support code to your EHR team: the SMART configuration of the FHIR server is missing or wrong.',
  },
  'discovery.endpoint-refused': {
    status: 502,
    title: 'The EHR names a sign-in address we do not trust',
    help: 'Give the support code to your administrator: an endpoint is not https or not on an allowed host.',
  },
  'discovery.no-client-authentication': {
    status: 502,
    title: 'The EHR does not accept our way of signing in',
    help: 'Give the support code to your EHR team: private_key_jwt with RS384 or ES384 must be enabled.',
  },
  'connection.untrusted': {
    status: 502,
    title: 'The connection to the EHR cannot be trusted',
    help: 'Give the support code to your EHR team: the certificate of one of its servers is expired, incomplete or for another name.',
  },
  'callback.invalid': {
    status: 400,
    title: 'This sign-in cannot be completed',
    help: "It may have expired, been used already or been started elsewhere. Open the app again from the patient's chart.",
  },
  'callback.wrong-issuer': {
    status: 400,
    title: 'The answer came from another sign-in server',
    help: "Open the app again from the patient's chart. If it happens again, give the support code to your EHR team.",
  },
  'authorization.denied': {
    status: 403,
    title: 'The EHR did not allow access',
    help: 'You or the EHR declined. Open the app again from the chart, or ask your EHR team for access to this app.',
  },
  'authorization.sign-in-needed': {
    status: 403,
    title: 'The EHR needs you to sign in first',
    help: "Sign in to the EHR and open the app again from the patient's chart. If the EHR asks you to choose an account or to agree, do that.",
  },
  'authorization.refused': {
    status: 502,
    title: 'The EHR refused the sign-in request',
    help: "Open the app again from the patient's chart. If it happens again, give the support code to your EHR team: the client ID, redirect URI or scopes may not be registered as on the registration sheet.",
  },
  'authorization.scope-refused': {
    status: 502,
    title: 'The EHR refused the permissions this app asks for',
    help: 'Give the support code to your EHR team: the scopes may not be registered as on the registration sheet.',
  },
  'authorization.unavailable': {
    status: 503,
    title: 'The EHR cannot sign you in at the moment',
    help: 'Wait a moment, then open the app again from the chart.',
  },
  'token.unavailable': {
    status: 503,
    title: 'The EHR cannot sign you in at the moment',
    help: 'Wait a moment, then open the app again from the chart.',
  },
  'token.failed': {
    status: 502,
    title: 'The EHR failed while signing you in',
    help: 'Wait a moment, then open the app again from the chart.',
  },
  'token.timeout': {
    status: 504,
    title: 'The EHR took too long to sign you in',
    help: 'Open the app again from the chart.',
  },
  'token.invalid': {
    status: 502,
    title: 'The EHR answered the sign-in incorrectly',
    help: "Open the app again from the patient's chart. If it happens again, give the support code to your EHR team: the token response breaks the SMART rules.",
  },
  'token.invalid-client': {
    status: 502,
    title: 'The EHR does not recognize this app',
    help: 'Give the support code to your EHR team. Usual causes: another client ID, our JWKS URL not registered or not reachable, another environment, an algorithm the EHR does not accept, or a clock that is off.',
  },
  'token.invalid-grant': {
    status: 502,
    title: 'The sign-in expired before it was completed',
    help: "Open the app again from the patient's chart.",
  },
  'token.refused': {
    status: 502,
    title: 'The EHR refused to sign you in',
    help: 'Give the support code to your EHR team: the registration of this app may be incomplete.',
  },
  'identity.invalid': {
    status: 502,
    title: 'The EHR did not prove who you are',
    help: 'Give the support code to your EHR team: the id_token failed verification.',
  },
  'identity.keys-unavailable': {
    status: 502,
    title: "The EHR's signing keys cannot be read",
    help: 'Wait a moment, then open the app again. If it happens again, give the support code to your EHR team.',
  },
  'identity.keys-timeout': {
    status: 504,
    title: "The EHR's signing keys took too long to load",
    help: 'Open the app again from the chart.',
  },
  'scope.missing': {
    status: 403,
    title: 'The EHR did not grant a permission this app needs',
    help: 'Give the support code to your EHR team. Missing:',
  },
  'scope.none-granted': {
    status: 403,
    title: 'The EHR granted this app nothing to read',
    help: "Open the app once more from the patient's chart. If it happens again, give the support code to your EHR team. Missing:",
  },
  'scope.open-again': {
    status: 502,
    title: 'Please open the app once more',
    help: "The EHR refused the permissions this app asked for. Open the app again from the patient's chart: it will ask for them in another way.",
  },
  'context.invalid': {
    status: 502,
    title: 'The EHR did not say correctly what is open in the chart',
    help: "Open the app from a patient's chart. If you did, give the support code to your EHR team.",
  },
  'user.not-allowed': {
    status: 403,
    title: 'This app is for practitioners',
    help: 'Your EHR account is not one of a practitioner. If it should be, give the support code to your EHR team.',
  },
  'user.disabled': {
    status: 403,
    title: 'Your access to this app is switched off',
    help: 'Ask your administrator to switch it on again, then open the app from the chart.',
  },
  'user.not-associated': {
    status: 403,
    title: 'You are not known here yet',
    help: "Open the app again from the patient's chart and follow what it asks for.",
  },
  'user.too-many-tries': {
    status: 429,
    title: 'Too many codes were tried',
    help: 'Wait a quarter of an hour, then try again with the code from your administrator.',
  },
  'session.missing': {
    status: 401,
    title: 'Please open the app again',
    help: "This page has ended or belongs to another window. Open the app again from the patient's chart.",
  },
  'session.expired': {
    status: 401,
    title: 'Your EHR session for this app has ended',
    help: "Open the app again from the patient's chart.",
  },
  'session.idle': {
    status: 401,
    title: 'This page has closed',
    help: "Most likely nobody used it for an hour: it closes by itself then, to protect the patient. Open the app again from the patient's chart.",
  },
  'session.limit': {
    status: 401,
    title: 'This page was open for twelve hours',
    help: "That is the longest it stays open. Open the app again from the patient's chart.",
  },
  'session.signed-out': {
    status: 401,
    title: 'You are signed out',
    help: "You signed out of this page, here or in another tab or window. To use the app again, open it from the patient's chart.",
  },
  'session.ended': {
    status: 401,
    title: 'An administrator has closed this page',
    help: "Open the app again from the patient's chart, or ask your administrator why.",
  },
  'session.organization': {
    status: 401,
    title: "Your organization's connection to this app was changed or switched off",
    help: "Open the app again from the patient's chart. If that does not work, ask your administrator.",
  },
  'session.replaced': {
    status: 401,
    title: 'A newer launch in this browser has closed this page',
    help: "Since then the app was opened in this browser with another account, or too many charts were open. Open the app again from the patient's chart.",
  },
  'refresh.identity-refused': {
    status: 401,
    title: 'Your access could not be renewed',
    help: "Open the app again from the patient's chart. If this happens again and again, give the support code to your EHR team: the id_token that came when your access was renewed failed verification.",
  },
  'refresh.unavailable': {
    status: 503,
    title: 'The EHR cannot renew your access at the moment',
    help: 'Wait a moment, then try again. Your launch is kept.',
  },
  'patient.mismatch': {
    status: 502,
    title: 'The EHR returned a different patient',
    help: 'Nothing is shown, to keep patients safe. Open the app again from the chart and tell your EHR team the support code.',
  },
  'patient.not-returned': {
    status: 502,
    title: 'The EHR did not return the patient',
    help: 'Its answer was something else than a patient record. Reload this page. If it happens again, give the support code to your EHR team.',
  },
  'patient.refused': {
    status: 403,
    title: 'The EHR did not let this app read the patient',
    help: 'Ask your EHR team to check your access to this chart and the permission patient/Patient.read.',
  },
  'patient.replaced': {
    status: 403,
    title: 'This patient’s record was merged into another one',
    help: 'Nothing was sent. Open the patient’s current record in the EHR and start the app from there.',
  },
  'patient.unavailable': {
    status: 503,
    title: 'The EHR cannot show the patient at the moment',
    help: 'Wait a moment, then try again.',
  },
  'patient.timeout': {
    status: 504,
    title: 'The EHR took too long to show the patient',
    help: 'Wait a moment, then try again.',
  },
  'patient.unexpected': {
    status: 502,
    title: 'The EHR returned an unexpected answer',
    help: 'Try again. If it happens again, give the support code to your EHR team.',
  },
  'settings.too-many-tries': {
    status: 429,
    title: 'Too many tries in a short time',
    help: 'Changes and checks are limited, to protect EHRs and the audit trail. Wait ten minutes, then try again.',
  },
  'settings.export-running': {
    status: 429,
    title: 'Your last export is still running',
    help: 'Wait until its download has finished or cancel it, then start the next one.',
  },
  'settings.no-organization': {
    status: 404,
    title: 'There is no such organization',
    help: 'Choose one at Settings > Organizations.',
  },
  'settings.report-gone': {
    status: 404,
    title: 'This report does not exist',
    help: 'Its link has expired or is incomplete. Ask the person who sent it for a new one.',
  },
  'admin.sign-in-needed': {
    status: 401,
    title: 'Please sign in',
    help: 'Your session has ended. Sign in again.',
  },
  'admin.password-change-needed': {
    status: 403,
    title: 'Please choose your own password first',
    help: 'Open your account page and replace the one-time password.',
  },
  'admin.forbidden': {
    status: 403,
    title: 'This page is for operators',
    help: 'Your account does not have access to it. Ask the operator of this service.',
  },
  'admin.too-many-attempts': {
    status: 429,
    title: 'Too many sign-in attempts',
    help: 'Wait a quarter of an hour, then try again. If you have forgotten your password, ask the operator of this service for a new one.',
  },
  'admin.busy': {
    status: 503,
    title: 'Too many people are signing in at this moment',
    help: 'Wait a few seconds, then try again.',
  },
  'admin.password-sign-in-off': {
    status: 403,
    title: 'Passwords are not accepted here',
    help: 'Go back to the sign-in page and use single sign-on.',
  },
  'admin.sso-failed': {
    status: 502,
    title: 'Single sign-on did not work',
    help: 'Start again from the sign-in page. If it happens again, give the support code to the operator of this service.',
  },
  'admin.sso-refused': {
    status: 403,
    title: 'Your account has no access to these settings',
    help: 'Ask the operator of this service to add you, then sign in again.',
  },
  'settings.reason-needed': {
    status: 400,
    title: 'Please say why',
    help: 'Go back and write down the reason: it becomes part of the audit trail.',
  },
  'settings.launch-not-found': {
    status: 404,
    title: 'This launch is not here',
    help: 'Launches are deleted after some weeks. Look for it in Settings > Launches by its support code.',
  },
  'settings.report-not-found': {
    status: 404,
    title: 'This report is not here any more',
    help: 'Reports end after 14 days. Ask for a new one.',
  },
  'store.unavailable': {
    status: 503,
    title: 'This service is not available at the moment',
    help: 'Try again in a moment. Your EHR is not affected.',
  },
  'server.unexpected': {
    status: 500,
    title: 'Something went wrong on our side',
    help: 'Try again in a moment. If it happens again, give the support code to your administrator.',
  },
} as const satisfies Record<string, { status: number; title: string; help: string }>;

/** The stable name of a failure; logs, metrics and the troubleshooting table use it. */
export type ErrorCode = keyof typeof catalogue;

/** Every code, for the tests and the troubleshooting table. */
export const errorCodes = Object.keys(catalogue) as ErrorCode[];

/** What the visitor reads and the HTTP status for a failure. */
export function describeError(code: ErrorCode): { status: number; title: string; help: string } {
  return catalogue[code];
}

/**
 * Ends a journey.
 *
 * @param detail for the operator's log: which rule failed and the shape of the offending value. Never a token, code,
 *   assertion, cookie, launch value or clinical value (ST-07).
 * @param options.cause the underlying error, kept for the log.
 * @param options.shown words of ours the visitor may read after the help text, such as the missing permissions.
 * @param options.retryAfterSeconds sent as Retry-After.
 * @param options.upstreamStatus HTTP status of the EHR's answer, for the launch trace.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly shown: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly upstreamStatus: number | undefined;

  constructor(
    code: ErrorCode,
    detail: string,
    options: { cause?: unknown; shown?: string; retryAfterSeconds?: number; upstreamStatus?: number } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.shown = options.shown;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.upstreamStatus = options.upstreamStatus;
  }

  /** The HTTP status of the page this error ends in. */
  get status(): number {
    return catalogue[this.code].status;
  }
}
