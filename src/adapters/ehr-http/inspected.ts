/** Recognizes by the server's certificate why a chain is not trusted, and keeps who issued it. */
import { type Certificate, TLSSocket } from 'node:tls';
import { causes, codeOf } from './error.ts';

/** The code of a chain that leads to a proxy between us and the server. */
export const TLS_INSPECTED = 'TLS_INSPECTED';
/** The code of a chain without the intermediate certificate that leads to a public authority. */
export const TLS_INCOMPLETE = 'TLS_INCOMPLETE';

/** Codes of a chain in which no certificate is of an authority that we know. */
const UNKNOWN_CHAIN = /^(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE))/;

/** Products, and what companies call an authority of their own for this. */
const INSPECTORS =
  /zscaler|netskope|goskope|palo ?alto|fortinet|fortigate|blue ?coat|umbrella|sophos|check ?point|barracuda|forcepoint|websense|skyhigh|cato networks|menlo security|iboss|watchguard|sonicwall|smoothwall|mitmproxy|squid|(?:ssl|tls|https|web|outbound)[ _-]?(?:inspect|decrypt|intercept|proxy|gateway|scan)|forward[ _-]trust/i;

/** 1.3.6.1.4.1.11129.2.4.2 in DER: the certificate carries proofs of public logs (RFC 6962), as public authorities add. */
const LOG_PROOFS = Buffer.from('060a2b06010401d679020402', 'hex');

/** What the server's certificate says of an untrusted chain; null or empty when none came. */
type Seen = { readonly issuer?: Certificate; readonly raw?: Buffer } | null;

/** @param code of a chain that is not trusted. @returns the same code, or a more exact one. */
export function codeOfChain(code: string, seen: Seen): string {
  if (!UNKNOWN_CHAIN.test(code)) return code;
  if (INSPECTORS.test(namesIn(seen?.issuer))) return TLS_INSPECTED;
  return code !== 'SELF_SIGNED_CERT_IN_CHAIN' && seen?.raw?.includes(LOG_PROOFS) ? TLS_INCOMPLETE : code;
}

/** Reads the certificate while the socket has it. @returns what adds it to the error of an unknown chain. */
export function keepIssuer(socket: unknown): (error: Error) => Error {
  let seen: Seen = null;
  // Before Node's own listener, which ends the connection when the chain is not trusted.
  if (socket instanceof TLSSocket)
    socket.prependOnceListener('secure', () => {
      seen = socket.getPeerCertificate();
    });
  return (error) =>
    UNKNOWN_CHAIN.test(codeOf(error))
      ? Object.assign(error, { code: codeOfChain(codeOf(error), seen), certificateIssuer: namesIn(seen?.issuer) })
      : error;
}

/** Who issued the certificate that a failed call did not trust, for the trace. */
export function untrustedIssuer(error: unknown): string | undefined {
  const seen = causes(error).find((one) => 'certificateIssuer' in one);
  return seen && 'certificateIssuer' in seen ? String(seen.certificateIssuer) : undefined;
}

/** Every name of an issuer, in one line. */
function namesIn(issuer: Certificate | undefined): string {
  return Object.values(issuer ?? {})
    .join(', ')
    .slice(0, 200);
}
