/** Recognizes by its issuer the certificate of a proxy that inspects TLS, and keeps who issued an untrusted one. */
import { type Certificate, TLSSocket } from 'node:tls';
import { causes, codeOf } from './error.ts';

/** The code of a chain that leads to a proxy between us and the server. */
export const TLS_INSPECTED = 'TLS_INSPECTED';

/** Codes of a chain in which no certificate is of an authority that we know. */
const UNKNOWN_CHAIN = /^(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE))/;

/** Products, and what companies call an authority of their own for this. */
const INSPECTORS =
  /zscaler|netskope|goskope|palo ?alto|fortinet|fortigate|blue ?coat|umbrella|sophos|check ?point|barracuda|forcepoint|websense|skyhigh|cato networks|menlo security|iboss|watchguard|sonicwall|smoothwall|mitmproxy|squid|(?:ssl|tls|https|web|outbound)[ _-]?(?:inspect|decrypt|intercept|proxy|gateway|scan)|forward[ _-]trust/i;

/** @param code of a chain that is not trusted. @returns the same code, or that of an inspecting proxy. */
export function codeOfChain(code: string, issuer: string): string {
  return UNKNOWN_CHAIN.test(code) && INSPECTORS.test(issuer) ? TLS_INSPECTED : code;
}

/** Reads the issuer while the socket has it. @returns what adds it to the error of an unknown chain. */
export function keepIssuer(socket: unknown): (error: Error) => Error {
  let issuer = '';
  // Before Node's own listener, which ends the connection when the chain is not trusted.
  if (socket instanceof TLSSocket)
    socket.prependOnceListener('secure', () => {
      const seen: { issuer?: Certificate } | null = socket.getPeerCertificate();
      issuer = namesIn(seen?.issuer);
    });
  return (error) =>
    UNKNOWN_CHAIN.test(codeOf(error))
      ? Object.assign(error, { code: codeOfChain(codeOf(error), issuer), certificateIssuer: issuer })
      : error;
}

/** Who issued the certificate that a failed call did not trust, for the trace. */
export function untrustedIssuer(error: unknown): string | undefined {
  const seen = causes(error).find((one) => 'certificateIssuer' in one);
  return seen && 'certificateIssuer' in seen ? String(seen.certificateIssuer) : undefined;
}

/** Every name of an issuer, in one line. */
export function namesIn(issuer: Certificate | undefined): string {
  return Object.values(issuer ?? {})
    .join(', ')
    .slice(0, 200);
}
