/** Rules of reaching a server: its host name, port, certificate and time to answer. */
import { LASTING, type RuleRow } from './row.ts';

export const networkRules = {
  'network.unknown-name': {
    cause: 'The host name of the FHIR URL does not exist in public DNS: it is misspelled, or not published',
    owner: 'Your administrator',
    remedy:
      'Compare the host of the FHIR URL with what the EHR team gave you. If it is the same, they publish the name in DNS.',
    help: LASTING,
  },
  'network.unknown-endpoint-name': {
    cause: 'A host that the EHR names in its own documents does not exist in public DNS',
    owner: 'EHR team',
    remedy: 'Correct the host in the EHR’s document, or publish its name in DNS.',
    help: LASTING,
  },
  'network.name-server': {
    cause: 'The name server did not answer for the host',
    owner: 'Network team',
    remedy: 'Check the name servers of this service and of the host’s domain.',
  },
  'network.private-address': {
    cause:
      'The host leads to a private or reserved address, or the address is not https: this service does not call it',
    owner: 'Your administrator',
    remedy:
      'Use the public https address of the EHR. For an EHR inside a private network, the operator can allow that network.',
    help: LASTING,
  },
  'network.private-endpoint': {
    cause:
      'An address in the EHR’s documents leads to a private network, or is not https: this service does not call it',
    owner: 'EHR team',
    remedy:
      'Set the public https address of the EHR as its external base URL, in the server or the proxy before it, so that its documents name that.',
    help: LASTING,
  },
  'network.refused': {
    cause:
      'The host is there, and nothing listens on the port that was called: the server or its gateway is down, or the port is closed',
    owner: 'EHR team',
    remedy: 'Start the server and open its port for our egress addresses.',
    help: 'The EHR cannot be reached at the moment. If this lasts more than a few minutes, give the support code to {help desk}.',
  },
  'network.no-connection': {
    cause:
      'No connection could be made: something between us and the host, usually a firewall, drops our packets without an answer',
    owner: 'Network team',
    remedy: 'Let our egress addresses through to the host on port 443; the guide lists them.',
    help: LASTING,
  },
  'network.broken-off': {
    cause:
      'The server, or a gateway before it, closed the connection before the answer was complete; one that closes it without any answer may want a certificate of the caller',
    owner: 'EHR team',
    remedy: 'Look for this call in the log of the server and of the gateway before it.',
  },
  'network.garbled': {
    cause: 'What came back cannot be read: it is not compressed as it says, or is no HTTP',
    owner: 'EHR team',
    remedy: 'Look at the gateway before the server: it changes the answer, or another service is on this port.',
    help: LASTING,
  },
  'network.proxy-sign-in': {
    cause: 'A proxy between us and the server wants a sign-in (407)',
    owner: 'Network team',
    remedy: 'Let our egress addresses through to the host without a proxy that signs users in.',
    help: LASTING,
  },
  'network.late': {
    cause: 'The server takes the connection and does not answer in time: it is overloaded, or waits for another system',
    owner: 'EHR team',
    remedy: 'Look at the load of that server, and at what it waits for.',
    help: '{Again}. If it is as slow again, give the support code to {help desk}.',
  },
  'network.down-lately': {
    cause: 'Calls to this EHR failed again and again a moment ago, so it was not asked now',
    owner: 'EHR team',
    remedy: 'Look at the launches before this one: they say what the server answered.',
    help: 'The EHR does not answer at the moment. Wait a minute, then {again}.',
  },
  'network.busy': {
    cause: 'Too many calls to this EHR were under way, or its limit of requests per minute is used up',
    owner: 'Your administrator',
    remedy: 'Compare “Most calls to the EHR per minute” in Advanced settings with what the EHR allows.',
    help: 'Too much is going on with the EHR at this moment. Wait a minute, then {again}.',
  },
  'network.too-large': {
    cause: 'The answer is larger than such an answer may be',
    owner: 'EHR team',
    remedy: 'Look at what this address serves: such a document has a few kilobytes.',
    help: LASTING,
  },
  'tls.expired': {
    cause: 'The certificate of the server has expired',
    owner: 'EHR team',
    remedy: 'Renew the certificate now.',
  },
  'tls.not-yet-valid': {
    cause: 'The certificate of the server is not valid yet',
    owner: 'EHR team',
    remedy: 'Install a certificate that is valid today.',
  },
  'tls.self-signed': {
    cause: 'The certificate of the server is self-signed',
    owner: 'EHR team',
    remedy: 'Install a certificate of a public authority.',
  },
  'tls.unknown-authority': {
    cause:
      'The certificate is of an authority that this service does not know: a hospital’s own, or that of a proxy between us which inspects TLS',
    owner: 'EHR team',
    remedy:
      'Install a certificate of a public authority, with its intermediate certificates. If the authority is meant to be a private one, the operator of this service has to trust it first.',
  },
  'tls.incomplete-chain': {
    cause:
      'The server does not send the intermediate certificate that belongs to its own: browsers fetch it themselves, so the address opens there, and servers do not',
    owner: 'EHR team',
    remedy: 'Install the whole chain: the server’s certificate with all intermediate certificates.',
  },
  'tls.no-known-authority': {
    cause:
      'The certificate leads to no authority that this service knows: an intermediate certificate is missing, or it is of the hospital’s own authority',
    owner: 'EHR team',
    remedy:
      'Install a certificate of a public authority, with all its intermediate certificates. If the authority is meant to be a private one, the operator of this service has to trust it first.',
  },
  'tls.unknown-host': {
    cause: 'The server, or the load balancer before it, does not know this host name (SNI)',
    owner: 'EHR team',
    remedy: 'Set up this host name, with its certificate, on the server or load balancer.',
  },
  'tls.weak': {
    cause: 'The certificate of the server has a key or a signature that is too weak to be trusted',
    owner: 'EHR team',
    remedy: 'Install a certificate with RSA of 2048 bits or more, or an elliptic curve, signed with SHA-256.',
  },
  'tls.wrong-name': {
    cause: 'The certificate of the server is for another host name',
    owner: 'EHR team',
    remedy: 'Install a certificate that names this host.',
  },
  'tls.version': {
    cause: 'The server offers no version of TLS that is safe: 1.2 or newer is needed',
    owner: 'EHR team',
    remedy: 'Switch on TLS 1.2 or 1.3 on the server or the load balancer before it.',
  },
  'tls.handshake': {
    cause:
      'There is no TLS handshake: the server has no TLS version or cipher in common with us, or wants a certificate of the caller',
    owner: 'EHR team',
    remedy: 'Offer TLS 1.2 or 1.3 with a usual cipher on this port, without asking for a client certificate.',
  },
  'tls.plain-http': {
    cause: 'What answers on this port does not speak TLS: most often a server of plain http',
    owner: 'EHR team',
    remedy: 'Offer https on this port, or publish the address with the port of https.',
  },
  'tls.client-certificate': {
    cause:
      'The server, or a gateway before it, wants a certificate of the caller (mutual TLS), which this app does not have',
    owner: 'EHR team',
    remedy:
      'Let our egress addresses, which the guide lists, through to this host without a client certificate: SMART authenticates this app by signed assertions.',
    help: LASTING,
  },
} satisfies Record<string, RuleRow>;
