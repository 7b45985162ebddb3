/** Rules of TLS: the certificate of a server, its versions and ciphers, and what it wants of the caller. */
import { lastingAtEhr, lastingInSettings, lastingOnNetwork, type RuleRow } from './rule-row.ts';

export const tlsRules = {
  'tls.expired': lastingAtEhr`The certificate of the server, or an intermediate one that it sends, has expired
    Renew the certificate that has expired now, and install it with its whole chain.`,
  'tls.not-yet-valid': lastingAtEhr`The certificate of the server is not valid yet
    Install a certificate that is valid today.`,
  'tls.self-signed': lastingAtEhr`The certificate of the server is self-signed
    Install a certificate of a public authority.`,
  'tls.unknown-authority': lastingAtEhr`The certificate is from an authority that this service does not know. It is a hospital’s own, or that of a proxy between us which inspects TLS
    Install a certificate of a public authority, with its intermediate certificates. If the authority is meant to be a private one, the operator of this service has to trust it first.`,
  'tls.inspected': lastingOnNetwork`The certificate is not the server’s own. A proxy between us and the server opens TLS to inspect it. This service does not know the proxy’s authority, which the certificate names as issuer
    Exempt the host from TLS inspection for our egress addresses. If the proxy stands before this service and has to stay, the operator lets this service trust its authority (NODE_EXTRA_CA_CERTS).`,
  'tls.incomplete-chain': lastingAtEhr`The server does not send the intermediate certificate that belongs to its own. Browsers fetch it themselves, so the address opens in a browser. Servers do not fetch it
    Install the whole chain: the server’s certificate with all intermediate certificates.`,
  'tls.no-known-authority': lastingAtEhr`The certificate leads to no authority that this service knows. An intermediate certificate is missing, or the authority is the hospital’s own
    Install a certificate of a public authority, with all its intermediate certificates. If the authority is meant to be a private one, the operator of this service has to trust it first.`,
  'tls.unknown-host': lastingAtEhr`The server, or the load balancer before it, does not know this host name (SNI)
    Set up this host name, with its certificate, on the server or load balancer.`,
  'tls.weak': lastingAtEhr`The certificate of the server has a key or a signature that is too weak to be trusted
    Install a certificate with RSA of 2048 bits or more, or an elliptic curve, signed with SHA-256.`,
  'tls.wrong-name': lastingAtEhr`The certificate of the server is for another host name
    Install a certificate that names this host.`,
  'tls.version': lastingAtEhr`The server offers no version of TLS that is safe: 1.2 or newer is needed
    Switch on TLS 1.2 or 1.3 on the server or the load balancer before it.`,
  'tls.handshake': lastingAtEhr`The TLS handshake fails. The server has no TLS version or cipher in common with us, or wants a client certificate
    Offer TLS 1.2 or 1.3 with a usual cipher on this port, without asking for a client certificate.`,
  'tls.plain-http': lastingAtEhr`The service on this port does not speak TLS. Most often it is a server of plain http
    Offer https on this port, or publish the address with the port of https.`,
  'tls.http-sent': lastingAtEhr`The server says that plain http came to its port for https. A gateway before it passes requests on without TLS
    Let the gateway before the server pass requests on by https, or to the server’s port for http.`,
  'tls.http-url': lastingInSettings`The FHIR URL begins with http, but the service on its port speaks TLS
    Enter the FHIR URL with https, and with the port that the EHR team names for it.`,
  'tls.behind-gateway': lastingAtEhr`The gateway before the server does not accept the server’s own certificate, or finds no common TLS with it (525, 526)
    Install a certificate that the gateway accepts on the server behind it: valid today, for this host name, with the whole chain.`,
  'tls.client-certificate': lastingAtEhr`The server, or a gateway before it, wants a client certificate (mutual TLS), which this app does not have
    Let our egress addresses through to this host without a client certificate. The guide lists them. SMART authenticates this app by signed assertions.`,
} satisfies Record<string, RuleRow>;
