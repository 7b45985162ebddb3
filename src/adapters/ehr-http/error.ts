/** The failures of a call to an EHR. */
import { TLSSocket } from 'node:tls';
import { errors } from 'undici';
import { AddressRefusedError } from './address-policy.ts';

/** Why there is no response; `busy` and `circuit-open` are calls that were not sent. */
export type OutboundFailure = 'timeout' | 'address-refused' | 'too-large' | 'tls' | 'network' | 'busy' | 'circuit-open';

/** A call that ended without a usable response. Names the host, never the path or query. */
export class OutboundError extends Error {
  readonly failure: OutboundFailure;
  readonly host: string;
  /** When a retry makes sense; set for calls that we refused ourselves. */
  readonly retryAfterSeconds: number | undefined;

  constructor(failure: OutboundFailure, host: string, cause?: unknown, retryAfterSeconds?: number) {
    super(`${failure} while calling ${host}`, { cause });
    this.name = 'OutboundError';
    this.failure = failure;
    this.host = host;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get retry(): { retryAfterSeconds?: number } {
    return this.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: this.retryAfterSeconds };
  }
}

/** Was the call refused before any byte was sent, so that its code or token is still unused? */
export function isUnsent(error: unknown): error is OutboundError {
  return error instanceof OutboundError && (error.failure === 'busy' || error.failure === 'circuit-open');
}

/** How a call ended: the EHR's status, or the failure; neither when the response could not be read. */
export interface CallEnd {
  status?: number;
  failure?: OutboundFailure;
}

/** @param error an OutboundError, or what fhirclient threw: its errors carry the response. */
export function endOf(error: unknown): CallEnd {
  const refused = causes(error).find((cause) => cause instanceof OutboundError);
  if (refused) return { failure: refused.failure };
  if (error instanceof Error && 'response' in error) return { status: (error.response as Response).status };
  const failure = failureOf(error);
  const isTransport = failure !== 'network' || causes(error).some((cause) => codeOf(cause) !== '');
  return isTransport ? { failure } : {};
}

/** Is the EHR down? Refusals (4xx, 501) show that it is up; a rejected certificate, address or size stays rejected. */
export function isEhrDown({ status = 0, failure }: CallEnd): boolean {
  return failure === 'timeout' || failure === 'network' || (status >= 500 && status !== 501);
}

/** Classifies an error; also used for errors that fhirclient's fetch wraps. */
export function failureOf(error: unknown): OutboundFailure {
  const seen = causes(error);
  const ours = seen.find((cause) => cause instanceof OutboundError);
  if (ours) return ours.failure;
  if (seen.some((cause) => cause instanceof AddressRefusedError)) return 'address-refused';
  const names = seen.map((cause) => `${cause.name} ${codeOf(cause)}`).join(' ');
  if (/Timeout|UND_ERR_\w{1,40}_TIMEOUT|ETIMEDOUT/.test(names)) return 'timeout';
  if (seen.some((cause) => cause instanceof errors.ResponseExceededMaxSizeError) || /EXCEEDED_MAX_SIZE/.test(names))
    return 'too-large';
  if (/CERT|TLS|SSL|ERR_TLS|SELF_SIGNED|UNABLE_TO_|EPROTO|HOSTNAME_MISMATCH|UNSPECIFIED/.test(names)) return 'tls';
  return 'network';
}

/** An error and its causes, outermost first. */
export function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = error; next instanceof Error && chain.length < 8; next = next.cause) {
    chain.push(next);
    if (next instanceof AggregateError) chain.push(...next.errors.filter((one): one is Error => one instanceof Error));
  }
  return chain;
}

/** A system's or library's code such as ECONNREFUSED; '' when there is none. */
export function codeOf(error: unknown): string {
  // DOMException codes are numbers without meaning here.
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * A server of TLS 1.2 sends the same alert where no cipher suits it and where it wants a certificate of ours. Once it has
 * sent its own certificate, only ours can be missing. @returns the same error, then with the code of TLS 1.3 for that.
 */
export function alertOf(error: Error, socket: unknown): Error {
  const isAfterCertificate =
    codeOf(error).endsWith('_ALERT_HANDSHAKE_FAILURE') &&
    socket instanceof TLSSocket &&
    socket.getPeerX509Certificate() !== undefined;
  return isAfterCertificate ? Object.assign(error, { code: NO_CERTIFICATE_OF_OURS }) : error;
}

const NO_CERTIFICATE_OF_OURS = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED';
