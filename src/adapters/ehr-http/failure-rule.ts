/** Maps a call without a response to a rule of the table of causes, which says more than its failure. */
import type { Rule } from '#src/errors/rules/table.ts';
import { causes, codeOf, failureOf, type OutboundFailure } from './error.ts';
import { TLS_INCOMPLETE, TLS_INSPECTED } from './inspected.ts';

/** Which host was called: the FHIR URL's, which an administrator typed, or one named in the EHR's documents. */
export type CalledHost = 'FHIR URL' | 'endpoint';

const BY_CODE: Readonly<Record<string, Rule>> = {
  CERT_HAS_EXPIRED: 'tls.expired',
  CERT_NOT_YET_VALID: 'tls.not-yet-valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls.self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls.unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls.unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT: 'tls.unknown-authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls.no-known-authority',
  [TLS_INCOMPLETE]: 'tls.incomplete-chain',
  [TLS_INSPECTED]: 'tls.inspected',
  // Node has no separate code for a key or a signature that is too weak.
  UNSPECIFIED: 'tls.weak',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'tls.unknown-host',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'tls.version',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'tls.version',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls.wrong-name',
  HOSTNAME_MISMATCH: 'tls.wrong-name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls.plain-http',
  EAI_AGAIN: 'network.name-server',
  ECONNREFUSED: 'network.refused',
  ECONNRESET: 'network.reset',
  ETIMEDOUT: 'network.no-connection',
  UND_ERR_CONNECT_TIMEOUT: 'network.no-connection',
  EHOSTUNREACH: 'network.no-connection',
  ENETUNREACH: 'network.no-connection',
  Z_DATA_ERROR: 'network.garbled',
  Z_BUF_ERROR: 'network.garbled',
};

/** Alerts of a server about our certificate: it got none, or none that it accepts. Go and Java send BAD_CERTIFICATE. */
const OF_OUR_CERTIFICATE = /_ALERT_(?:BAD_CERTIFICATE|NO_CERTIFICATE|CERTIFICATE_REQUIRED|UNSUPPORTED_CERTIFICATE)$/;

/** Codes of brotli and zstd, which have one for each way in which data can be wrong. */
const GARBLED = /^(?:ERR__ERROR_FORMAT|ZSTD_error)_/;

const BY_FAILURE: Readonly<Record<OutboundFailure, Rule>> = {
  timeout: 'network.late',
  'address-refused': 'network.private-address',
  'too-large': 'network.too-large',
  tls: 'tls.handshake',
  network: 'network.broken-off',
  busy: 'network.busy',
  'circuit-open': 'network.down-lately',
};

/** @param error an OutboundError, or what undici or fhirclient threw. */
export function ruleOfFailure(error: unknown, host: CalledHost): Rule {
  const seen = causes(error);
  if (seen.some(({ name }) => name === 'HTTPParserError')) return 'network.garbled';
  const codes = seen.map(codeOf);
  return ruleOfCodes(codes, failureOf(error), host);
}

/** @param codes of the system or of TLS; the first known one decides. */
export function ruleOfCodes(codes: readonly string[], failure: OutboundFailure, host: CalledHost): Rule {
  if (codes.some((code) => code === 'ENOTFOUND' || code === 'ENODATA'))
    return host === 'FHIR URL' ? 'network.unknown-name' : 'network.unknown-endpoint-name';
  const known = codes.find((code) => Object.hasOwn(BY_CODE, code));
  if (failure === 'address-refused' && host === 'endpoint') return 'network.private-endpoint';
  if (known === undefined && codes.some((code) => GARBLED.test(code))) return 'network.garbled';
  if (codes.some((code) => OF_OUR_CERTIFICATE.test(code))) return 'tls.client-certificate';
  return (known !== undefined && BY_CODE[known]) || BY_FAILURE[failure];
}

/** Whether a text is a web page, whatever its content type says. */
export function isHtml(text: string): boolean {
  return /^\s*<(?:!--|(?:!doctype html|html|head|body|meta|script|form|title|h1|center)\b)/i.test(text);
}
