/** Rules of reaching a server: its host name, port and time to answer. */
import type { RuleRow } from './rule-row.ts';
import { administrator, ehrTeam, LASTING, lastingAtEhr, lastingInSettings, networkTeam } from './rule-row.ts';

export const networkRules = {
  'network.unknown-name': lastingInSettings(
    'The host name of the FHIR URL does not exist in public DNS: it is misspelled, or not published',
    'Compare the host of the FHIR URL with what the EHR team gave you. If it is the same, they publish the name in DNS.',
  ),
  'network.unknown-endpoint-name': lastingAtEhr(
    'A host that the EHR names, as iss or in its documents, does not exist in public DNS',
    'Publish that name in public DNS, or let the EHR name its public host there.',
  ),
  'network.name-server': networkTeam(
    'The name server did not answer for the host',
    'Check the name servers of this service and of the host’s domain.',
  ),
  'network.private-address': lastingInSettings(
    'The host leads to a private or reserved address, which this service does not call',
    'Use the public https address of the EHR. For an EHR inside a private network, the operator can allow that network.',
  ),
  'network.private-endpoint': lastingAtEhr(
    'An address in the EHR’s documents leads to a private network, which this service does not call',
    'Set the public https address of the EHR as its external base URL, in the server or the proxy before it, so that its documents name that.',
  ),
  'network.refused': ehrTeam(
    'The host is there, and nothing listens on the port that was called: the server or its gateway is down, or the port is closed',
    'Start the server and open its port for our egress addresses.',
    {
      help: 'The EHR cannot be reached at the moment. If this lasts more than a few minutes, give the support code to {help desk}.',
    },
  ),
  'network.no-connection': networkTeam(
    'No connection could be made: something between us and the host, usually a firewall, drops our packets without an answer',
    'Let our egress addresses through to the host, on the port that its address names (443 where it names none); the guide lists them.',
    LASTING,
  ),
  'network.broken-off': ehrTeam(
    'The server, or a gateway before it, closed the connection before the answer was complete. One that closes it without any answer may want https in place of http, or a certificate of the caller',
    'Look for this call in the log of the server and of the gateway before it. If one of them wants a client certificate, let our egress addresses through without it.',
  ),
  'network.reset': networkTeam(
    'The connection was reset before the answer was complete: by a firewall, a load balancer or a proxy that inspects TLS between us and the server, or by the server itself, which may want https in place of http, or a certificate of the caller',
    'Find this connection in the logs of what lies between us and the server, by its time and our egress addresses, and let it pass without inspection. If none of them reset it, the EHR team looks into the log of the server.',
  ),
  'network.garbled': lastingAtEhr(
    'What came back cannot be read: it is not compressed as it says, or is no HTTP',
    'Look at the gateway before the server: it changes the answer, or another service is on this port.',
  ),
  'network.utf-16': lastingAtEhr(
    'What came back is text in UTF-16 or UTF-32, and JSON has to come in UTF-8',
    'Save the document in UTF-8 and send it so: a tool or gateway on Windows may have changed it.',
  ),
  'network.unnamed-gzip': lastingAtEhr(
    'What came back is compressed with gzip, and its Content-Encoding does not say so',
    'Let the server, or the gateway before it, send Content-Encoding: gzip with what is compressed.',
  ),
  'network.proxy-sign-in': networkTeam(
    'A proxy between us and the server wants a sign-in (407, 511, or a redirect to its own page)',
    'Let our egress addresses through to the host without a proxy that signs users in.',
    LASTING,
  ),
  'network.web-firewall': networkTeam(
    'A firewall or web filter between us and the server answers with a page of its own: it blocks the request, or wants to see a browser',
    'Find this request in the log of the firewall or web filter, by its time and our egress addresses, or by the support ID that its page names, and let such requests pass: the guide lists the addresses.',
    LASTING,
  ),
  'network.gateway-key': lastingAtEhr(
    'The server, or a gateway before it, wants a key of its own (API key or subscription key), a user name with password or a Windows sign-in, which SMART does not have',
    'Let the gateway pass what is below the FHIR base, and the sign-in addresses, on without a key of its own or another sign-in, and with the Authorization header: documents are public, and our tokens and assertions authenticate the rest.',
  ),
  'network.address-refused': lastingAtEhr(
    'The server, or a gateway before it, refuses the address that our call came from: its allowlist does not have our egress addresses',
    'Let our egress addresses through to this host, also below the FHIR base; the guide lists them.',
  ),
  'network.quota': ehrTeam(
    'A gateway before the server refuses further calls: the quota of calls of this app is used up',
    'Raise the quota of calls for this app at the gateway, or ask which rate it allows and enter that at “Most calls to the EHR per minute” in Advanced settings.',
    { help: '{Again} in a minute. If it stays like this, give the support code to {help desk}.' },
  ),
  'network.unknown-host': lastingAtEhr(
    'The server, or a gateway before it, says that it serves nothing under the host name that was called',
    'Add that host name to the bindings of the server, and let the gateway before it pass on the Host that the server knows. If the name is misspelled, correct it where it stands: in the FHIR URL or in the EHR’s documents.',
  ),
  'network.late': ehrTeam(
    'The server takes the connection and does not answer in time: it is overloaded, or waits for another system',
    'Look at the load of that server, and at what it waits for.',
    { help: '{Again}. If it is as slow again, give the support code to {help desk}.' },
  ),
  'network.down-lately': ehrTeam(
    'Calls to this EHR failed again and again a moment ago, so it was not asked now',
    'Look at the launches before this one: they say what the server answered.',
    { help: 'The EHR does not answer at the moment. Wait a minute, then {again}.' },
  ),
  'network.busy': administrator(
    'Too many calls to this EHR were under way, or its limit of requests per minute is used up',
    'Compare “Most calls to the EHR per minute” in Advanced settings with what the EHR allows.',
    { help: 'Too much is going on with the EHR at this moment. Wait a minute, then {again}.' },
  ),
  'network.too-large': lastingAtEhr(
    'The answer is larger than such an answer may be',
    'Look at what this address serves: such a document has a few kilobytes.',
  ),
} satisfies Record<string, RuleRow>;
