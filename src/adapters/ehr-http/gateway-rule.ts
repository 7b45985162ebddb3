/** Recognizes what a proxy, firewall or gateway says in place of the server, whatever was asked for. */
import type { Rule } from '#src/errors/rules/table.ts';
import type { OutboundResponse } from './client.ts';

export type GatewayAnswer = Pick<OutboundResponse, 'status' | 'contentType' | 'text'> & {
  challenge?: string | undefined;
};

/** The kinds of answers that are searched for words: pages, texts or JSON, by what their status says. */
const KINDS = {
  refusal: ({ status, contentType }: GatewayAnswer) => status >= 400 && /html/.test(contentType),
  denial: ({ status, contentType }: GatewayAnswer) => status === 403 && /html|plain|xml/.test(contentType),
  page: ({ contentType }: GatewayAnswer) => /html/.test(contentType),
  key: ({ status, contentType }: GatewayAnswer) => (status === 401 || status === 403) && /json/.test(contentType),
  words: ({ status, contentType }: GatewayAnswer) => (status === 401 || status === 403) && !/html/.test(contentType),
  failure: ({ status, contentType }: GatewayAnswer) => status >= 400 && status !== 429 && /json/.test(contentType),
  bad: ({ status }: GatewayAnswer) => status === 400,
  any: () => true,
};

/** Words about the address that a call came from. A firewall's page may name it for any reason, so pages are not searched. */
export const OF_ADDRESS =
  /\b(?:ip|source|remote) ?addr(?:ess)?\b(?! (?:element|field|of)\b)|\b(?:client|source|remote) ip\b|\bip (?:is |was )?(?:not|blocked|denied)\b/i;

/** The first row that fits counts. */
const WORDS: readonly (readonly [rule: Rule, kind: keyof typeof KINDS, words: RegExp])[] = [
  // What other bytes become when they are read as UTF-8.
  ['network.unnamed-gzip', 'any', /^\p{Cc}\ufffd/u],
  ['network.utf-16', 'any', /^\0{0,2}\ufffd{0,2}\0{0,3}(?:\0["[{<\s]|["[{<\s]\0)/],
  // nginx, Apache, Go and Tomcat.
  ['tls.http-sent', 'bad', /plain HTTP (?:request was sent to HTTPS|to an SSL-enabled)/i],
  ['tls.http-sent', 'bad', /HTTP request to an HTTPS server|host and port requires TLS/i],
  ['tls.client-certificate', 'refusal', /\b(?:required SSL|client) certificate\b|\bSSL certificate error\b/i],
  // Cloudflare, Zscaler, Imperva, Akamai, Squid; then what F5, AWS, Azure, Palo Alto and Fortinet share.
  ['network.web-firewall', 'page', /<title>(?:Just a moment\.|Attention Required! \||Internet Security by Zscaler)/i],
  ['network.web-firewall', 'page', /\bIncapsula incident ID\b|\bused Cloudflare to restrict access\b/i],
  ['network.web-firewall', 'denial', /\bReference(?: |&#32;)(?:#|&#35;)\d{1,3}(?:\.|&#46;)/i],
  ['network.web-firewall', 'denial', /^error code: 10\d\d\b/],
  ['network.web-firewall', 'denial', /\bAccess control configuration prevents your request\b/],
  ['network.web-firewall', 'refusal', /\b(?:page|request|access|site|url)\b[^<.]{0,40}\b(?:blocked|rejected)\b/i],
  ['network.web-firewall', 'refusal', /\bblocked (?:site|page)\b/i],
  ['network.web-firewall', 'page', /\brequested URL was rejected\b/i],
  [
    'network.web-firewall',
    'page',
    /<(?:title|h[1-6])\b[^<]{0,40}\b(?:page|request|access|site|url)\b[^<.]{0,40}\b(?:blocked|rejected)\b/i,
  ],
  // HTTP.sys of Windows, Azure and Heroku.
  ['network.unknown-host', 'refusal', /\b(?:invalid hostname|web site not found|no such app)\b/i],
  // IIS, of a path or a query that it does not pass on.
  ['fhir.firewall', 'refusal', /\brequest filtering\b/i],
  ['network.address-refused', 'words', OF_ADDRESS],
  ['network.address-refused', 'denial', /\b403\.6\b/],
  // Mashery.
  ['network.quota', 'denial', /<h1>(?:Developer|Account|Service) Over (?:Rate|Qps|Queries Per Second Limit)/i],
  [
    'network.quota',
    'failure',
    /\b(?:volume|limit|your) quota\b|(?<!\b(?:disk|storage|mail) )\bquota (?:limit|metric|violation)\b/i,
  ],
  // Most gateways, and Tyk; then Mule, DataPower and WSO2.
  ['network.gateway-key', 'key', /\b(?:api|subscription)[ _-]?key\b|\bAuthorization field missing\b/i],
  ['network.gateway-key', 'key', /\bclient[ _]id (?:and|or) (?:client_)?secret\b|"900902"/i],
];

/** Schemes of Kong, of Windows and of AWS. A server that takes our tokens may name its own as it likes. */
const OF_GATEWAYS = /^(?:(?:api-?)?key|negotiate|ntlm|kerberos|aws4)\b/i;

/** @param answer untrusted, with WWW-Authenticate as challenge where we had signed in. @returns undefined otherwise. */
export function ruleOfGateway(answer: GatewayAnswer): Rule | undefined {
  if (answer.status === 407 || answer.status === 511) return 'network.proxy-sign-in';
  if (answer.status === 401 && OF_GATEWAYS.test(answer.challenge ?? '')) return 'network.gateway-key';
  // Cloudflare's own, of the server behind it.
  if (answer.status === 525 || answer.status === 526) return 'tls.behind-gateway';
  const said = answer.text.slice(0, 4_000);
  return WORDS.find(([, kind, words]) => KINDS[kind](answer) && words.test(said))?.[0];
}

/** Proxies on the way out, and the sign-in of Citrix, F5, Ivanti, Fortinet, Cisco, Palo Alto, NetIQ and SiteMinder. */
const PROXIES = /(?:^|\.)(?:zscaler[a-z]{0,10}|zscloud|goskope)\.(?:net|com)$/;
const SIGN_INS =
  /^\/(?:vpn\/index\.html|logon\/LogonPoint|my\.policy|dana-na|remote\/login|\+CSCOE\+|global-protect|nidp|siteminderagent)(?![\w-])/i;

/** What a redirect to this address says; undefined for any other. */
export function ruleOfRedirect(to: URL | null | undefined): Rule | undefined {
  return to && (PROXIES.test(to.hostname) || SIGN_INS.test(to.pathname)) ? 'network.proxy-sign-in' : undefined;
}
