/** Inspects a host's addresses and certificate without an HTTP request, behind the address guard (TL-01, TL-04). */
import { once } from 'node:events';
import { isIP, type LookupFunction } from 'node:net';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { within } from '#src/adapters/deadline.ts';
import { AddressRefusedError, guardedLookup, isAddressAllowed } from './address-policy.ts';
import { alertOf, codeOf, failureOf, type OutboundFailure } from './error.ts';
import { codeOfChain } from './inspected.ts';

/** What a TLS server presented, whether or not it is trusted. */
export interface Handshake {
  protocol: string;
  /** OpenSSL's or Node's code when the chain does not verify; undefined when it does. */
  chainProblem: string | undefined;
  nameMatches: boolean;
  names: string;
  issuer: string;
  expiresAt: Date;
  /** SHA-256, as browsers show it. */
  fingerprint: string;
}

/** A result, or the reason for its absence; `detail` is a system code such as ENOTFOUND, never an address. */
export type Probed<Found> = { ok: true; found: Found } | { ok: false; failure: OutboundFailure; detail: string };

/** Never throws and never sends a byte of HTTP. */
export type ConnectionProbe = ReturnType<typeof createConnectionProbe>;

interface ProbeOptions {
  deadlineMs: number;
  allowPrivate: readonly string[];
}

/** @param allowPrivate CIDRs every call may reach although private, as for the outbound client. */
export function createConnectionProbe(allowPrivate: readonly string[]) {
  const lookupOf = (hostname: string, options: ProbeOptions) =>
    lookupFor(hostname, [...allowPrivate, ...options.allowPrivate]);
  return {
    resolve: (hostname: string, options: ProbeOptions) =>
      probed(options.deadlineMs, resolveAll(hostname, lookupOf(hostname, options))),
    /** Makes one TLS handshake with any version, TLS 1.0 included, so that the report can name it. */
    handshake: (url: URL, options: ProbeOptions) =>
      probed(options.deadlineMs, shake(url, lookupOf(bare(url), options), options.deadlineMs)),
  };
}

async function probed<Found>(deadlineMs: number, work: Promise<Found>): Promise<Probed<Found>> {
  try {
    return { ok: true, found: await within(deadlineMs, work) };
  } catch (error) {
    return { ok: false, failure: failureOf(error), detail: codeOf(error) };
  }
}

function resolveAll(hostname: string, lookup: LookupFunction): Promise<string[]> {
  return new Promise((resolve, reject) => {
    lookup(hostname, { all: true }, (error, found) => {
      if (error) reject(error);
      else resolve(Array.isArray(found) ? found.map(({ address }) => address) : [found]);
    });
  });
}

async function shake(url: URL, lookup: LookupFunction, deadlineMs: number): Promise<Handshake> {
  const hostname = bare(url);
  // The socket does not call the lookup for an IP address, so the guard is applied here.
  if (isIP(hostname)) await resolveAll(hostname, lookup);
  const socket = openSocket(hostname, Number(url.port || 443), lookup);
  const begun = performance.now();
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(deadlineMs) });
    const found = read(socket, hostname);
    if (socket.getProtocol() !== 'TLSv1.3') return found;
    // There a server that wants a certificate of ours says so after the handshake, which took more than one trip.
    const tookMs = Math.ceil(performance.now() - begun);
    const waitMs = Math.max(0, Math.min(Math.max(200, tookMs), deadlineMs - tookMs - 100));
    const alert = once(socket.resume(), 'end', { signal: AbortSignal.timeout(waitMs) });
    await alert.catch((error: unknown) => (codeOf(error).startsWith('ERR_SSL') ? Promise.reject(error) : undefined));
    return found;
  } catch (error) {
    throw error instanceof Error ? alertOf(error, socket) : error;
  } finally {
    socket.destroy();
  }
}

function bare(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** Adds the guard for hosts that are IP addresses, because Node resolves only names. */
function lookupFor(hostname: string, allowPrivate: readonly string[]): LookupFunction {
  if (!isIP(hostname)) return guardedLookup(allowPrivate);
  return (address, _options, callback) => {
    if (isAddressAllowed(address, allowPrivate)) callback(null, [{ address, family: isIP(address) }]);
    else callback(new AddressRefusedError(address), '', 0);
  };
}

function openSocket(host: string, port: number, lookup: LookupFunction): TLSSocket {
  return connect({
    host,
    port,
    lookup,
    ...(isIP(host) ? {} : { servername: host }),
    // The connection is inspected only and carries no data; a bad certificate is what the report describes.
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
}

function read(socket: TLSSocket, hostname: string): Handshake {
  const certificate = socket.getPeerCertificate();
  const nameProblem = checkServerIdentity(hostname, certificate);
  const problem = socket.authorized ? undefined : String(socket.authorizationError);
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    // A wrong name has its own row in the report.
    chainProblem: problem === undefined || problem.includes('ALTNAME') ? undefined : codeOfChain(problem, certificate),
    nameMatches: nameProblem === undefined,
    names: (certificate.subjectaltname ?? textOf(certificate.subject?.CN)).replace(/DNS:/g, '').slice(0, 120),
    issuer: textOf(certificate.issuer?.O ?? certificate.issuer?.CN),
    expiresAt: new Date(certificate.valid_to),
    fingerprint: certificate.fingerprint256 ?? '',
  };
}

function textOf(name: string | string[] | undefined): string {
  return [name ?? 'unknown'].flat().join(' ').slice(0, 80);
}
