/** Rules of reaching a server: its host name, port and time to answer. */
import {
  administrator,
  ehrTeam,
  lastingAtEhr,
  lastingInSettings,
  lastingOnNetwork,
  networkTeam,
  type RuleRow,
} from './rule-row.ts';

export const networkRules = {
  'network.unknown-name': lastingInSettings`The host name of the FHIR URL does not exist in public DNS. It is misspelled, or not published
    Compare the host of the FHIR URL with what the EHR team gave you. If it is the same, the EHR team publishes the name in DNS.`,
  'network.unknown-endpoint-name': lastingAtEhr`A host that the EHR names, as iss or in its documents, does not exist in public DNS
    Publish that name in public DNS, or let the EHR name a host that is public.`,
  'network.name-server': networkTeam`The name server did not answer for the host
    Check the name servers of this service and of the host’s domain.`,
  'network.private-address': lastingInSettings`The host leads to a private or reserved address, which this service does not call
    Use the public https address of the EHR. For an EHR inside a private network, the operator can allow that network.`,
  'network.private-endpoint': lastingAtEhr`An address in the EHR’s documents leads to a private network, which this service does not call
    Set the public https address of the EHR as its external base URL, in the server or in the proxy before it. Its documents then name that address.`,
  'network.refused': ehrTeam`The host exists, but nothing listens on the port that was called. The server or its gateway is down, or the port is closed
    Start the server and open its port for our egress addresses.
    The EHR cannot be reached at the moment. If this lasts more than a few minutes, give the support code to {help desk}.`,
  'network.no-connection': lastingOnNetwork`No connection could be made. Something between us and the host, usually a firewall, drops our packets without an answer
    Let our egress addresses through to the host, on the port that its address names, or on 443 if it names none. The guide lists our addresses.`,
  'network.broken-off': ehrTeam`The server, or a gateway before it, closed the connection before the answer was complete. If no answer came at all, it may want https in place of http, or a client certificate
    Look for this call in the log of the server and of the gateway before it. If one of them wants a client certificate, let our egress addresses through without it.`,
  'network.reset': networkTeam`The connection was reset before the answer was complete. A firewall, a load balancer or a proxy that inspects TLS between us and the server did it, or the server itself, which may want https in place of http, or a client certificate
    Find this connection in the logs of each device between us and the server, by its time and our egress addresses. Let it pass there without inspection. If no device reset it, the EHR team looks into the log of the server.`,
  'network.garbled': lastingAtEhr`The answer cannot be read. It is not compressed as it says, or it is not HTTP
    Look at the gateway before the server. It changes the answer, or another service is on this port.`,
  'network.utf-16': lastingAtEhr`The answer is text in UTF-16 or UTF-32, but JSON has to come in UTF-8
    Save the document in UTF-8 and send it in UTF-8. A tool or gateway on Windows may have changed it.`,
  'network.unnamed-gzip': lastingAtEhr`The answer is compressed with gzip, but its Content-Encoding does not say so
    Let the server, or the gateway before it, send Content-Encoding: gzip with each compressed answer.`,
  'network.proxy-sign-in': lastingOnNetwork`A proxy between us and the server wants a sign-in (407, 511, or a redirect to its own page)
    Let our egress addresses through to the host without a proxy that signs users in.`,
  'network.web-firewall': lastingOnNetwork`A firewall or web filter between us and the server answers with a page of its own. It blocks the request, or lets only browsers pass
    Find this request in the log of the firewall or web filter, by its time and our egress addresses, or by the support ID on its page. Let such requests pass. The guide lists our addresses.`,
  'network.gateway-key': lastingAtEhr`The server, or a gateway before it, wants its own key (API key or subscription key), a user name with password, or a Windows sign-in. SMART has none of these
    Let the gateway pass on all calls below the FHIR base and to the sign-in addresses, with their Authorization header and without a key or sign-in of its own. The documents are public, and our tokens and assertions authenticate the rest.`,
  'network.address-refused': lastingAtEhr`The server, or a gateway before it, refuses the address that our call came from. Its allowlist does not have our egress addresses
    Let our egress addresses through to this host, also below the FHIR base. The guide lists them.`,
  'network.quota': ehrTeam`A gateway before the server refuses further calls, because this app has used up its quota
    Raise the quota of calls for this app at the gateway. Otherwise your administrator enters the rate that it allows at “Most calls to the EHR per minute” in Advanced settings.
    {Again} in a minute. If it stays like this, give the support code to {help desk}.`,
  'network.unknown-host': lastingAtEhr`The server, or a gateway before it, says that it serves nothing under the host name that was called
    Add that host name to the bindings of the server, and let the gateway before it pass on the Host that the server knows. If the name is misspelled, correct it in the FHIR URL or in the EHR’s documents.`,
  'network.late': ehrTeam`The server accepts the connection but does not answer in time. It is overloaded, or waits for another system
    Look at the load of that server, and at what it waits for.
    {Again}. If it is as slow again, give the support code to {help desk}.`,
  'network.down-lately': ehrTeam`Calls to this EHR failed several times a moment ago, so it was not called now
    Look at the launches before this one. They say what the server answered.
    The EHR does not answer at the moment. Wait a minute, then {again}.`,
  'network.busy': administrator`Too many calls to this EHR were under way, or its limit of requests per minute is used up
    Compare “Most calls to the EHR per minute” in Advanced settings with what the EHR allows.
    Too much is going on with the EHR at this moment. Wait a minute, then {again}.`,
  'network.too-large': lastingAtEhr`The answer is larger than the app accepts for such a document
    Look at what this address serves. Such a document has a few kilobytes.`,
} satisfies Record<string, RuleRow>;
