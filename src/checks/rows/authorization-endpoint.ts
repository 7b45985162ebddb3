/** Does the authorization endpoint answer, and does it know our client ID and redirect URI? (AZ-04, CB-13) */
import type { OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { ruleOfFailure } from '#src/adapters/ehr-http/failure-rule.ts';
import { parseJsonObject, textMember } from '#src/adapters/json-object.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import { authorizationError, ruleOfDescription } from '#src/smart/authorization-refusal.ts';
import { fetchableUrl } from '#src/smart/documents/endpoint.ts';
import { ruleAtAddress } from '#src/smart/documents/given-endpoints.ts';
import type { SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { wordsOfErrorUri } from '#src/smart/fhir/error-uri.ts';
import { unmarked } from '#src/smart/fhir/markup.ts';
import { isSameFhirBase } from '#src/smart/step-2-launch-ehr.ts';
import { authorizationRedirect, createAttemptSecrets } from '#src/smart/step-4-authorization-code.ts';
import type { Ask, CheckContext } from './context.ts';
import { LOOK_INTO_LOG, shown } from './definition.ts';
import { broken, doubted, info, type Outcome, pass, warning } from './outcome.ts';

/** Pages of status 200 that refuse the request: Entra ID's, then what servers say of a client or redirect URI. */
const REFUSING_PAGE =
  /\bAADSTS(?:50011|50012|500113|700016|70001|90002|900144)\b|\b(?:invalid|unknown|unregistered|unrecogni[sz]ed) (?:client|redirect)[ _]?(?:id|ur[il])?\b|\bredirect[ _]ur[il]\b[^<.]{0,80}\b(?:not match|not registered|not valid|not allowed|mismatch|invalid)|\bredirect_uri_mismatch\b/i;

/** What a browser can reach may be closed to this server, and the other way round: unreachable from here is only a warning. */
export async function judgeAuthorization(
  context: CheckContext,
  configuration: SmartConfiguration,
  ask: Ask,
): Promise<Outcome> {
  const url = authorizationUrl(context, configuration);
  const seen = (status: number) => `${url.host}: status ${status}`;
  try {
    const answer = await ask(url, { statusStands: true });
    const { status, headers } = answer;
    if (status >= 300 && status < 400) return judgeRedirect(context, configuration, answer, url);
    // The FHIR server is no place for a browser.
    if ([404, 405, 410].includes(status) || /fhir/.test(answer.contentType))
      return broken(ruleAtAddress('authorization.not-there', configuration.source), seen(status), { host: url.host });
    if (status >= 500) return warning(`${seen(status)}: it fails`, LOOK_INTO_LOG);
    const lines = linesOf(answer.text);
    const isRefusing = status >= 400 || lines.some((line) => REFUSING_PAGE.test(line));
    const named = context.client && isRefusing ? ruleOfWords(answer, lines) : undefined;
    if (named === undefined && (status === 401 || status === 403))
      return info(`${seen(status)}: it refuses this service; browsers may be let in`);
    if (context.client && isRefusing)
      return doubted(named ?? 'authorization.error-page', seen(status), sentOf(context));
    return isClosedToFrames(headers, url, context.settings.frameAncestors)
      ? doubted('authorization.sign-in-unframed', seen(status), { host: url.host })
      : pass(seen(status));
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const { cause, owner } = ruleRows[ruleAtAddress(ruleOfFailure(error, 'endpoint'), configuration.source)];
    const found = `${url.host}: not reached from this service, but the users’ browsers may reach it. ${cause}`;
    return warning(
      found,
      'Open this address on a workstation of the hospital. If it opens there, there is nothing to do.',
      owner === 'Your administrator' ? owner : 'EHR team',
    );
  }
}

function authorizationUrl({ client, fhirUrl }: CheckContext, configuration: SmartConfiguration): URL {
  if (!client) return new URL(configuration.authorizationEndpoint);
  const request = { ...client, scope: 'openid', aud: fhirUrl };
  const redirect = authorizationRedirect(configuration, request, createAttemptSecrets());
  const url = new URL(redirect.method === 'GET' ? redirect.url : redirect.action);
  url.searchParams.set('prompt', 'none');
  return url;
}

function sentOf({ client, fhirUrl }: CheckContext) {
  return { 'client id': client?.clientId, 'redirect URI': client?.redirectUri, aud: fhirUrl };
}

const LONGEST_PAGE = 50_000;
const MOST_LINES = 200;
/** Parts of a page that no user reads. */
const UNREAD =
  /<(script|style|template|noscript|svg|textarea|select)\b(?:[^<]|<(?!\/\1\b))*(?:<\/\1\b[^<>]*>?)?|<!--(?:[^-]|-(?!->))*(?:-->)?/gi;
/** Entra ID's message, which its page shows by a script. */
const BY_SCRIPT = /\bAADSTS\d{5,7}: [^"<]{0,500}/;
/** A sentence without any of these only says what is there. */
const REFUSES =
  /\b(?:no|not|cannot|unable|without|missing|required|must|only|mismatch|disabled|inactive|suspended|revoked|expired|wrong|bad)\b|['’]t\b|\b(?:invalid|un(?:known|registered|recogni[sz]ed|supported|authori[sz]ed))/i;
const OF_BROWSER = /\b(?:browsers?|cookies?|javascript|redirect(?:ed|ing))\b/i;
/** A firewall refuses apps and clients as well, but in none of these words. */
const OF_OAUTH =
  /\b(?:client[ _]?id|invalid_\w+|unauthorized_client|oauth|openid|(?:redirect|callback)[ _]?ur[il]|aud|audience|code_challenge|pkce|AADSTS\d+)\b/i;
/** Causes in the registration. Another may be what this check leaves out: a user, a launch value, the scopes. */
const OF_REGISTRATION =
  /^(?:client\.off|authorization\.(?:audience|client-unknown|client-not-allowed|launch-type|pkce|pushed-request|redirect-uri|tenant))$/;

/** The lines that a user reads, without the query of our own request, which some pages repeat. */
function linesOf(text: string): string[] {
  const page = text.slice(0, LONGEST_PAGE);
  const shownText = unmarked(page.replace(UNREAD, '\n')).replace(/<[^<>]*>/g, ' ');
  const isQuery = (word: string) => word.includes('=') && word.includes('&');
  const withoutQuery = (line: string) => line.split(/\s+/).filter((word) => !isQuery(word));
  return [BY_SCRIPT.exec(page)?.[0] ?? '', ...shownText.split('\n')].map((line) => withoutQuery(line).join(' '));
}

/** The cause that a refusal names, as JSON or in a sentence of its page; the words are not kept. */
function ruleOfWords({ text, status }: OutboundResponse, lines: string[]): Rule | undefined {
  const json = parseJsonObject(text);
  const error = textMember(json, 'error');
  if (error !== undefined) return ofRegistration(authorizationError(error, textMember(json, 'error_description')).rule);
  if ((status === 401 || status === 403) && !lines.some((line) => OF_OAUTH.test(line))) return undefined;
  const sentences = lines.flatMap((line) => line.split(/\.\s/));
  const refusing = sentences.filter((sentence) => REFUSES.test(sentence) && !OF_BROWSER.test(sentence));
  const rules = refusing.slice(0, MOST_LINES).map((said) => ofRegistration(ruleOfDescription('invalid_request', said)));
  return rules.find((rule) => rule);
}

const ofRegistration = (rule: Rule | undefined) => (rule && OF_REGISTRATION.test(rule) ? rule : undefined);

/** A server that answers to our redirect URI knows both the client ID and that URI (RFC 6749 4.1.2.1). */
function judgeRedirect(
  context: CheckContext,
  configuration: SmartConfiguration,
  { status, headers }: OutboundResponse,
  asked: URL,
): Outcome {
  const { location } = headers;
  const target = location === undefined ? undefined : URL.parse(location, asked);
  const seen = `${asked.host}: status ${status}`;
  if (!target) return warning(`${seen} without an address`, LOOK_INTO_LOG);
  const { origin, pathname, searchParams } = target;
  const error = searchParams.get('error') ?? '';
  const isError = /^[a-z_]{1,64}$/.test(error);
  const reason = wordsOfErrorUri(searchParams.get('error_uri') ?? pathname);
  if (!context.client || `${origin}${pathname}` !== context.client.redirectUri)
    return context.client && (isError || reason !== '')
      ? doubted(
          ruleOfPage(reason),
          `${seen}, to a page on ${shown(target.host, 80)}${isError ? ` (${error})` : ''}`,
          sentOf(context),
        )
      : pass(`${seen}, to the sign-in on ${shown(target.host, 80)}; a launch shows whether it knows this app`);
  if (searchParams.has('code'))
    return warning(
      `${seen}: it gave out a code without a user`,
      'Give out codes only for users who have signed in. Only a test server may do without.',
    );
  const said = ruleOfDescription(error, `${searchParams.get('error_description') ?? ''} ${reason}`);
  if (error === 'unauthorized_client' || said === 'client.off' || said === 'authorization.launch-type')
    return doubted(said ?? 'authorization.client-not-allowed', seen, sentOf(context));
  const iss = searchParams.get('iss');
  const facts = { iss: shown(iss ?? '', 120), 'expected issuers': shown(configuration.issuer ?? '', 120) };
  const rule = ruleOfIss(iss, context, configuration);
  // A server may name itself in answers with a code only.
  if (rule) return broken(rule, seen, facts, iss === null ? 'warning' : 'failure');
  return pass(
    `${seen}, to our redirect URI${isError ? ` (${error})` : ''}, as is usual when a server knows client ID and redirect URI`,
  );
}

/** What an error page of the server's own says in its address. */
function ruleOfPage(reason: string): Rule {
  const rule = reason === '' ? 'authorization.request-refused' : ruleOfDescription('invalid_request', reason);
  return rule === undefined || rule === 'authorization.request-refused' ? 'authorization.error-page' : rule;
}

/** A launch refuses an answer of another issuer (RFC 9207). An issuer that is set, or not named, has a row of its own. */
function ruleOfIss(
  iss: string | null,
  { settings, rules }: CheckContext,
  { issuer, source, responseIssuerPromised }: SmartConfiguration,
): Rule | undefined {
  if (iss === null) return responseIssuerPromised ? 'callback.iss-missing' : undefined;
  // The row of the issuer says that it is not a usable address.
  if (issuer === undefined || iss === issuer || !fetchableUrl(issuer, rules.accepts)) return undefined;
  if (source === 'settings') return 'issuer.given-by-hand';
  if (settings.issuers.length > 0) return undefined;
  return isSameFhirBase(iss, issuer) ? 'issuer.slash' : 'callback.other-iss';
}

/** The EHR's own sign-in page in the chart's frame: only shown to users who have no session. */
function isClosedToFrames(headers: OutboundResponse['headers'], { origin }: URL, charts: readonly string[]): boolean {
  // Where both are sent, browsers ignore the older header.
  const ancestors = /frame-ancestors([^;]*)/.exec(headers['content-security-policy'] ?? '')?.[1];
  const limit = (ancestors ?? headers['x-frame-options'])?.toLowerCase().replace(/'self'|sameorigin/, origin);
  const named = limit?.split(/[\s,]+/);
  return named !== undefined && !named.includes('*') && !charts.some((chart) => named.includes(chart));
}
